import { after, encodeResponse, errorResponse, isMessage, isRequest } from '../jsonrpc/index.ts'
import type { MaybePromise, Message } from '../jsonrpc/index.ts'
import { MessageMemory } from '../bounds/budget.ts'
import { weightOf } from '../bounds/weight.ts'
import type { HttpLimits } from '../mcp/index.ts'
import { tooManyMessages } from '../mcp/http/body.ts'
import { createClient, isSame, type Caller } from '../mcp/request/client.ts'
import { oldestHandshake } from '../mcp/revisions/index.ts'
import { SseSession } from '../mcp/transports/http-sse.ts'
import { createSessionStore } from '../mcp/transports/session-store.ts'
import type { TransportOptions } from '../mcp/transports/transport.ts'
import { envelopeOf, type Envelope } from './bus.ts'
import { addWithRecord, type NodeServices } from './node-services.ts'
import { writeRecord, type SessionRecord } from './record.ts'
import type { SessionIds } from './session-id.ts'

/** The sessions of HTTP+SSE. Each is at the node that holds its stream, and every message for it goes there. */
export function createSseSessions(services: NodeServices, ids: SessionIds, limits: HttpLimits) {
  const { node, bus, records } = services
  /** The sessions here, and when their records were last seen to live on. */
  const here = new Map<SseSession, number>()
  /** Records of sessions of other nodes, for some seconds: a client that posts will post again. */
  const known = new Map<string, SessionRecord>()
  const local = createSessionStore<SseSession>(limits, (client) => new SseSession(client, ids.create()))
  const fieldsOf = ({ client }: SseSession) => writeRecord('sse', client, node)

  async function recordOf(id: string): Promise<SessionRecord | undefined> {
    const kept = known.get(id)
    const record = kept ?? (await records.find(id, 0))
    if (!record || kept || known.size >= MAX_KNOWN) return record
    known.set(id, record)
    setTimeout(() => known.delete(id), KNOWN_MS).unref()
    return record
  }

  async function elsewhere(id: string, caller: Caller): Promise<SseSession | undefined> {
    const record = await recordOf(id)
    if (record?.kind !== 'sse' || !isSame(record.principal, caller.principal) || record.node === node) return undefined
    return (await bus.isAlive(record.node)) ? new RemoteSseSession(caller, id, record.node) : undefined
  }

  function close(session: SseSession): void {
    local.close(session)
    if (here.delete(session)) records.close(session.id, 1).catch(() => {}) // it expires soon
  }

  return {
    ...local,
    find(id: string, caller: Caller): MaybePromise<SseSession | undefined> {
      const found = local.find(id, caller)
      return found || !ids.isOurs(id) ? found : elsewhere(id, caller)
    },
    async add(session: SseSession): Promise<boolean> {
      const isAdded = await addWithRecord(local, session, () => records.add(session.id, fieldsOf(session), LEASE_MS))
      if (isAdded) here.set(session, performance.now())
      return isAdded
    },
    close,
    closeAll(): void {
      local.closeAll()
      for (const session of here.keys()) close(session)
    },
    relay: (session: SseSession, message: Message): MaybePromise<boolean> =>
      session instanceof RemoteSseSession &&
      bus.tell(session.node, envelopeOf('post', session, { message })).then(() => true),
    /** Handles what another node tells: a message for a session here, or that it has one no more. */
    receive(envelope: Envelope, caller: Caller, transport: TransportOptions): void {
      const { kind, session: id, from = '', message } = envelope
      if (kind === 'gone') return void known.delete(id)
      const session = local.find(id, caller)
      if (!session) return bus.hint(from, { ...envelope, kind: 'gone', message: undefined })
      if (isMessage(message)) handle(message, session, transport)
    },
    /** Has the records live on, and writes them again after the engine was away. */
    heartbeat(isNew: boolean): void {
      const now = performance.now()
      for (const [session, at] of here) {
        if (!isNew && now - at < LEASE_MS / 4) continue
        here.set(session, now)
        records.refresh(session.id, fieldsOf(session), LEASE_MS).catch(() => {})
      }
    },
  }
}

/** Handles a message that came to another node. Its memory is counted here as it was there. */
function handle(message: Message, session: SseSession, { server, messages }: TransportOptions): void {
  const memory = new MessageMemory(messages, session.client.caller)
  if (!memory.set(weightOf(JSON.stringify(message)))) {
    if (!isRequest(message)) return
    return session.send(encodeResponse(errorResponse(tooManyMessages(), message.id), server.onUnexpected))
  }
  const handled = after(session.receive(message, server, memory), () => memory.release())
  if (handled instanceof Promise) handled.catch(server.onUnexpected)
}

/** A session whose stream is at another node. */
class RemoteSseSession extends SseSession {
  readonly node: string

  constructor(caller: Caller, id: string, node: string) {
    super(createClient(oldestHandshake, caller), id)
    this.node = node
  }
}

const LEASE_MS = 60_000
const KNOWN_MS = 5_000
const MAX_KNOWN = 10_000
