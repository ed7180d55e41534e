import type { IncomingMessage } from 'node:http'
import { isSame } from '../http/access.ts'
import { notificationOf, type Change } from '../protocol/changes.ts'
import { callerOf, type Client } from '../request/context.ts'
import type { Limits } from '../../bounds/limits.ts'
import { standsFor } from './coalesce.ts'

/** One conversation with one client: its own words, its own streams, its own work. */
export interface Session {
  /** 122 random bits: whoever knows it may speak in the session, so nobody can guess it. */
  readonly id: string
  readonly client: Client
  /** When somebody spoke in it last, in milliseconds, and how often. Kept by the store. */
  spokenAt: number
  timesSpoken: number
  /** Whether a stream is open: such a session is in use, however long it is silent. */
  isOpen(): boolean
  /** Says what concerns no request: a message as text. For `standsFor` see `EventStream.send`. */
  say(data: string, standsFor?: string): void
  /** Ends its streams; whoever reads them may come back after so many milliseconds. */
  end(retryMs?: number): void
}

export interface SessionStore<S extends Session> {
  /** The session that a request names, if it is its caller's: another's is as unknown as one that never was. */
  find(id: string, request: IncomingMessage): S | undefined
  /** Takes a new session in. False: the store is full of sessions in use. */
  add(session: S): boolean
  /** Notes that somebody speaks in the session. */
  touch(session: S): void
  /** Forgets the session, ends its streams, stops its work. */
  close(session: S): void
  /** The same for all, whose readers are told to come back, and not all in one instant. */
  closeAll(): void
  /** Tells every session that has to know of a change. */
  tell(change: Change): void
}

export function createSessionStore<S extends Session>(limits: Limits, now = monotonic): SessionStore<S> {
  const sessions = new Map<string, S>() // in the order in which they were last spoken in
  let latest: S | undefined // the last in that order, which need not be moved

  function close(session: S, retryMs?: number): void {
    sessions.delete(session.id)
    for (const exchange of session.client.inFlight) exchange.cancel()
    session.end(retryMs)
  }

  function sweep(): void {
    for (const session of sessions.values()) {
      const patience = session.timesSpoken > 1 ? limits.sessionIdleMs : limits.handshakeIdleMs
      if (!inUse(session) && now() - session.spokenAt > patience) close(session)
    }
    if (sessions.size > 0) return
    clearInterval(sweeping)
    sweeping = undefined
  }

  /**
   * The one idle longest makes room, those first that never went beyond the handshake. But a few of these may be new:
   * else newcomers to a full store would drive out each other, and never the old.
   */
  function makeRoom(): boolean {
    const idle = [...sessions.values()].filter((session) => !inUse(session))
    const handshakes = idle.filter(({ timesSpoken }) => timesSpoken === 1)
    const areFew = handshakes.length <= limits.maxSessions / 10
    const leastWanted = handshakes.find(({ spokenAt }) => !areFew || now() - spokenAt > NEW_MS)
    const first = leastWanted ?? idle.find(({ timesSpoken }) => timesSpoken > 1) ?? idle[0]
    if (first) close(first)
    return first !== undefined
  }

  /** Whether a principal has its share already: half of the store, unless many callers go by its name. */
  function isOverShare({ client: { principal } }: S): boolean {
    if (!principal || principal.isShared || sessions.size < limits.maxSessions / 2) return false
    const own = [...sessions.values()].filter(({ client }) => isSame(client.principal, principal))
    if (own.length < limits.maxSessions / 2) return false
    const idle = own.find((session) => !inUse(session)) // the one idle longest makes room for its own
    if (idle) close(idle)
    return !idle
  }

  let sweeping: NodeJS.Timeout | undefined

  return {
    find(id, request) {
      const session = sessions.get(id)
      const owner = session?.client.principal
      const caller = callerOf(request)
      return owner === caller || isSame(owner, caller) ? session : undefined
    },
    add(session) {
      if (isOverShare(session) || (sessions.size >= limits.maxSessions && !makeRoom())) return false
      sessions.set(session.id, session)
      latest = session
      session.spokenAt = now()
      session.timesSpoken = 1
      sweeping ??= setInterval(sweep, SWEEP_MS).unref()
      return true
    },
    touch(session) {
      session.spokenAt = now()
      session.timesSpoken++
      if (session === latest) return
      sessions.delete(session.id) // and to the end of the order
      sessions.set(session.id, session)
      latest = session
    },
    close,
    closeAll() {
      for (const session of sessions.values()) close(session, 1_000 + Math.floor(Math.random() * 4_000))
    },
    tell(change) {
      const notification = { jsonrpc: '2.0' as const, ...notificationOf(change) }
      const [data, newestOn] = [JSON.stringify(notification), standsFor(notification)]
      for (const session of sessions.values())
        if (change.kind !== 'resourceUpdated' || session.client.subscriptions?.has(change.uri))
          session.say(data, newestOn)
    },
  }
}

const monotonic = () => performance.now()

const inUse = (session: Session) => session.isOpen() || session.client.inFlight.size > 0

const SWEEP_MS = 10_000
const NEW_MS = 2_000
