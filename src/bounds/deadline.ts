import { LONGEST_MS } from './limits.ts'

/**
 * A deadline: the time that a piece of work may take, by the monotonic clock, whatever is done to the clock on the
 * wall. It can be paused, and `Infinity` never ends.
 */
export class Deadline {
  #left: number
  /** The time since which it runs; undefined while it is paused. */
  #since: number | undefined = performance.now()
  #pauses = 0
  #onLate: (() => void) | undefined
  #stopTimer: (() => void) | undefined

  constructor(timeoutMs: number) {
    this.#left = timeoutMs
  }

  /** The milliseconds that are left. */
  get left(): number {
    return this.#since === undefined ? this.#left : this.#left - (performance.now() - this.#since)
  }

  /** Has a function called when the time is up. */
  start(onLate: () => void): void {
    this.#onLate = onLate
    this.#arm()
  }

  stop(): void {
    this.#onLate = undefined
    this.#stopTimer?.()
  }

  /** Pauses it. Where several have, it goes on when the last has called `resume`. */
  pause(): void {
    if (this.#pauses++ > 0) return
    this.#left = this.left
    this.#since = undefined
    this.#stopTimer?.()
  }

  resume(): void {
    if (--this.#pauses > 0) return
    this.#since = performance.now()
    this.#arm()
  }

  #arm(): void {
    if (this.#onLate && this.#since !== undefined) this.#stopTimer = callAfter(Math.max(this.left, 0), this.#onLate)
  }
}

/**
 * Calls `then` after so many milliseconds, be they more than a timer can wait. Returns the function that prevents it.
 */
export function callAfter(ms: number, then: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const wait = (left: number): void => {
    timer = left > LONGEST_MS ? setTimeout(wait, LONGEST_MS, left - LONGEST_MS) : setTimeout(then, left)
  }
  wait(ms)
  return () => clearTimeout(timer)
}

/**
 * Calls `then` at a date, in milliseconds since 1970, at once where that is past. Returns the function that prevents it.
 * NaN, which is no date, counts as past: what must end with a token must not outlive one whose end cannot be known.
 */
export function callAt(date: number, then: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const check = (): void => {
    const left = date - Date.now()
    if (left > 0) timer = setTimeout(check, Math.min(left, CHECK_MS)).unref()
    else then()
  }
  check()
  return () => clearTimeout(timer)
}

/** Milliseconds between two looks at the clock. It is the one on the wall, which somebody may set meanwhile. */
const CHECK_MS = 60_000
