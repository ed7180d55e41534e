import { setTimeout as sleep } from 'node:timers/promises'
import { isRecord } from '../jsonrpc/index.ts'
import type { Change, Client, Log } from '../mcp/index.ts'
import { busy } from '../mcp/http/http-error.ts'
import { createChangeBus } from '../mcp/protocol/change-bus.ts'
import type { Connection } from './connection.ts'
import { writePrincipal } from './record.ts'
import { BEAT, PUBLISH, SEND } from './scripts.ts'
import { entriesOf, isBefore } from './stream-entries.ts'

/** A message between nodes: to one, or to all. Its form is checked; what it says is believed. */
export interface Envelope {
  /**
   * `post`: a message of HTTP+SSE. `gone`: the node has no such session. `message`: an answer or a cancellation.
   * `closed`, `changed`: what was done to a session, told to all. `moved`: another node has the standalone stream now.
   * `carry`: the sender carries a stream of yours. `more`: the log of a stream that you carry has more.
   */
  kind: 'post' | 'gone' | 'message' | 'closed' | 'changed' | 'moved' | 'carry' | 'more'
  /** The session's id, and its principal, as a text. */
  session: string
  principal: string
  /** The node that tells it. */
  from?: string
  [detail: string]: unknown
}

/** An envelope about a session. */
export const envelopeOf = (
  kind: Envelope['kind'],
  { id, client }: { id: string; client: Client },
  details: object = {},
): Envelope => ({ kind, session: id, principal: writePrincipal(client.caller.principal), ...details })

/** The functions of a node that are called with what other nodes tell it, and now and then. */
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
  prefix: string,
  node: string,
  receiver: Receiver,
  log: Log,
) {
  // One hash tag, so that one command can read several of these keys in a cluster.
  const keyOf = (name: string) => `{${prefix}}:${name}`
  const [own, all, changes] = [keyOf(`to:${node}`), keyOf('all'), keyOf('changes')]
  const here = createChangeBus()
  /** The changes that only this node heard of, because the engine was not there, by their texts. */
  const untold = new Map<string, Change>()
  /** The ids after which the keys are read on. What a change needs, a subscription say, is read before it. */
  const places = new Map([own, all, changes].map((key) => [key, '']))
  let alive = new Set<string>()
  let [current, engineTime, untoldLength, lost, isStale] = ['', 0, 0, 0, false]
  const closed = new AbortController()
  const textOf = (envelope: Envelope) => JSON.stringify({ ...envelope, from: node })

  async function heartbeat(): Promise<void> {
    const reply = await connection.run(BEAT, keyOf('nodes'), node, LEASE_MS)
    const [now, ...living] = (Array.isArray(reply) ? reply : []).map(String)
    engineTime = Number(now)
    alive = new Set(living)
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
        read(await reader.command(all, ...command, ...places.values()))
      } catch {
        isStale = true
        await sleep(RETRY_MS)
      }
    }
  }

  function read(reply: unknown): void {
    const streams = new Map(Array.isArray(reply) ? (reply as [string, unknown][]) : Object.entries(reply ?? {})) // RESP 2, 3
    let isMore = false
    for (const key of places.keys()) {
      const entries = entriesOf(streams.get(key))
      if (key === changes && isMore) return // what comes before them is not read to its end
      isMore ||= entries.length >= READ_COUNT
      for (const { id, value } of entries) readEntry(key, id, value)
      if (key === own && entries.length > 0)
        connection.command(key, 'XDEL', key, ...entries.map(({ id }) => id)).catch(() => {})
    }
  }

  function readEntry(key: string, id: string, value: unknown): void {
    places.set(key, id)
    if (!isRecord(value) || value['from'] === node) return
    const change = key === changes ? readChange(value) : undefined
    if (change) tellHere(change, id)
    else if (isEnvelope(value)) receiver.receive?.(value)
  }

  function tellHere(change: Change, id: string): void {
    current = id
    here.publish(change)
  }

  /** False: the engine is not there. `from` is the node that has told it already. */
  async function publish(change: Change, from?: string): Promise<boolean> {
    const text = JSON.stringify({ ...change, from })
    return (await connection.tryRun(PUBLISH, changes, KEPT_MS, MAX_ENTRIES, text)) !== undefined
  }

  async function isAlive(other: string): Promise<boolean> {
    if (!alive.has(other)) await heartbeat() // it may have just begun
    return alive.has(other)
  }

  /**
   * Tells one node, if it is alive: clients name nodes too, and may make names up. Rejects with HttpError 503 where the
   * engine is not there, or that node does not keep up.
   */
  async function tell(name: string, envelope: Envelope): Promise<void> {
    if (!(await isAlive(name))) return
    const isTold = await connection.run(SEND, keyOf(`to:${name}`), INBOX_MS, MAX_WAITING, textOf(envelope))
    if (isTold !== 1) throw busy('Too many messages are under way. Come back later.', { data: { reason: 'busy' } })
  }

  const range = async (...of: string[]) => entriesOf(await connection.command(changes, 'XRANGE', changes, ...of))

  /** After the engine was away. */
  async function resume(): Promise<void> {
    await heartbeat()
    receiver.heartbeat?.(true)
    for (const [text, change] of untold) if (await publish(change, node)) forgetUntold(text)
    if (lost > 0) log({ level: 'warn', reason: 'changes-lost', count: lost })
    lost = 0
  }

  const forgetUntold = (text: string) => untold.delete(text) && (untoldLength -= text.length)

  /** Keeps a change for when the engine is there again. Beyond the bound the oldest are left out. */
  function keepUntold(change: Change): void {
    const text = JSON.stringify(change)
    forgetUntold(text)
    untold.set(text, change)
    untoldLength += text.length
    for (const oldest of untold.keys()) {
      if (untoldLength <= MAX_UNTOLD) return
      forgetUntold(oldest)
      lost++
    }
  }

  await heartbeat()
  await findPlaces()
  const beating = setInterval(() => void heartbeat().then(() => receiver.heartbeat?.(false), ignore), BEAT_MS).unref()
  connection.whenReady(() => void resume().catch(ignore))
  void readOn()

  return {
    /** The id of the last change that was read, or of a moment after which there was none. */
    position: () => places.get(changes)!,
    /** The id of the change that subscribers are told of right now. */
    current: () => current,
    subscribe: here.subscribe,
    /** Tells all nodes of a change, this one too by way of the engine; where that is not there, this one now. */
    publish: (change: Change): void =>
      void publish(change).then((isPublished) => {
        if (isPublished || closed.signal.aborted) return
        keepUntold(change)
        tellHere(change, places.get(changes)!)
      }),
    /** The changes after one. Undefined: some of them are forgotten, or it never was. Rejects with HttpError 503. */
    async changesSince(id: string): Promise<{ id: string; change: Change }[] | undefined> {
      if (!/^\d{1,20}-\d{1,20}$/.test(id)) return undefined
      const [first] = await range('-', '+', 'COUNT', '1')
      const entries = await range(`(${id}`, '+')
      const isKept = first !== undefined && !isBefore(id, first.id)
      const isOld = Number.parseInt(id, 10) < engineTime - KEPT_MS
      if (!isKept && (isOld || entries.length >= MAX_ENTRIES)) return undefined
      return entries.flatMap(({ id: at, value }) => {
        const change = readChange(value)
        return change ? [{ id: at, change }] : []
      })
    },
    /** Tells all other nodes. Rejects with HttpError 503. */
    tellAll: async (envelope: Envelope): Promise<void> =>
      void (await connection.run(PUBLISH, all, KEPT_MS, MAX_ENTRIES, textOf(envelope), MAX_BYTES)),
    tell,
    /** Tells one node what it would find out by itself, a second later. */
    hint: (name: string, envelope: Envelope): void => void tell(name, envelope).catch(ignore),
    isAlive,
    async close(): Promise<void> {
      closed.abort()
      clearInterval(beating)
      await connection.command(keyOf('nodes'), 'ZREM', keyOf('nodes'), node).catch(() => {})
      await connection.command(own, 'DEL', own).catch(() => {})
      await reader.close(true) // it waits for what may not come
    },
  }
}

const isEnvelope = (value: object): value is Envelope =>
  ['kind', 'session', 'principal', 'from'].every((name) => typeof (value as Record<string, unknown>)[name] === 'string')

/** The change that a value is, if it is one. */
function readChange(value: unknown): Change | undefined {
  const { kind, uri } = isRecord(value) ? value : {}
  if (kind === 'resourceUpdated') return typeof uri === 'string' ? { kind, uri } : undefined
  return kind === 'toolsListChanged' || kind === 'promptsListChanged' || kind === 'resourcesListChanged'
    ? { kind }
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
/**
 * Milliseconds for which what all nodes read is kept after the last entry; the most entries; and the most bytes of those
 * that clients cause. (Changes are the server's own, and a client may come back for any of them.)
 */
export const KEPT_MS = 5 * 60_000
const MAX_ENTRIES = 10_000
const MAX_BYTES = 2 ** 24
/** UTF-16 units of the changes that are kept while the engine is away. */
const MAX_UNTOLD = 2 ** 20
/** Milliseconds for which a node finds what it was told, and the most entries that it has not read. */
const INBOX_MS = 60_000
const MAX_WAITING = 1_000
