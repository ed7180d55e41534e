import type { SseMessage } from './event.ts'

/** The limits of an event store. Resumption is for a lost connection, which takes seconds, not for a lost day. */
export interface EventStoreLimits {
  /** Messages of one stream. Beyond it the oldest are forgotten, as beyond the next. Default 256. */
  maxEvents: number
  /** UTF-16 units of one stream's data. Default 1 Mi. */
  maxLength: number
  /** UTF-16 units of the data of all streams together. Beyond it whole streams are forgotten. Default 64 Mi. */
  maxTotalLength: number
  /** Milliseconds that a stream may be silent before it is forgotten. Default 5 minutes. */
  maxAgeMs: number
}

const DEFAULTS: EventStoreLimits = {
  maxEvents: 256,
  maxLength: 2 ** 20,
  maxTotalLength: 64 * 2 ** 20,
  maxAgeMs: 5 * 60_000,
}

/** The messages that a client has missed. Undefined: it cannot be known. */
export type Missed = readonly SseMessage[] | undefined

/**
 * The last messages of one stream, each under an id, so that the stream can be resumed from any of them. A log that
 * several processes share may be asynchronous.
 */
export interface EventLog {
  /** The id of the place before the first message. */
  readonly start: string
  /** Remembers a message and gives it the next id: the stream's name and a number that counts up. */
  append(message: Omit<SseMessage, 'id'>): SseMessage & { id: string }
  /** The messages after the one with this id. Undefined: some of them are forgotten, or the id was never given. */
  missedSince(id: string): Missed | Promise<Missed>
  /** Forgets all messages, and the log itself. */
  drop(): void
  /** Notes that nothing more is appended, for those who read the log in another process. */
  end?(): void
}

/** The log of a store in memory, which answers at once. */
export interface MemoryEventLog extends EventLog {
  missedSince(id: string): Missed
}

/** The event logs of many streams. */
export interface EventStore {
  /**
   * Begins a log. Its name becomes part of every id, so that whoever has the streams finds the one of an id. It need be
   * unique there only. `requests` is the message, or batch, that the stream answers.
   */
  open(name: string, requests?: unknown): EventLog
  /** The log of a stream that is complete with one `message` event: no more is appended. */
  keep(name: string, data: string): EventLog
  /** UTF-16 units of the data of all streams, where the store knows. */
  readonly length?: number
}

/**
 * Messages of all streams together. A bound of their own, because one with hardly any data takes 250 bytes all the
 * same.
 */
const MAX_TOTAL_EVENTS = 200_000

/**
 * An event store in memory. All logs share its limits; beyond them the log that was silent for longest is forgotten.
 */
export function createEventStore(limits: Partial<EventStoreLimits> = {}, now = () => performance.now()) {
  const { maxEvents, maxLength, maxTotalLength, maxAgeMs } = { ...DEFAULTS, ...limits }
  const logs = new Order()
  let total = 0
  let events = 0
  let nextLook = 0 // a time until which no log is too old, so that not every message has to look

  // Forgets logs, the one silent for longest first, until the limits are kept.
  function makeRoom(): void {
    for (let log = logs.first; log; log = logs.first) {
      nextLook = log.since + maxAgeMs
      if (total <= maxTotalLength && events <= MAX_TOTAL_EVENTS && now() <= nextLook) return
      log.drop()
    }
    nextLook = now() + maxAgeMs
  }

  /** Counts what was added to a log, which is now the last in the order. */
  function added(log: Ordered, length: number): void {
    total += length
    events++
    log.since = now()
    logs.moveToEnd(log)
    if (total > maxTotalLength || events > MAX_TOTAL_EVENTS || log.since > nextLook) makeRoom()
  }

  class Log extends Ordered implements MemoryEventLog {
    #messages: (SseMessage & { id: string })[] = []
    #length = 0
    /** The number of messages that were forgotten: the ids go on counting. */
    #forgotten = 0

    append(message: Omit<SseMessage, 'id'>): SseMessage & { id: string } {
      // The id comes first: after a spread, V8 makes a hidden class of its own for each message (450 ns instead of 70).
      const numbered = { id: `${this.name}.${this.#forgotten + this.#messages.length + 1}`, ...message }
      const length = message.data?.length ?? 0
      this.#messages.push(numbered)
      this.#length += length
      // The last message stays, however long, up to maxTotalLength: it may be the response that the client comes back for.
      while (this.#messages.length > 1 && (this.#messages.length > maxEvents || this.#length > maxLength))
        this.#forget(1)
      added(this, length)
      return numbered
    }

    //> missed
    missedSince(id: string): Missed {
      makeRoom()
      const [, of, number] = /^(.*)\.(0|[1-9]\d{0,14})$/s.exec(id) ?? []
      const next = Number(number) - this.#forgotten
      const known = of === this.name && next >= 0 && next <= this.#messages.length
      return known ? this.#messages.slice(next) : undefined
    }
    //<

    drop(): void {
      this.#forget(this.#messages.length)
      logs.remove(this)
    }

    #forget(count: number): void {
      for (const { data = '' } of this.#messages.splice(0, count)) {
        this.#length -= data.length
        total -= data.length
      }
      events -= count
      this.#forgotten += count
    }
  }

  /** A log of one event. One object and one text: a response that was sent whole needs no more, and most are. */
  class KeptEvent extends Ordered implements MemoryEventLog {
    #data: string | undefined

    constructor(name: string, data: string) {
      super(name)
      this.#data = data
      added(this, data.length)
    }

    append(): never {
      throw new TypeError('This log is complete.')
    }

    missedSince(id: string): Missed {
      makeRoom()
      if (id === `${this.name}.1`) return []
      if (id !== this.start || this.#data === undefined) return undefined
      return [{ id: `${this.name}.1`, event: 'message', data: this.#data }]
    }

    drop(): void {
      if (this.#data === undefined) return
      total -= this.#data.length
      events--
      this.#data = undefined
      logs.remove(this)
    }
  }

  return {
    open: (name: string): MemoryEventLog => new Log(name),
    keep: (name: string, data: string): MemoryEventLog => new KeptEvent(name, data),
    get length(): number {
      return total
    },
  }
}

/** A log by its name, with its place in the order of the last message. */
abstract class Ordered {
  readonly name: string
  /** The time of the last message. */
  since = 0
  older: Ordered | undefined
  newer: Ordered | undefined
  abstract drop(): void

  constructor(name: string) {
    this.name = name
  }

  get start(): string {
    return `${this.name}.0`
  }
}

/**
 * Logs, the one silent for longest first. A linked list: a Set with one member in and out for every POST would be
 * rebuilt again and again in V8's old heap.
 */
class Order {
  first: Ordered | undefined
  #last: Ordered | undefined

  moveToEnd(log: Ordered): void {
    if (log === this.#last) return
    this.remove(log)
    log.older = this.#last
    if (this.#last) this.#last.newer = log
    else this.first = log
    this.#last = log
  }

  remove(log: Ordered): void {
    if (log.older) log.older.newer = log.newer
    else if (this.first === log) this.first = log.newer
    if (log.newer) log.newer.older = log.older
    else if (this.#last === log) this.#last = log.older
    log.older = log.newer = undefined
  }
}
