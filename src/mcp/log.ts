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

/** The cause of a failure, for the log alone. */
export const causeOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
