// @ts-check
// Slow motion. A conversation on one machine takes 20 ms, and nobody sees anything. So things are drawn one after another:
// at once (×1), each held for a while (×0.1), or one for each press (step). Only the drawing waits, never the wire,
// and each thing keeps the time at which it happened. No DOM and no clock of its own: a test hands in another.

/** @typedef {'1' | '0.1' | 'step'} Speed */
/** @typedef {{ now(): number, setTimeout(run: () => void, ms: number): any, clearTimeout(timer: any): void }} Clock */

export const SPEEDS = /** @type {const} */ (['1', '0.1', 'step'])
const HELD_MS = 700 // what one needs to see one thing
const SILENCE_MS = 3000 // ten times a silence would be too long: it is cut to this

export class SlowMotion {
  /** @type {Speed} */
  #speed = '1'
  /** @type {{ time: number, draw: () => void }[]} */
  #waiting = []
  /** When the last thing was drawn, and when it had happened. */
  #last = { drawn: -Infinity, time: -Infinity }
  #timer
  #clock
  #changed

  /** @param {Clock} clock @param {(waiting: number) => void} [changed] is told how many things wait */
  constructor(clock, changed = () => {}) {
    this.#clock = clock
    this.#changed = changed
  }

  /** How many things have happened and are not drawn yet. */
  get waiting() {
    return this.#waiting.length
  }

  get speed() {
    return this.#speed
  }

  set speed(speed) {
    this.#speed = speed
    this.#drawWhatIsDue()
  }

  /**
   * Something happens now. `draw` is called with this time when its turn has come; the promise is for what it returns.
   *
   * @template T
   * @param {(time: number) => T} draw
   * @param {boolean} [isOurs] what we do ourselves was pressed for: it is drawn at once, where nothing waits before it
   * @returns {Promise<Awaited<T>>}
   */
  play(draw, isOurs = false) {
    const time = this.#clock.now()
    return new Promise((resolve) => {
      this.#waiting.push({ time, draw: () => resolve(draw(time)) })
      if (isOurs && this.waiting === 1) this.next()
      else this.#drawWhatIsDue()
    })
  }

  /** Draws the next thing before its time. False where nothing waits. */
  next() {
    if (this.waiting === 0) return false
    this.#draw()
    this.#drawWhatIsDue()
    return true
  }

  /** Forgets what waits: another conversation begins. */
  clear() {
    this.#waiting = []
    this.#drawWhatIsDue()
  }

  #draw() {
    const { time, draw } = this.#waiting.shift()
    this.#last = { drawn: this.#clock.now(), time }
    draw()
  }

  #drawWhatIsDue() {
    this.#clock.clearTimeout(this.#timer)
    while (this.waiting > 0 && this.#wait() <= 0) this.#draw()
    if (this.waiting > 0 && this.#speed === '0.1')
      this.#timer = this.#clock.setTimeout(() => this.#drawWhatIsDue(), this.#wait())
    this.#changed(this.waiting)
  }

  /** How long the next thing has to wait still. */
  #wait() {
    if (this.#speed === '1') return 0
    if (this.#speed === 'step') return Infinity
    const silence = 10 * (this.#waiting[0].time - this.#last.time)
    return this.#last.drawn + Math.min(Math.max(silence, HELD_MS), SILENCE_MS) - this.#clock.now()
  }
}
