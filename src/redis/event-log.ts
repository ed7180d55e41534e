import { createEventStore, type EventLog, type EventStore, type Missed, type SseMessage } from '../sse/index.ts'
import type { Change } from '../mcp/index.ts'
import { notificationOf } from '../mcp/protocol/change-bus.ts'
import { KEPT_MS, MAX_ENTRIES, readChange, type Bus } from './bus.ts'
import type { Connection } from './connection.ts'
import { APPEND } from './scripts.ts'
import { entriesOf, isBefore } from './stream-entries.ts'

/** The number of the entry before the first event, which has the number 1; what stands after the last. */
const HEAD = 0
export const END = 'end'

/** The event logs of a node. They are read here, and written to the engine too, where other nodes can read them. */
export type EventLogs = ReturnType<typeof createEventLogs>

export function createEventLogs(connection: Connection, prefix: string, node: string) {
  const memory = createEventStore()
  let opened = 0
  const nextName = () => `${node}-${++opened}`
  const keyOf = (session: string, name: string) => `${prefix}:{${session}}:${name}`

  return {
    connection,
    keyOf,
    /** The event store of a session: its logs are under keys of its own, so another session's id finds nothing in them. */
    of: (session: string): EventStore => ({
      open(_name, requests) {
        const name = nextName()
        const log = new SharedLog(connection, keyOf(session, name), memory.open(name), idsIn(requests))
        log.queue(HEAD, '')
        return log
      },
      keep(_name, data) {
        const name = nextName()
        const log = new SharedLog(connection, keyOf(session, name), memory.keep(name, data), [])
        log.queue(1, data)
        log.end()
        return log
      },
    }),
  }
}

/** The node that a stream is of, by its name. */
export const nodeOf = (stream: string): string => stream.slice(0, Math.max(0, stream.lastIndexOf('-')))

/** The log of a stream of this node. It is written to the engine without waiting. */
class SharedLog implements EventLog {
  /** Called after it was written to: another node carries the stream, and is told. */
  onMore: (() => void) | undefined
  readonly #connection: Connection
  readonly #key: string
  readonly #memory: EventLog
  /** The ids of the requests that the stream answers. Each entry has them, for the first may be forgotten. */
  readonly #requests: string
  #queued: string[] = []
  #events = 0
  /** The lengths of the entries that are kept, the newest last, and their sum. */
  readonly #lengths: number[] = []
  #length = 0
  #isEnded = false

  constructor(connection: Connection, key: string, memory: EventLog, requests: unknown[]) {
    this.#connection = connection
    this.#key = key
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
    return this.#memory.missedSince(id) ?? readLog(this.#connection, this.#key, id).then(({ missed }) => missed)
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
    if (this.#queued.push(String(number), data) === 2) queueMicrotask(() => this.#flush())
    this.#length += data.length
    const kept = this.#lengths.push(data.length)
    if (kept > MAX_EVENTS || (this.#length > MAX_LENGTH && kept > 1)) this.#length -= this.#lengths.shift()!
  }

  #flush(): void {
    const entries = this.#queued.splice(0)
    const args = [this.#lengths.length, this.#requests, ...entries]
    const written = this.#connection.post(APPEND, this.#key, KEPT_MS, ...args)
    if (this.onMore) void written.then(this.onMore)
  }
}

/** Has a function called whenever there is more in a log of this node, and now. */
export function tellOfMore(log: EventLog, onMore: () => void): void {
  if (log instanceof SharedLog) log.onMore = onMore
  onMore()
}

/** What a log in the engine has after an event. */
export interface ReadLog {
  /** Undefined: some of it is forgotten, or the event never was. */
  missed: Missed
  isEnded: boolean
  /** The data of all that is there, and the ids of the requests that the stream answers, as a text. */
  all: string[]
  requests: string
}

/** Reads the log of a stream in the engine. Rejects with HttpError 503. */
export async function readLog(connection: Connection, key: string, eventId: string): Promise<ReadLog> {
  const [, name, number] = /^(.*)\.(0|[1-9]\d{0,14})$/s.exec(eventId) ?? []
  const reply = name === undefined ? [] : await connection.command(key, 'LRANGE', key, '0', '-1')
  const texts = (Array.isArray(reply) ? reply : []).map(String)
  const isEnded = texts.at(-1) === END
  const entries = texts.flatMap((text) => {
    const [, own, requests = '', data = ''] = /^(\d+) ([^\n]*)\n(.*)$/s.exec(text) ?? []
    return own === undefined ? [] : [{ number: Number(own), requests, data }]
  })
  const from = Number(number)
  const after = entries.filter((entry) => entry.number > from)
  const isKnown = entries.some((entry) => entry.number === from) || after[0]?.number === from + 1
  const isWhole = after.every((entry, at) => entry.number === from + 1 + at)
  const missed = after.map((entry) => ({ id: `${name}.${entry.number}`, event: 'message', data: entry.data }))
  const all = entries.map(({ data }) => data)
  return { missed: isKnown && isWhole ? missed : undefined, isEnded, all, requests: entries[0]?.requests ?? '' }
}

/** The name of the standalone stream. */
export const STANDALONE = 'get'

/**
 * The log of the standalone stream. It carries changes and nothing else, so it is the Stream of changes itself, as far
 * as the session wants to hear of them: nothing is written for it, and any node can read it.
 */
export function changeLog(bus: Bus, connection: Connection, key: string, wants: (change: Change) => boolean): EventLog {
  const range = async (...of: string[]) => entriesOf(await connection.command(key, 'XRANGE', key, ...of))
  return {
    get start() {
      return `${STANDALONE}.${bus.position()}`
    },
    append: (message) => ({ id: `${STANDALONE}.${bus.current()}`, ...message }),
    async missedSince(eventId) {
      const id = eventId.slice(STANDALONE.length + 1)
      if (!/^\d{1,20}-\d{1,20}$/.test(id)) return undefined
      const [first] = await range('-', '+', 'COUNT', '1')
      const isOld = Number.parseInt(id, 10) < bus.engineTime() - KEPT_MS
      const isKept = first !== undefined && !isBefore(id, first.id)
      const entries = await range(`(${id}`, '+')
      if (!isKept && (isOld || entries.length >= MAX_ENTRIES)) return undefined
      return entries.flatMap(({ id: entryId, fields }) => {
        const change = readChange(fields)
        if (!change || !wants(change)) return []
        const data = JSON.stringify({ jsonrpc: '2.0', ...notificationOf(change) })
        return [{ id: `${STANDALONE}.${entryId}`, event: 'message', data }]
      })
    },
    drop() {},
  }
}

/** The ids of the requests in a message or a batch. */
const idsIn = (requests: unknown): unknown[] =>
  [requests].flat().flatMap((one) => {
    const { id, method } = (one ?? {}) as { id?: unknown; method?: unknown }
    return method === undefined || id === undefined ? [] : [id]
  })

const MAX_EVENTS = 256 + 2 // those before the first and after the last are no events
const MAX_LENGTH = 2 ** 20 // UTF-16 units
