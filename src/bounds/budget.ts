/**
 * A budget of bytes that callers can make the server hold: so many in all, and half of them for one caller. The first
 * piece of a caller may be larger than that half, and the first piece of all larger than the budget: it could never
 * come otherwise.
 */
export class Budget {
  readonly #total: number
  #held = 0
  readonly #heldBy = new Map<string, number>()

  constructor(total: number) {
    this.#total = total
  }

  /** Whether so many bytes more may be held for a caller. */
  hasRoom(caller: string, bytes: number): boolean {
    if (this.#held === 0) return true
    const held = this.#heldBy.get(caller) ?? 0
    // A small piece may use three quarters: one large piece must not keep its caller from everything else.
    const share = bytes <= this.#total / 1024 ? 0.75 : 0.5
    return this.#held + bytes <= this.#total && (held === 0 || held + bytes <= this.#total * share)
  }

  /** Counts bytes that are held for a caller; a negative number, that they are held no longer. */
  add(caller: string, bytes: number): void {
    const held = (this.#heldBy.get(caller) ?? 0) + bytes
    this.#held += bytes
    if (held > 0) this.#heldBy.set(caller, held)
    else this.#heldBy.delete(caller)
  }

  /** Counts bytes if there is room for them. False: there is not, and nothing was counted. */
  take(caller: string, bytes: number): boolean {
    if (bytes > 0 && !this.hasRoom(caller, bytes)) return false
    this.add(caller, bytes)
    return true
  }
}

/**
 * The memory that one message takes, counted for its caller: its bytes while they arrive, then about those that its
 * value takes. It is given back when nothing refers to the message any more.
 */
export class MessageMemory {
  readonly #budget: Budget
  readonly #caller: string
  #bytes = 0
  #users = 1

  constructor(budget: Budget, caller: { readonly key: string }) {
    this.#budget = budget
    this.#caller = caller.key
  }

  /** Sets the bytes that are taken now. False: there is no room for them, and none are taken. */
  set(bytes: number): boolean {
    this.free()
    if (!this.#budget.take(this.#caller, bytes)) return false
    this.#bytes = bytes
    return true
  }

  /** Counts one more that refers to the message. */
  retain(): void {
    this.#users++
  }

  /** Counts one less. The last gives the memory back. */
  release(): void {
    if (--this.#users === 0) this.free()
  }

  /** Gives the memory back now, whatever refers to the message. */
  free(): void {
    this.#budget.add(this.#caller, -this.#bytes)
    this.#bytes = 0
  }
}
