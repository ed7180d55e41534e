/**
 * Bytes that callers make the server hold: so many in all, and half of them for one caller. A first piece may be larger
 * than that half where nothing is held for its caller, and than all where nothing is held: it could never come otherwise.
 */
export class Budget {
  readonly #total: number
  #held = 0
  readonly #heldBy = new Map<string, number>()

  constructor(total: number) {
    this.#total = total
  }

  /** Whether so many more may be held for a caller. */
  hasRoom(caller: string, bytes: number): boolean {
    if (this.#held === 0) return true
    const held = this.#heldBy.get(caller) ?? 0
    // What is small goes on: one large piece must not keep a caller from everything else.
    const share = bytes <= this.#total / 1024 ? 0.75 : 0.5
    return this.#held + bytes <= this.#total && (held === 0 || held + bytes <= this.#total * share)
  }

  /** Counts bytes that are held for a caller, or, where it is less than 0, that are not any more. */
  add(caller: string, bytes: number): void {
    const held = (this.#heldBy.get(caller) ?? 0) + bytes
    this.#held += bytes
    if (held > 0) this.#heldBy.set(caller, held)
    else this.#heldBy.delete(caller)
  }

  /** The same where there is room. False: nothing was counted. */
  take(caller: string, bytes: number): boolean {
    if (bytes > 0 && !this.hasRoom(caller, bytes)) return false
    this.add(caller, bytes)
    return true
  }
}
