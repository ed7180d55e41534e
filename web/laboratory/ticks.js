// @ts-check
// What became of each tick: live, replayed, lost, or drawn twice.

/** @returns a list of what came, in the order of the numbers; `take` says how it was */
export function createTicks() {
  /** @type {Map<number, 'live' | 'replayed' | 'lost' | 'duplicate'>} */
  const states = new Map()
  let newest = 0
  return {
    states,
    /** @param {{ n: number, replayed?: boolean }} tick */
    take({ n, replayed = false }) {
      // What lies between was counted while nobody listened. It may still be replayed.
      if (newest > 0) for (let missing = newest + 1; missing < n; missing++) states.set(missing, 'lost')
      const known = states.get(n)
      states.set(n, known === undefined || known === 'lost' ? (replayed ? 'replayed' : 'live') : 'duplicate')
      newest = Math.max(newest, n)
    },
    count: (state) => [...states.values()].filter((one) => one === state).length,
  }
}
