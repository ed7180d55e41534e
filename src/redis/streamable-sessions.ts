import { isMessage, isRequest, isResponse, readableId, type MaybePromise, type Message } from '../jsonrpc/index.ts'
import type { ClientChannel, HttpLimits, McpServer } from '../mcp/index.ts'
import { busy } from '../mcp/http/http-error.ts'
import { isSame, type Caller, type Client } from '../mcp/request/client.ts'
import { createSessionStore, type Session } from '../mcp/transports/session-store.ts'
import type { Envelope } from './bus.ts'
import { writeRecord } from './record.ts'
import type { SessionIds } from './session-id.ts'
import { envelopeOf, SharedSession, type NodeParts } from './shared-session.ts'

/** The sessions of Streamable HTTP. A node has those that it has served lately, and makes any other of its record. */
export function createStreamableSessions(parts: NodeParts, ids: SessionIds, limits: HttpLimits) {
  const { node, bus, records } = parts
  const { sessionIdleMs, handshakeIdleMs } = limits
  const here = new Set<SharedSession>()
  /** What was heard of sessions while their records were read: each reader has its own list. */
  const rebuilding = new Map<string, Envelope[][]>()
  const forget = (session: SharedSession) => void here.delete(session)
  const create = (client: Client) => new SharedSession(client, ids.create(), parts, forget)
  const local = createSessionStore<SharedSession>(limits, create)

  async function rebuild(id: string, caller: Caller): Promise<SharedSession | undefined> {
    const heard: Envelope[] = []
    const others = rebuilding.get(id) ?? []
    rebuilding.set(id, [...others, heard])
    try {
      const record = await records.find(id, sessionIdleMs)
      if (record?.kind !== 'streamable' || !isSame(record.principal, caller.principal)) return undefined
      const meanwhile = local.find(id, caller)
      if (meanwhile) return meanwhile
      const session = new SharedSession(record.clientFor(caller), id, parts, forget)
      if (!local.add(session)) throw busy('Too many sessions. Come back later.')
      here.add(session)
      for (const envelope of heard) take(session, envelope)
      return local.find(id, caller)
    } finally {
      const left = rebuilding.get(id)!.filter((one) => one !== heard)
      if (left.length > 0) rebuilding.set(id, left)
      else rebuilding.delete(id)
    }
  }

  /** Takes what another node has done to a session. */
  function take(session: SharedSession, { is, from = '', name, fields }: Envelope): void {
    if (is === 'closed') local.close(session)
    if (is === 'taken') session.release()
    if (is === 'carry') session.carriedBy(from, String(name))
    if (is === 'more') session.more(String(name))
    if (is === 'changed' && Array.isArray(fields))
      for (let at = 0; at < fields.length; at += 2) session.apply(String(fields[at]), String(fields[at + 1]))
  }

  /** Has the record live on, now and then. */
  function refresh(session: SharedSession): void {
    const now = performance.now()
    if (now - session.refreshedAt < sessionIdleMs / 4) return
    session.refreshedAt = now
    records.refresh(session.id, writeRecord('streamable', session.client), sessionIdleMs).then(
      (lives) => lives || local.close(session),
      () => (session.refreshedAt = -Infinity),
    )
  }

  async function save(session: SharedSession, fields: string[]): Promise<void> {
    const whole = writeRecord('streamable', session.client)
    await records.write(session.id, fields, sessionIdleMs, whole)
    await bus.tellAll({ ...envelopeOf('changed', session), fields })
  }

  return {
    ...local,
    find(id: string, caller: Caller): MaybePromise<SharedSession | undefined> {
      const found = local.find(id, caller)
      return found || !ids.isOurs(id) ? found : rebuild(id, caller)
    },
    add(session: SharedSession): Promise<boolean> {
      here.add(session)
      return addTo(local, session, () =>
        records.add(session.id, writeRecord('streamable', session.client), handshakeIdleMs),
      )
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
        return asking !== node && tell(parts, asking, { ...envelopeOf('message', session), message })
      }
      const requestId = readableId({ id: message.params?.['requestId'] })
      if (message.method !== 'notifications/cancelled' || requestId === undefined) return false
      if ([...session.client.inFlight].some((request) => request.message.id === requestId)) return false
      const cancelled = { ...message, params: { requestId } } // whatever else it says
      return bus.tellAll({ ...envelopeOf('message', session), message: cancelled }).then(() => false)
    },
    /** Takes what another node tells. */
    receive(envelope: Envelope, caller: Caller, server: McpServer): void {
      for (const heard of rebuilding.get(envelope.session) ?? []) heard.push(envelope)
      const session = local.find(envelope.session, caller)
      if (!session) return
      take(session, envelope)
      const { is, message } = envelope
      if (is === 'message' && isMessage(message) && !isRequest(message))
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

/** Adds a session here and to the engine, or nowhere. */
export async function addTo<S extends Session>(
  local: { add(session: S): boolean; close(session: S): void },
  session: S,
  addRecord: () => Promise<boolean>,
): Promise<boolean> {
  if (!local.add(session)) return false
  let isAdded = false
  try {
    isAdded = await addRecord()
  } finally {
    if (!isAdded) local.close(session)
  }
  return isAdded
}

/** Tells one node what it must hear: the caller is told where it cannot. Resolves with true. */
export async function tell({ bus }: NodeParts, node: string, envelope: Parameters<typeof bus.tell>[1]): Promise<true> {
  if (await bus.tell(node, envelope)) return true
  throw busy('Too many messages are under way. Come back later.', { data: { reason: 'busy' } })
}

const NO_CHANNEL: ClientChannel = { send() {}, canSend: false }

/** Milliseconds for which nobody can write the record of a closed session again. */
const TOMBSTONE_MS = 60_000
