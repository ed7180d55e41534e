import { addTo } from './counts.ts'

/** A number of things, subscriptions say, of which one owner may have at most half. */
export class Shares {
  readonly #total: number
  #taken = 0
  readonly #takenBy = new Map<string, number>()

  constructor(total: number) {
    this.#total = total
  }

  /** Takes one. False: all are taken, or the owner has half of them. Without an owner only the total bounds. */
  take(owner: string | undefined): boolean {
    const own = owner === undefined ? 0 : (this.#takenBy.get(owner) ?? 0)
    if (this.#taken >= this.#total || own >= this.#total / 2) return false
    this.#add(owner, 1)
    return true
  }

  giveBack(owner: string | undefined): void {
    this.#add(owner, -1)
  }

  #add(owner: string | undefined, by: 1 | -1): void {
    this.#taken += by
    if (owner !== undefined) addTo(this.#takenBy, owner, by)
  }
}
