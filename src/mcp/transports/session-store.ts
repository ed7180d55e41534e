import type { CoalesceKey } from '../../sse/index.ts'
import type { HttpLimits } from '../../bounds/limits.ts'
import { notificationOf, type Change } from '../protocol/change-bus.ts'
import { isSame, type Caller, type Client } from '../request/client.ts'
import { coalesceKey } from './coalesce.ts'

/** A session (basic/lifecycle): one client, its revision and capabilities, its streams, its requests in flight. */
export interface Session {
  /** 122 random bits: whoever knows it may use the session, so nobody can guess it. */
  readonly id: string
  readonly client: Client
  /** When it was used last, in milliseconds of the monotonic clock, and how often. Kept by the store. */
  lastUsedAt: number
  uses: number
  /** Whether a stream is open: such a session is in use, however long it is silent. */
  hasStream(): boolean
  /** Sends a message, as text, that concerns no request. */
  send(data: string, key?: CoalesceKey): void
  /** Ends its streams; whoever reads them may come back after so many milliseconds. */
  end(retryMs?: number): void
}

export interface SessionStore<S extends Session> {
  /** The session with an id, if it is the caller's: another's is as unknown as one that never was. */
  find(id: string, caller: Caller): S | undefined
  /** Takes a new session in. False: the store is full of sessions in use. */
  add(session: S): boolean
  /** Notes that a session is used. */
  touch(session: S): void
  /** Forgets the session, ends its streams, stops its work. */
  close(session: S): void
  /** The same for all, whose readers are told to come back, and not all in one instant. */
  closeAll(): void
  /** Sends the notification of a change to every session that has to know of it. */
  publish(change: Change): void
}

export function createSessionStore<S extends Session>(limits: HttpLimits, now = monotonic): SessionStore<S> {
  const sessions = new Map<string, S>() // the one unused for longest first
  let latest: S | undefined // the last in that order, which need not be moved

  function close(session: S, retryMs?: number): void {
    sessions.delete(session.id)
    for (const request of session.client.inFlight) request.cancel()
    session.end(retryMs)
  }

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

  /** Whether a principal has its share already: half of the store, unless many callers go by its name. */
  function isOverShare({ client }: S): boolean {
    const { principal } = client.caller
    if (!principal || principal.isShared || sessions.size < limits.maxSessions / 2) return false
    const own = [...sessions.values()].filter((session) => isSame(session.client.caller.principal, principal))
    if (own.length < limits.maxSessions / 2) return false
    const idle = own.find((session) => !inUse(session)) // the one idle longest makes room for its own
    if (idle) close(idle)
    return !idle
  }

  let sweeping: NodeJS.Timeout | undefined

  return {
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
