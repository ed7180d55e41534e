import { setTimeout as sleep } from 'node:timers/promises'
import { isRecord } from '../jsonrpc/index.ts'
import type { Change } from '../mcp/index.ts'
import type { Connection } from './connection.ts'
import { parse } from './record.ts'
import { BEAT, PUBLISH, SEND } from './scripts.ts'
import { entriesOf, isBefore } from './stream-entries.ts'

/** What one node tells another, or all. What it means is believed; its form is checked. */
export interface Envelope {
  /** `post`: a message of HTTP+SSE. `message`: an answer or a cancellation. The others are told where they are handled. */
  is: 'post' | 'gone' | 'message' | 'closed' | 'changed' | 'carry' | 'more' | 'taken'
  /** The session's id, and its principal, as a text. */
  session: string
  principal: string
  from?: string
  [detail: string]: unknown
}

/** The keys that all nodes share. They have one hash tag, so that one command can read several of them in a cluster. */
export const keysOf = (prefix: string, node: string) => ({
  nodes: `{${prefix}}:nodes`,
  sessions: `{${prefix}}:sessions`,
  changes: `{${prefix}}:changes`,
  all: `{${prefix}}:all`,
  to: (name: string) => `{${prefix}}:to:${name}`,
  own: `{${prefix}}:to:${node}`,
})

/** Whoever hears of what other nodes tell, and of time. */
export interface Receiver {
  receive?: (envelope: Envelope) => void
  /** Called every three seconds, and each time the connection stands again. */
  heartbeat?: (isNew: boolean) => void
}

/**
 * What nodes tell each other: changes for all, envelopes for all or for one. All of it stands in Streams of the engine,
 * and a node reads on after the last entry that it had. So nothing is lost with a connection.
 */
export type Bus = Awaited<ReturnType<typeof openBus>>

/**
 * Begins to read. One connection is for commands, the reader blocks. `node` is the full name of this one: another process
 * with the same `NODE_ID`, before or after it, has another one. Rejects where the engine is not there.
 */
export async function openBus(
  connection: Connection,
  reader: Connection,
  keys: ReturnType<typeof keysOf>,
  node: string,
  receiver: Receiver,
) {
  const listeners = new Set<(change: Change) => void>()
  /** The changes that only this node heard of, because the engine was not there. */
  const untold = new Map<string, Change>()
  /** The ids after which the keys are read on. What a change needs, a subscription say, is read before it. */
  const places = new Map([keys.own, keys.all, keys.changes].map((key) => [key, '']))
  let alive = new Set<string>()
  let [current, engineTime, isStale] = ['', 0, false]
  const closed = new AbortController()

  async function heartbeat(): Promise<void> {
    const reply = await connection.run(BEAT, keys.nodes, node, LEASE_MS)
    const [now, ...nodes] = (Array.isArray(reply) ? reply : []).map(String)
    engineTime = Number(now)
    alive = new Set(nodes)
  }

  /**
   * Finds the places to read on from: at first the end, later where it was. An engine that came back empty may give
   * smaller ids than before, if its clock is behind: then all is new.
   */
  async function findPlaces(): Promise<void> {
    for (const [key, before] of places) {
      const [last] = entriesOf(await connection.command(key, 'XREVRANGE', key, '+', '-', 'COUNT', '1'))
      // In the millisecond of the beat, an entry may still come.
      if (before === '') places.set(key, last?.id ?? `${engineTime - 1}-0`)
      else if (!last || isBefore(last.id, before)) places.set(key, '0-0')
    }
    isStale = false
  }

  /** Reads until the end. */
  async function readOn(): Promise<void> {
    const command = ['XREAD', 'COUNT', String(READ_COUNT), 'BLOCK', String(BLOCK_MS), 'STREAMS', ...places.keys()]
    while (!closed.signal.aborted) {
      try {
        if (isStale) await findPlaces()
        take(await reader.command(keys.all, ...command, ...places.values()))
      } catch {
        isStale = true
        await sleep(RETRY_MS)
      }
    }
  }

  function take(reply: unknown): void {
    const read = new Map(Array.isArray(reply) ? (reply as [string, unknown][]) : Object.entries(reply ?? {})) // RESP 2, 3
    let isMore = false
    for (const key of places.keys()) {
      const entries = entriesOf(read.get(key))
      if (key === keys.changes && isMore) return // what comes before them is not read to its end
      isMore ||= entries.length >= READ_COUNT
      for (const { id, fields } of entries) takeEntry(key, id, fields)
      if (key === keys.own && entries.length > 0)
        connection.command(key, 'XDEL', key, ...entries.map(({ id }) => id)).catch(() => {})
    }
  }

  function takeEntry(key: string, id: string, fields: Map<string, string>): void {
    places.set(key, id)
    const change = key === keys.changes && fields.get('told') !== node ? readChange(fields) : undefined
    const envelope = readEnvelope(fields.get('d'))
    if (change) tellSubscribers(change, id)
    else if (envelope && envelope.from !== node) receiver.receive?.(envelope)
  }

  function tellSubscribers(change: Change, id: string): void {
    current = id
    for (const listener of listeners) listener(change)
  }

  /** False: the engine is not there. `told` is the node that knows it already. */
  async function publish(change: Change, told: string): Promise<boolean> {
    const fields = ['kind', change.kind, 'uri', change.kind === 'resourceUpdated' ? change.uri : '', 'told', told]
    return (await connection.post(PUBLISH, keys.changes, KEPT_MS, MAX_ENTRIES, ...fields)) !== undefined
  }

  /** After the engine was away. */
  async function resume(): Promise<void> {
    await heartbeat()
    receiver.heartbeat?.(true)
    for (const [text, change] of untold) if (await publish(change, node)) untold.delete(text)
  }

  await heartbeat()
  await findPlaces()
  const beating = setInterval(() => void heartbeat().then(() => receiver.heartbeat?.(false), ignore), BEAT_MS).unref()
  connection.whenReady(() => void resume().catch(ignore))
  void readOn()
  const textOf = (envelope: Envelope) => JSON.stringify({ ...envelope, from: node })

  return {
    /** The id of the last change that was read, or of a moment after which there was none. */
    position: () => places.get(keys.changes)!,
    /** The id of the change that subscribers are told of right now. */
    current: () => current,
    /** The time of the engine at the last beat, in milliseconds. */
    engineTime: () => engineTime,
    subscribe(listener: (change: Change) => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    /** Tells all nodes of a change, this one too by way of the engine; where that is not there, this one now. */
    publish: (change: Change): void =>
      void publish(change, '').then((isPublished) => {
        if (isPublished || closed.signal.aborted) return
        untold.set(JSON.stringify(change), change)
        tellSubscribers(change, places.get(keys.changes)!)
      }),
    /** Tells all other nodes. Rejects with HttpError 503. */
    tellAll: async (envelope: Envelope): Promise<void> =>
      void (await connection.run(PUBLISH, keys.all, KEPT_MS, MAX_ENTRIES, 'd', textOf(envelope))),
    /** Tells one node. False: it does not keep up. Rejects with HttpError 503. */
    tell: async (to: string, envelope: Envelope): Promise<boolean> =>
      (await connection.run(SEND, keys.to(to), INBOX_MS, MAX_WAITING, textOf(envelope))) === 1,
    async isAlive(other: string): Promise<boolean> {
      if (!alive.has(other)) await heartbeat() // it may have just begun
      return alive.has(other)
    },
    async close(): Promise<void> {
      closed.abort()
      clearInterval(beating)
      await connection.command(keys.nodes, 'ZREM', keys.nodes, node).catch(() => {})
      await connection.command(keys.own, 'DEL', keys.own).catch(() => {})
      await reader.close(true) // it waits for what may not come
    },
  }
}

function readEnvelope(text: string | undefined): Envelope | undefined {
  const given = parse(text)
  const isRight = isRecord(given) && ['is', 'session', 'principal'].every((name) => typeof given[name] === 'string')
  return isRight ? (given as unknown as Envelope) : undefined
}

/** The change in an entry, if it is one. */
export function readChange(fields: Map<string, string>): Change | undefined {
  const kind = (['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'] as const).find(
    (one) => one === fields.get('kind'),
  )
  if (kind) return { kind }
  return fields.get('kind') === 'resourceUpdated'
    ? { kind: 'resourceUpdated', uri: fields.get('uri') ?? '' }
    : undefined
}

const ignore = () => {} // what fails now, the next beat tries again
const BEAT_MS = 3_000
/** Entries of a key that are read at once: each may have the size of a body. */
const READ_COUNT = 32
/** Milliseconds after its last beat in which a node counts as alive. */
const LEASE_MS = 10_000
/** Milliseconds for which a read waits, and until it counts as failed. */
const BLOCK_MS = 5_000
export const READ_TIMEOUT_MS = BLOCK_MS + 3_000
const RETRY_MS = 200
/** Milliseconds for which what all nodes read is kept after the last entry, and the most entries. */
export const KEPT_MS = 5 * 60_000
export const MAX_ENTRIES = 10_000
/** Milliseconds for which a node finds what it was told, and the most entries that it has not read. */
const INBOX_MS = 60_000
const MAX_WAITING = 1_000
