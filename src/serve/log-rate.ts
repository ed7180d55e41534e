import type { Log } from '../mcp/index.ts'

/** The same log with at most ten lines a second for each reason: a flood of requests must not become one of lines. */
export function atMostTenASecond(log: Log, now = () => performance.now()): Log {
  const counts = new Map<string, number>()
  let second = 0
  return (entry) => {
    const thisSecond = Math.floor(now() / 1000)
    if (thisSecond !== second) counts.clear()
    second = thisSecond
    const count = (counts.get(entry.reason) ?? 0) + 1
    counts.set(entry.reason, count)
    if (count <= 10) log(entry)
  }
}
