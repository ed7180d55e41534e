// @ts-check
// Slow motion: a queue between what has happened and what is shown of it. What happened keeps its order and its times;
// the queue only says what is not to be seen yet. No DOM: it runs in Node as well.

export const SPEEDS = ['1', '0.1', 'step']
const HOLD = 700 // milliseconds: a thing that is shown for less, nobody sees
const LONGEST = 3000 // milliseconds: a silence is told in numbers, nobody waits ten times as long
const MOST = 200 // things that wait; of more, the oldest are shown at once

const CLOCK = {
  now: () => performance.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
}

/**
 * A thing to be shown: `key` is its own, `at` when it happened, in milliseconds.
 *
 * @typedef {{ key: string, at: number }} Thing
 */

/**
 * At `1` nothing waits; at `0.1` each thing is held ten times as long as it was until the next, and 700 ms at least; at
 * `step`, `next` shows one. `onShow` is called with what is shown now, also with nothing, when more waits than before.
 *
 * @template {Thing} T
 * @param {{ onShow: (things: T[]) => void, clock?: typeof CLOCK }} options
 */
export function createQueue({ onShow, clock = CLOCK }) {
  /** By key, the oldest first. @type {Map<string, T>} */
  const waiting = new Map()
  let speed = '1'
  let timer
  let last = /** @type {T | undefined} */ (undefined) // that was shown
  let lastShown = 0 // when, by the clock

  /** Takes what has happened, in order. A thing that waits already is replaced, and keeps its place. @param {T[]} things */
  function put(things) {
    if (!things.length) return
    for (const thing of things) waiting.set(thing.key, thing)
    if (speed === '1') show(waiting.size)
    else if (waiting.size > MOST) show(waiting.size - MOST)
    else {
      onShow([])
      wait()
    }
  }

  function show(count) {
    const things = [...waiting.values()].slice(0, count)
    for (const { key } of things) waiting.delete(key)
    last = things.at(-1) ?? last
    lastShown = clock.now()
    onShow(things)
    wait()
  }

  function wait() {
    clock.clearTimeout(timer)
    const [first] = waiting.values()
    if (speed !== '0.1' || !first) return
    const hold = last ? Math.min(Math.max(10 * (first.at - last.at), HOLD), LONGEST) : 0
    const left = lastShown + hold - clock.now()
    if (left > 0) timer = clock.setTimeout(() => show(1), left)
    else show(1)
  }

  return {
    put,
    has: (key) => waiting.has(key),
    things: () => [...waiting.values()],
    get size() {
      return waiting.size
    },
    /** Shows one more, at `step`. */
    next() {
      if (speed === 'step' && waiting.size) show(1)
    },
    /** Back at `1`, all is shown at once. @param {string} to */
    set(to) {
      speed = to
      if (to !== '1') return wait()
      clock.clearTimeout(timer)
      if (waiting.size) show(waiting.size)
      last = undefined // what comes at `1` is shown without us
    },
    /** What waited is gone: another conversation begins. */
    clear() {
      clock.clearTimeout(timer)
      waiting.clear()
      last = undefined
    },
  }
}
