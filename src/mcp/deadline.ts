import { LONGEST_MS } from './limits.ts'

/**
 * The time that something may take, by the monotonic clock, whatever is done to the clock on the wall. It stands still
 * while it is paused, and `Infinity` never ends.
 */
export class Deadline {
  #left: number
  /** Since when it runs; undefined while it stands. */
  #since: number | undefined = performance.now()
  #pauses = 0
  #onLate: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number) {
    this.#left = timeoutMs
  }

  /** Milliseconds that are left. */
  get left(): number {
    return this.#since === undefined ? this.#left : this.#left - (performance.now() - this.#since)
  }

  /** Has something called when the time is up. */
  start(onLate: () => void): void {
    this.#onLate = onLate
    this.#arm()
  }

  stop(): void {
    this.#onLate = undefined
    clearTimeout(this.#timer)
  }

  /** Each pause needs its own end. */
  pause(): void {
    if (this.#pauses++ > 0) return
    this.#left = this.left
    this.#since = undefined
    clearTimeout(this.#timer)
  }

  resume(): void {
    if (--this.#pauses > 0) return
    this.#since = performance.now()
    this.#arm()
  }

  #arm(): void {
    const { left } = this
    if (!this.#onLate || this.#since === undefined || left === Infinity) return
    this.#timer =
      left > LONGEST_MS ? setTimeout(() => this.#arm(), LONGEST_MS) : setTimeout(this.#onLate, Math.max(left, 0))
  }
}
