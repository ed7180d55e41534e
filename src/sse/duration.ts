/** A timer waits for 2^31 - 1 ms, 24.8 days, at most: with more it fires at once. Throws TypeError for what it cannot. */
export function checkDuration(name: string, ms: number | undefined, least: number): void {
  if (ms === undefined || (Number.isInteger(ms) && ms >= least && ms < 2 ** 31)) return
  throw new TypeError(`${name} must be whole milliseconds from ${least} to ${2 ** 31 - 1}, not ${String(ms)}.`)
}
