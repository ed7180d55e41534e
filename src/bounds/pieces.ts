/**
 * The pieces of a body. Small chunks are copied into one buffer: a chunk that is kept takes some hundred bytes beside
 * its own, and a sender may cut a body into single bytes.
 */
export class Pieces {
  /** Bytes. */
  size = 0
  readonly #pieces: Buffer[] = []
  /** The buffer for small chunks, and how much of it is full. */
  #slab: Buffer | undefined
  #used = 0

  add(chunk: Buffer): void {
    this.size += chunk.length
    if (this.#pieces.length > 0 && chunk.length < SLAB / 4) return this.#copy(chunk)
    this.#close()
    this.#pieces.push(chunk)
  }

  /** All bytes in one buffer. */
  whole(): Buffer {
    this.#close()
    return this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces)
  }

  #copy(chunk: Buffer): void {
    if (this.#used + chunk.length > SLAB) this.#close()
    this.#slab ??= Buffer.allocUnsafeSlow(SLAB)
    this.#used += chunk.copy(this.#slab, this.#used)
  }

  #close(): void {
    if (this.#slab) this.#pieces.push(this.#slab.subarray(0, this.#used))
    this.#slab = undefined
    this.#used = 0
  }
}

const SLAB = 65_536 // bytes
