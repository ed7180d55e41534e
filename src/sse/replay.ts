import type { SseMessage } from './event.ts'

/** How much is remembered. Resumption is for seconds: a lost connection, not a lost day. */
export interface ReplayLimits {
  /** Messages of one stream. Default 256. */
  maxEvents: number
  /** UTF-16 units of one stream's data. Default 1 Mi. */
  maxLength: number
  /** The same of all streams together. Default 64 Mi. */
  maxTotalLength: number
  /** Milliseconds that a stream may be silent before it is forgotten. Default 5 minutes. */
  maxAgeMs: number
}

const DEFAULTS: ReplayLimits = {
  maxEvents: 256,
  maxLength: 2 ** 20,
  maxTotalLength: 64 * 2 ** 20,
  maxAgeMs: 5 * 60_000,
}

/** What one stream has said, as far as it is remembered. */
export interface ReplayLog {
  /** The id of the place before the first message. */
  readonly start: string
  /** Remembers a message and gives it the next id: the stream's name and a number that counts up. */
  append(message: SseMessage): SseMessage & { id: string }
  /** What came after an event of this stream, or undefined where some of it is forgotten or the id was never given. */
  after(id: string): readonly SseMessage[] | undefined
  /** Forgets everything. */
  drop(): void
}

export interface ReplayStore {
  /** Begins a log. Its name becomes part of every id, so that an id finds its stream. */
  open(name: string): ReplayLog
}

/** Remembers the last messages of many streams within common bounds. The stream silent for longest goes first. */
export function createReplayStore(limits: Partial<ReplayLimits> = {}, now = Date.now): ReplayStore {
  const { maxEvents, maxLength, maxTotalLength, maxAgeMs } = { ...DEFAULTS, ...limits }
  const silentSince = new Map<Log, number>() // in the order of the last message
  let total = 0

  interface Log {
    messages: (SseMessage & { id: string })[]
    length: number
    /** The number of messages that were here and are not any more. */
    forgotten: number
  }

  function forget(log: Log, count: number): void {
    for (const { data = '' } of log.messages.splice(0, count)) {
      log.length -= data.length
      total -= data.length
    }
    log.forgotten += count
  }

  function makeRoom(): void {
    for (const [log, since] of silentSince) {
      if (total <= maxTotalLength && now() - since <= maxAgeMs) return
      forget(log, log.messages.length)
      silentSince.delete(log)
    }
  }

  return {
    open(name) {
      const log: Log = { messages: [], length: 0, forgotten: 0 }
      return {
        start: `${name}.0`,
        append(message) {
          const numbered = { ...message, id: `${name}.${log.forgotten + log.messages.length + 1}` }
          const length = message.data?.length ?? 0
          log.messages.push(numbered)
          log.length += length
          total += length
          // The last one stays, however long: it may be the answer that the client comes back for.
          while (log.messages.length > 1 && (log.messages.length > maxEvents || log.length > maxLength)) forget(log, 1)
          silentSince.delete(log) // and to the end of the order
          silentSince.set(log, now())
          makeRoom()
          return numbered
        },
        after(id) {
          makeRoom()
          const [, of, number] = /^(.*)\.(0|[1-9]\d{0,14})$/s.exec(id) ?? []
          const next = Number(number) - log.forgotten
          const known = of === name && next >= 0 && next <= log.messages.length
          return known ? log.messages.slice(next) : undefined
        },
        drop() {
          forget(log, log.messages.length)
          silentSince.delete(log)
        },
      }
    },
  }
}
