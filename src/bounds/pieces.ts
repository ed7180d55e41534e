/**
 * A body as it comes. Small chunks are put together: kept each for itself it takes some hundred bytes, and a sender may
 * cut its body into single ones.
 */
export class Pieces {
  size = 0
  readonly #pieces: Buffer[] = []
  /** Where small chunks go, and how much of it is full. */
  #slab: Buffer | undefined
  #used = 0

  add(chunk: Buffer): void {
    this.size += chunk.length
    if (this.#pieces.length > 0 && chunk.length < SLAB / 4) return this.#copy(chunk)
    this.#close()
    this.#pieces.push(chunk)
  }

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

const SLAB = 65_536
