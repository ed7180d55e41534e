/** One thing that happened, for whoever runs the server. `reason` is a stable word to search and count by. */
export interface LogEntry {
  level: 'info' | 'warn' | 'error'
  reason: string
  [detail: string]: unknown
}

export type Log = (entry: LogEntry) => void

/** One line of JSON on standard error: control characters from outside arrive there escaped. */
export const logToStderr: Log = (entry) => {
  console.error(JSON.stringify({ time: new Date().toISOString(), ...entry }))
}

/** The same log with at most ten lines a second for each reason: a flood of requests must not become one of lines. */
export function atMostTenASecond(log: Log): Log {
  const counts = new Map<string, number>()
  let second = 0
  return (entry) => {
    const now = Math.floor(Date.now() / 1000)
    if (now !== second) counts.clear()
    second = now
    const count = (counts.get(entry.reason) ?? 0) + 1
    counts.set(entry.reason, count)
    if (count <= 10) log(entry)
  }
}

/** The cause of a failure, for the log alone. */
export const causeOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
