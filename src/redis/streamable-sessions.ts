import { isMessage, isRequest, isResponse, readableId, type MaybePromise, type Message } from '../jsonrpc/index.ts'
import type { ClientChannel, HttpLimits, McpServer } from '../mcp/index.ts'
import { busy } from '../mcp/http/http-error.ts'
import { isSame, type Caller, type Client } from '../mcp/request/client.ts'
import { createSessionStore } from '../mcp/transports/session-store.ts'
import { envelopeOf, type Envelope } from './bus.ts'
import { addWithRecord, type NodeServices } from './node-services.ts'
import { writeRecord } from './record.ts'
import type { SessionIds } from './session-id.ts'
import { SharedSession } from './shared-session.ts'

/** The sessions of Streamable HTTP. A node has those that it has served lately, and makes any other of its record. */
export function createStreamableSessions(services: NodeServices, ids: SessionIds, limits: HttpLimits) {
  const { node, bus, records } = services
  const { sessionIdleMs, handshakeIdleMs } = limits
  const here = new Set<SharedSession>()
  /** The sessions whose records are being read, and what was heard of them meanwhile. */
  const rebuilding = new Set<{ id: string; heard: Envelope[] }>()
  const forget = (session: SharedSession) => void here.delete(session)
  const create = (client: Client, id = ids.create()) => new SharedSession(client, id, services, forget)
  const local = createSessionStore<SharedSession>(limits, create)

  async function rebuild(id: string, caller: Caller): Promise<SharedSession | undefined> {
    const reading = { id, heard: [] as Envelope[] }
    rebuilding.add(reading)
    try {
      const record = await records.find(id, sessionIdleMs)
      if (record?.kind !== 'streamable' || !isSame(record.principal, caller.principal)) return undefined
      const meanwhile = local.find(id, caller)
      if (meanwhile) return meanwhile
      const session = create(record.clientFor(caller), id)
      if (!local.add(session)) throw busy('Too many sessions. Come back later.')
      here.add(session)
      for (const envelope of reading.heard) apply(session, envelope)
      return local.find(id, caller)
    } finally {
      rebuilding.delete(reading)
    }
  }

  /** Applies what another node has done to a session. */
  function apply(session: SharedSession, envelope: Envelope): void {
    if (envelope.kind === 'closed') local.close(session)
    else session.apply(envelope)
  }

  /** Has the record live on, now and then. */
  function refresh(session: SharedSession): void {
    const now = performance.now()
    if (now - session.refreshedAt < sessionIdleMs / 4) return
    session.refreshedAt = now
    records.refresh(session.id, fieldsOf(session), sessionIdleMs).then(
      (lives) => lives || local.close(session),
      () => (session.refreshedAt = -Infinity),
    )
  }

  async function save(session: SharedSession, fields: string[]): Promise<void> {
    try {
      await records.write(session.id, fields, sessionIdleMs, fieldsOf(session))
      await bus.tellAll(envelopeOf('changed', session, { fields }))
    } catch (error) {
      session.putBack(fields)
      throw error
    }
  }

  return {
    ...local,
    find(id: string, caller: Caller): MaybePromise<SharedSession | undefined> {
      const found = local.find(id, caller)
      return found || !ids.isOurs(id) ? found : rebuild(id, caller)
    },
    async add(session: SharedSession): Promise<boolean> {
      const { id, client } = session
      const isAdded = await addWithRecord(local, session, () => records.add(id, fieldsOf(session), handshakeIdleMs))
      if (local.find(id, client.caller)) here.add(session) // not where it was closed meanwhile
      return isAdded
    },
    touch(session: SharedSession): void {
      local.touch(session)
      refresh(session)
    },
    async close(session: SharedSession): Promise<void> {
      local.close(session)
      await records.close(session.id, TOMBSTONE_MS)
      await bus.tellAll(envelopeOf('closed', session))
    },
    save(session: SharedSession): MaybePromise<void> {
      const fields = session.takeChanges()
      if (fields.length > 0) return save(session, fields)
    },
    /** The answer to a question goes to the node that asked, a cancellation to all, for any may have the request. */
    relay(session: SharedSession, message: Message): MaybePromise<boolean> {
      if (isResponse(message)) {
        const [, asking = node] = /^ask-(.+)-\d+$/.exec(String(message.id)) ?? []
        return asking !== node && bus.tell(asking, envelopeOf('message', session, { message })).then(() => true)
      }
      const requestId = readableId({ id: message.params?.['requestId'] })
      if (message.method !== 'notifications/cancelled' || requestId === undefined) return false
      if ([...session.client.inFlight].some((request) => request.message.id === requestId)) return false
      const cancelled = { ...message, params: { requestId } } // whatever else it says
      return bus.tellAll(envelopeOf('message', session, { message: cancelled })).then(() => false)
    },
    /** Handles what another node tells. */
    receive(envelope: Envelope, caller: Caller, server: McpServer): void {
      for (const { id, heard } of rebuilding) if (id === envelope.session) heard.push(envelope)
      const session = local.find(envelope.session, caller)
      if (!session) return
      apply(session, envelope)
      const { kind, message } = envelope
      if (kind === 'message' && isMessage(message) && !isRequest(message))
        void server.handle(message, session.client, NO_CHANNEL)
    },
    /** Has the records of what is in use live on, and those of all after the engine was away. */
    heartbeat(isNew: boolean): void {
      for (const session of here) {
        if (isNew) session.refreshedAt = -Infinity
        if (isNew || session.hasStream()) refresh(session)
      }
    },
  }
}

const fieldsOf = ({ client }: SharedSession) => writeRecord('streamable', client)

const NO_CHANNEL: ClientChannel = { send() {}, canSend: false }

/** Milliseconds for which nobody can write the record of a closed session again. */
const TOMBSTONE_MS = 60_000
