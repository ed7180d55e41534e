import type { MaybePromise, Message } from '../../jsonrpc/index.ts'
import type { CoalesceKey } from '../../sse/index.ts'
import type { HttpLimits } from '../../bounds/limits.ts'
import { notificationOf, type Change } from '../protocol/change-bus.ts'
import { isSame, type Caller, type Client } from '../request/client.ts'
import { coalesceKey } from './coalesce.ts'

/** A session (basic/lifecycle): what the server keeps of one client from its handshake on, and the streams to it. */
export interface Session {
  /** The id, 122 random bits: whoever knows it may use the session, so it cannot be guessed. */
  readonly id: string
  readonly client: Client
  /** The time of the last use, in milliseconds of the monotonic clock. The store sets it. */
  lastUsedAt: number
  /** The number of uses. After one, the handshake, nothing has come yet. The store sets it. */
  uses: number
  /** Whether a stream is open: such a session is in use, however long it is silent. */
  hasStream(): boolean
  /** Sends a message, as text, that concerns no request. */
  send(data: string, key?: CoalesceKey): void
  /** Ends the streams; their readers may come back after `retryMs` milliseconds. */
  end(retryMs?: number): void
}

/**
 * The sessions of one transport. A full store makes room by a rule of fairness, or refuses. A store that several nodes
 * share rejects with HttpError 503 where it cannot be reached.
 */
export interface SessionStore<S extends Session> {
  /** A new session, not added yet. */
  create(client: Client): S
  /** The session with this id, if it is the caller's: that of another principal is as unknown as one that never was. */
  find(id: string, caller: Caller): MaybePromise<S | undefined>
  /** Adds a session. False: the store, or the caller's share of it, is full of sessions in use. */
  add(session: S): MaybePromise<boolean>
  /** Notes that a session is used. */
  touch(session: S): void
  /** Closes a session: it is forgotten, its requests are cancelled, its streams end. */
  close(session: S): MaybePromise<void>
  /**
   * Closes all sessions. Their readers are told to come back after 1 to 5 seconds, at random: not all in one instant.
   */
  closeAll(): void
  /** Sends the notification of a change: that of a resource to the sessions that subscribed to it, others to all. */
  publish(change: Change): void
  /** Writes down for the other nodes what a message has changed of the client. In one process there are none. */
  save?(session: S): MaybePromise<void>
  /** Hands a message to the nodes that it concerns, where there are others. True: this node has no part in it. */
  relay?(session: S, message: Message): MaybePromise<boolean>
}

/** A session store that answers at once. */
export interface MemorySessionStore<S extends Session> extends SessionStore<S> {
  find(id: string, caller: Caller): S | undefined
  add(session: S): boolean
  close(session: S): void
}

/** A session store in memory. The order of the Map is that of the last use. */
export function createSessionStore<S extends Session>(
  limits: HttpLimits,
  create: (client: Client) => S,
  now = monotonic,
): MemorySessionStore<S> {
  const sessions = new Map<string, S>() // the one unused for longest first
  let latest: S | undefined // the last in that order: touched again, it need not be moved

  function close(session: S, retryMs?: number): void {
    sessions.delete(session.id)
    for (const request of session.client.inFlight) request.cancel()
    session.end(retryMs)
  }

  /** Closes the sessions that were idle for too long. */
  function sweep(): void {
    for (const session of sessions.values()) {
      const patience = session.uses > 1 ? limits.sessionIdleMs : limits.handshakeIdleMs
      if (!inUse(session) && now() - session.lastUsedAt > patience) close(session)
    }
    if (sessions.size > 0) return
    clearInterval(sweeping)
    sweeping = undefined
  }

  /**
   * A full store closes one idle session, the first there is of:
   * 1. one left after its handshake: nobody would miss it;
   * 2. the one unused for longest;
   * 3. a handshake of the last two seconds, whose client is about to go on.
   * Once handshakes fill a tenth of the store, those of 3 count as left: somebody opens sessions to crowd out others.
   */
  function makeRoom(): boolean {
    const idle = [...sessions.values()].filter((session) => !inUse(session)) // the one unused for longest first
    const handshakes = idle.filter(({ uses }) => uses === 1)
    const isFlood = handshakes.length > limits.maxSessions / 10
    const isLeft = (session: S) => isFlood || now() - session.lastUsedAt > HANDSHAKE_GRACE_MS
    const victim = handshakes.find(isLeft) ?? idle.find(({ uses }) => uses > 1) ?? idle[0]
    if (victim) close(victim)
    return victim !== undefined
  }

  /**
   * Whether a session is beyond the share of its principal: half of the store, unless many callers go by that name. A
   * principal at its share closes its own session that was idle for longest, if there is one.
   */
  function isOverShare({ client }: S): boolean {
    const { principal } = client.caller
    if (!principal || principal.isShared || sessions.size < limits.maxSessions / 2) return false
    const own = [...sessions.values()].filter((session) => isSame(session.client.caller.principal, principal))
    if (own.length < limits.maxSessions / 2) return false
    const idle = own.find((session) => !inUse(session)) // the one unused for longest first
    if (idle) close(idle)
    return !idle
  }

  let sweeping: NodeJS.Timeout | undefined

  return {
    create,
    find(id, { principal }) {
      const session = sessions.get(id)
      return isSame(session?.client.caller.principal, principal) ? session : undefined
    },
    add(session) {
      if (isOverShare(session) || (sessions.size >= limits.maxSessions && !makeRoom())) return false
      sessions.set(session.id, session)
      latest = session
      session.lastUsedAt = now()
      session.uses = 1
      sweeping ??= setInterval(sweep, SWEEP_MS).unref()
      return true
    },
    touch(session) {
      session.lastUsedAt = now()
      session.uses++
      if (session === latest) return
      sessions.delete(session.id) // and to the end of the order
      sessions.set(session.id, session)
      latest = session
    },
    close,
    closeAll() {
      for (const session of sessions.values()) close(session, 1_000 + Math.floor(Math.random() * 4_000))
    },
    publish(change) {
      const notification = { jsonrpc: '2.0' as const, ...notificationOf(change) }
      const data = JSON.stringify(notification)
      const key = coalesceKey(notification)
      for (const session of sessions.values())
        if (change.kind !== 'resourceUpdated' || session.client.subscriptions?.has(change.uri)) session.send(data, key)
    },
  }
}

const monotonic = () => performance.now()

const inUse = (session: Session) => session.hasStream() || session.client.inFlight.size > 0

const SWEEP_MS = 10_000
const HANDSHAKE_GRACE_MS = 2_000
