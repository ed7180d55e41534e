export interface Chunk {
  /** As it stands on the wire, in hexadecimal. */
  size: string
  data: Buffer
  /** Where the next one begins. */
  end: number
  isWhole: boolean
}

export interface Chunks {
  chunks: Buffer[]
  partial: Buffer
  /** Where what is not whole begins. */
  end: number
  /** Whether the last chunk, of size 0, has come. */
  isWhole: boolean
}

export function readChunk(bytes: Buffer, at?: number): Chunk | undefined
export function readChunks(bytes: Buffer, at?: number): Chunks
