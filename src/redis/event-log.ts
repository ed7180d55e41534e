import { isMessage, isRequest } from '../jsonrpc/index.ts'
import { createEventStore, type EventLog, type EventStore, type Missed, type SseMessage } from '../sse/index.ts'
import type { Change } from '../mcp/index.ts'
import { notificationOf } from '../mcp/protocol/change-bus.ts'
import { KEPT_MS, type Bus } from './bus.ts'
import type { Connection } from './connection.ts'
import { APPEND } from './scripts.ts'

/** The number of the empty entry before event 1. */
const HEAD = 0
/** The entry after the last event. */
const END = 'end'

/**
 * What the engine has of a log of this node: its key; the bytes that it takes, and those that are counted (0: it is not
 * there); the time at which it was written last, and that by which it has its place in the order.
 */
type Place = { key: string; bytes: number; counted: number; at: number; since: number }

/** The event logs of a node. They are read here, and written to the engine too, where other nodes can read them. */
export type EventLogs = ReturnType<typeof createEventLogs>
export type ReadLog = Awaited<ReturnType<EventLogs['read']>>

export function createEventLogs(connection: Connection, prefix: string, node: string) {
  const memory = createEventStore()
  /**
   * The logs of this node that the engine has, about in the order in which they were written to last, from `first` on:
   * to take each from the beginning, one by one, would move tens of thousands of others each time.
   */
  const places: Place[] = []
  let [opened, first, total] = [0, 0, 0]
  const keyOf = (session: string, name: string) => `${prefix}:{${session}}:${name}`

  /** Forgets the logs that have expired, and as many more, in the engine too, as are beyond the bound. */
  function makeRoom(now: number): void {
    for (let oldest = places[first]; oldest; oldest = places[first]) {
      const hasExpired = now - oldest.at > KEPT_MS
      if (!hasExpired && total <= MAX_TOTAL_BYTES) return
      if (++first > places.length / 2) first -= places.splice(0, first).length
      if (oldest.at > oldest.since && !hasExpired) {
        places.push(Object.assign(oldest, { since: oldest.at })) // it was written to since it was put here
        continue
      }
      total -= oldest.counted
      oldest.counted = 0
      if (!hasExpired) connection.command(oldest.key, 'DEL', oldest.key).catch(() => {})
    }
  }

  const logs = {
    keyOf,
    /**
     * The event store of a session: its logs are under keys of its own, so another session's id finds nothing in them. The
     * names that the core gives are left out: they count from 1 at each node, and these must be of one log only.
     * (STANDALONE, which the core must find by its name, does not come here: see SharedSession.)
     */
    of(session: string): EventStore {
      const nextName = () => `${node}-${++opened}`
      return {
        open: (_name, requests) => {
          const log = new SharedLog(logs, session, memory.open(nextName()), idsIn(requests))
          log.queue(HEAD, '')
          return log
        },
        keep: (_name, data) => {
          const log = new SharedLog(logs, session, memory.keep(nextName(), data), [])
          log.queue(1, data)
          log.end()
          return log
        },
      }
    },

    /**
     * Reads the log of a stream: the events after one (undefined: some of them are forgotten, or it never was), and those of
     * them that are kept; the ids of the requests that it answers, as a text. Rejects with HttpError 503.
     */
    async read(session: string, name: string, after: number) {
      const key = keyOf(session, name)
      const reply = await connection.command(key, 'LRANGE', key, '0', '-1')
      const texts = (Array.isArray(reply) ? reply : []).map(String)
      const entries = texts.flatMap((text) => {
        const [, own, requests = '', data = ''] = /^(\d+) ([^\n]*)\n(.*)$/s.exec(text) ?? []
        return own === undefined ? [] : [{ number: Number(own), requests, data }]
      })
      const rest = entries.filter(({ number }) => number > after)
      const isKnown = entries.some(({ number }) => number === after) || rest[0]?.number === after + 1
      const isWhole = rest.every(({ number }, at) => number === after + 1 + at)
      const missed = rest.map(({ number, data }) => ({ id: `${name}.${number}`, event: 'message', data }))
      const requests = entries[0]?.requests ?? ''
      return { missed: isKnown && isWhole ? missed : undefined, rest, isEnded: texts.at(-1) === END, requests }
    },

    /** Appends entries, numbers and data in turn, without waiting. The newest `kept` of the log are kept. */
    append(place: Place, kept: number, requests: string, entries: (string | number)[]): Promise<unknown> {
      place.at = performance.now()
      if (place.counted === 0) places.push(Object.assign(place, { since: place.at }))
      total += place.bytes - place.counted
      place.counted = place.bytes
      makeRoom(place.at)
      return connection.tryRun(APPEND, place.key, KEPT_MS, kept, requests, ...entries)
    },

    /** Ends the log of a node that is dead, with some events after the last one. Rejects with HttpError 503. */
    async end(session: string, name: string, last: number, events: string[]): Promise<void> {
      const entries = events.flatMap((data, at) => [last + 1 + at, data])
      await connection.run(APPEND, keyOf(session, name), KEPT_MS, MAX_EVENTS, '[]', ...entries, END, '')
    },
  }
  return logs
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
  readonly #place: Place
  /** The ids of the requests that the stream answers. Each entry has them, for the first may be forgotten. */
  readonly #requests: string
  #queued: (string | number)[] = []
  #events = 0
  /** The bytes of the entries that are kept, the newest last. */
  readonly #sizes: number[] = []
  #isEnded = false

  constructor(logs: EventLogs, session: string, memory: EventLog, requests: unknown[]) {
    this.#logs = logs
    this.#session = session
    this.#memory = memory
    this.#place = { key: logs.keyOf(session, this.#name), bytes: BASE_BYTES, counted: 0, at: 0, since: 0 }
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
    const bytes = number === END ? 0 : Buffer.byteLength(data) + this.#requests.length
    this.#place.bytes += bytes
    const sizes = this.#sizes
    sizes.push(bytes)
    // The last event stays, however large: it may be the response that the client comes back for.
    const least = number === END ? 2 : 1
    while (sizes.length > MAX_EVENTS || (this.#place.bytes > MAX_BYTES && sizes.length > least))
      this.#place.bytes -= sizes.shift()!
  }

  #flush(): void {
    const entries = this.#queued.splice(0)
    const written = this.#logs.append(this.#place, this.#sizes.length, this.#requests, entries)
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
  [requests].flat().flatMap((one) => (isMessage(one) && isRequest(one) ? [one.id] : []))

const MAX_EVENTS = 256 + 2 // those before the first and after the last are no events
const MAX_BYTES = 2 ** 20
/** Bytes of all logs of a node; and those that each takes beside its events. */
const MAX_TOTAL_BYTES = 64 * 2 ** 20
const BASE_BYTES = 512
