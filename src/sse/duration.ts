/**
 * Checks a setting in milliseconds, which may be left out. Throws TypeError unless it is a whole number from `least` to
 * 2^31 - 1, 24.8 days: a timer of Node's that is set to more fires at once.
 */
export function checkDuration(name: string, ms: number | undefined, least: number): void {
  if (ms === undefined || (Number.isInteger(ms) && ms >= least && ms < 2 ** 31)) return
  throw new TypeError(`${name} must be whole milliseconds from ${least} to ${2 ** 31 - 1}, not ${String(ms)}.`)
}
