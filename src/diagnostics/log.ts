import { logChannel } from './channels.ts'
import { printable } from './printable.ts'

/** An entry of the log, for whoever runs the server. `reason` is a stable word, to search and count by. */
export interface LogEntry {
  level: 'info' | 'warn' | 'error'
  reason: string
  [detail: string]: unknown
}

/** A function that writes an entry. */
export type Log = (entry: LogEntry) => void

/**
 * A log that neither throws nor rejects: a line that is lost must not take a request with it. An entry that the given
 * log cannot take goes to standard error. What the given log itself logs is left out, or it would never end.
 */
export function safeLog(log: Log = logToStderr): Log {
  if (typeof log !== 'function') throw new TypeError('log must be a function that takes an entry.')
  let isLogging = false
  return (entry) => {
    if (isLogging) return
    isLogging = true
    try {
      const result: unknown = log(entry)
      // An async function fits the type as well: its failure is a rejection that nobody awaits.
      if (typeof result === 'object') Promise.resolve(result).catch(() => logToStderr(entry))
    } catch {
      logToStderr(entry)
    } finally {
      isLogging = false
    }
  }
}

/** A log whose entries are published on the diagnostics channel `sse-mcp:log` too. */
export const publishedLog =
  (log: Log): Log =>
  (entry) => {
    logChannel.publish(entry)
    log(entry)
  }

/**
 * One line of JSON on standard error, in which every control character is escaped. A line that cannot be written (a
 * full disk, a reader that is gone or does not read) is left out and counted: the next one says how many.
 */
export const logToStderr: Log = (entry) => {
  try {
    const { stderr } = process
    if (stderr.writableLength > MAX_WAITING) return void lost++ // what a pipe does not take waits in memory
    const lines = lost + 1
    const notice = lost > 0 ? toLine({ level: 'warn', reason: 'log-lines-lost', lines: lost }) : ''
    const text = notice + toLine(entry) // before the line counts as under way: it throws for an entry that is no JSON
    // A write that fails emits `error` after its callback. Ours are expected, and other people's are not hidden.
    if (underWay++ === 0) stderr.on('error', ignore)
    stderr.write(text, (error) => {
      if (error) lost += lines
      setImmediate(() => --underWay === 0 && stderr.off('error', ignore))
    })
    lost = 0
  } catch {
    lost++
  }
}

let lost = 0
let underWay = 0 // lines that are neither written nor lost yet
const MAX_WAITING = 65_536 // bytes that may wait for the reader of standard error
const ignore = (): void => {}

const toLine = (entry: LogEntry): string =>
  `${printable(JSON.stringify({ time: new Date().toISOString(), ...entry }))}\n`

/** The cause of a failure as a text, with its stack: for the log alone. */
export function causeOf(error: unknown): string {
  try {
    return String(error instanceof Error ? (error.stack ?? error.message) : error).slice(0, MAX_CAUSE)
  } catch {
    return 'a value that has no text' // Object.create(null), say, or a getter that throws
  }
}

const MAX_CAUSE = 16_384 // UTF-16 units
