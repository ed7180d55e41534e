import { createEventStore, type EventLog, type EventStore, type Missed, type SseMessage } from '../sse/index.ts'
import type { Change } from '../mcp/index.ts'
import { notificationOf } from '../mcp/protocol/change-bus.ts'
import { KEPT_MS, type Bus } from './bus.ts'
import type { Connection } from './connection.ts'
import { APPEND } from './scripts.ts'

/** The number of the entry before the first event, which has the number 1; what stands after the last. */
const HEAD = 0
const END = 'end'

/** What a log in the engine has. */
export interface ReadLog {
  /** The events after the one that was asked for. Undefined: some of them are forgotten, or it never was. */
  missed: Missed
  isEnded: boolean
  /** The data of all that is there, and the ids of the requests that the stream answers, as a text. */
  all: string[]
  requests: string
}

/** The event logs of a node. They are read here, and written to the engine too, where other nodes can read them. */
export class EventLogs {
  readonly #connection: Connection
  readonly #prefix: string
  readonly #node: string
  readonly #memory = createEventStore()
  #opened = 0

  constructor(connection: Connection, prefix: string, node: string) {
    this.#connection = connection
    this.#prefix = prefix
    this.#node = node
  }

  /** The event store of a session: its logs are under keys of its own, so another session's id finds nothing in them. */
  of(session: string): EventStore {
    const nextName = () => `${this.#node}-${++this.#opened}`
    return {
      open: (_name, requests) => {
        const log = new SharedLog(this, session, this.#memory.open(nextName()), idsIn(requests))
        log.queue(HEAD, '')
        return log
      },
      keep: (_name, data) => {
        const log = new SharedLog(this, session, this.#memory.keep(nextName(), data), [])
        log.queue(1, data)
        log.end()
        return log
      },
    }
  }

  /** Reads the log of a stream. Rejects with HttpError 503. */
  async read(session: string, name: string, after: number): Promise<ReadLog> {
    const key = this.#keyOf(session, name)
    const reply = await this.#connection.command(key, 'LRANGE', key, '0', '-1')
    const texts = (Array.isArray(reply) ? reply : []).map(String)
    const entries = texts.flatMap((text) => {
      const [, own, requests = '', data = ''] = /^(\d+) ([^\n]*)\n(.*)$/s.exec(text) ?? []
      return own === undefined ? [] : [{ number: Number(own), requests, data }]
    })
    const rest = entries.filter(({ number }) => number > after)
    const isKnown = entries.some(({ number }) => number === after) || rest[0]?.number === after + 1
    const isWhole = rest.every(({ number }, at) => number === after + 1 + at)
    const missed = rest.map(({ number, data }) => ({ id: `${name}.${number}`, event: 'message', data }))
    return {
      missed: isKnown && isWhole ? missed : undefined,
      isEnded: texts.at(-1) === END,
      all: entries.map(({ data }) => data),
      requests: entries[0]?.requests ?? '',
    }
  }

  /** Appends entries, of which the newest `kept` are kept, without waiting: numbers and data in turn. */
  append(
    session: string,
    name: string,
    kept: number,
    requests: string,
    entries: (string | number)[],
  ): Promise<unknown> {
    return this.#connection.tryRun(APPEND, this.#keyOf(session, name), KEPT_MS, kept, requests, ...entries)
  }

  /** Ends the log of a node that is dead, with some events after the last one. Rejects with HttpError 503. */
  async end(session: string, name: string, last: number, events: string[]): Promise<void> {
    const entries = events.flatMap((data, at) => [last + 1 + at, data])
    await this.#connection.run(APPEND, this.#keyOf(session, name), KEPT_MS, MAX_EVENTS, '[]', ...entries, END, '')
  }

  #keyOf(session: string, name: string): string {
    return `${this.#prefix}:{${session}}:${name}`
  }
}

/** The node that a stream is of, by its name. */
export const nodeOf = (stream: string): string => stream.slice(0, Math.max(0, stream.lastIndexOf('-')))

/** The number in the id of an event; NaN: it is none of ours. */
export const numberOf = (eventId: string): number => Number(/\.(0|[1-9]\d{0,14})$/.exec(eventId)?.[1])

/** The log of a stream of this node. It is written to the engine without waiting. */
class SharedLog implements EventLog {
  /** Called after it was written to: another node carries the stream, and is told. */
  onMore: (() => void) | undefined
  readonly #logs: EventLogs
  readonly #session: string
  readonly #memory: EventLog
  /** The ids of the requests that the stream answers. Each entry has them, for the first may be forgotten. */
  readonly #requests: string
  #queued: (string | number)[] = []
  #events = 0
  /** The lengths of the entries that are kept, the newest last, and their sum. */
  readonly #lengths: number[] = []
  #length = 0
  #isEnded = false

  constructor(logs: EventLogs, session: string, memory: EventLog, requests: unknown[]) {
    this.#logs = logs
    this.#session = session
    this.#memory = memory
    this.#requests = JSON.stringify(requests)
  }

  get start(): string {
    return this.#memory.start
  }

  append(message: Omit<SseMessage, 'id'>): SseMessage & { id: string } {
    this.queue(++this.#events, message.data ?? '')
    return this.#memory.append(message)
  }

  missedSince(id: string): Missed | Promise<Missed> {
    const here = this.#memory.missedSince(id)
    return here ?? this.#logs.read(this.#session, this.#name, numberOf(id)).then(({ missed }) => missed)
  }

  /** Forgets what is here. What is in the engine goes by itself. */
  drop(): void {
    this.#memory.drop()
  }

  end(): void {
    if (!this.#isEnded) this.queue(END, '')
    this.#isEnded = true
  }

  /** Has an entry written, together with what else comes in this turn of the event loop. */
  queue(number: number | typeof END, data: string): void {
    if (this.#queued.push(number, data) === 2) queueMicrotask(() => this.#flush())
    this.#length += data.length
    const kept = this.#lengths.push(data.length)
    if (kept > MAX_EVENTS || (this.#length > MAX_LENGTH && kept > 1)) this.#length -= this.#lengths.shift()!
  }

  #flush(): void {
    const entries = this.#queued.splice(0)
    const written = this.#logs.append(this.#session, this.#name, this.#lengths.length, this.#requests, entries)
    if (this.onMore) void written.then(this.onMore)
  }

  get #name(): string {
    return this.start.slice(0, -'.0'.length)
  }
}

/** Has a function called whenever there is more in a log of this node, and now. */
export function tellOfMore(log: EventLog, onMore: () => void): void {
  if (log instanceof SharedLog) log.onMore = onMore
  onMore()
}

/** The name of the standalone stream. */
export const STANDALONE = 'get'

/**
 * The log of the standalone stream. It carries changes and nothing else, so it is the Stream of changes itself, as far
 * as the session wants to hear of them: nothing is written for it, and any node can read it.
 */
export const changeLog = (bus: Bus, wants: (change: Change) => boolean): EventLog => ({
  get start() {
    return `${STANDALONE}.${bus.position()}`
  },
  append: (message) => ({ id: `${STANDALONE}.${bus.current()}`, ...message }),
  async missedSince(eventId) {
    const changes = await bus.changesSince(eventId.slice(STANDALONE.length + 1))
    return changes
      ?.filter(({ change }) => wants(change))
      .map(({ id, change }) => {
        const data = JSON.stringify({ jsonrpc: '2.0', ...notificationOf(change) })
        return { id: `${STANDALONE}.${id}`, event: 'message', data }
      })
  },
  drop() {},
})

/** The ids of the requests in a message or a batch. */
const idsIn = (requests: unknown): unknown[] =>
  [requests].flat().flatMap((one) => {
    const { id, method } = (one ?? {}) as { id?: unknown; method?: unknown }
    return method === undefined || id === undefined ? [] : [id]
  })

const MAX_EVENTS = 256 + 2 // those before the first and after the last are no events
const MAX_LENGTH = 2 ** 20 // UTF-16 units
