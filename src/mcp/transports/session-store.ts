import type { MaybePromise, Message } from '../../jsonrpc/index.ts'
import type { CoalesceKey } from '../../sse/index.ts'
import type { HttpLimits } from '../../bounds/limits.ts'
import { createSessionMap, type SessionUse } from '../../bounds/session-map.ts'
import { closed, opened, sessionChannel } from '../../diagnostics/channels.ts'
import { notificationOf, type Change } from '../protocol/change-bus.ts'
import { isSame, ownerOf, type Caller, type Client } from '../request/client.ts'
import { coalesceKey } from './coalesce.ts'

/** A session (basic/lifecycle): what the server keeps of one client from its handshake on, and the streams to it. */
export interface Session extends SessionUse {
  /** The id, 122 random bits: whoever knows it may use the session, so it cannot be guessed. */
  readonly id: string
  readonly client: Client
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

/** A session store in memory, which answers at once. */
export function createSessionStore<S extends Session>(
  limits: HttpLimits,
  create: (client: Client) => S,
  now = () => performance.now(),
) {
  const sessions = createSessionMap<S>(limits, { isInUse, ownerOf: ({ client }) => ownerOf(client.caller), close }, now)

  function close(session: S, retryMs?: number): void {
    if (sessions.remove(session)) closed(sessionChannel, session)
    for (const request of session.client.inFlight) request.cancel()
    session.end(retryMs)
  }

  return {
    create,
    find(id: string, { principal }: Caller): S | undefined {
      const session = sessions.byId.get(id)
      return session && isSame(session.client.caller.principal, principal) ? session : undefined
    },
    add(session: S): boolean {
      const isAdded = sessions.add(session)
      if (isAdded) opened(sessionChannel, session)
      return isAdded
    },
    touch: sessions.touch,
    close,
    closeAll(): void {
      for (const session of sessions.byId.values()) close(session, 1_000 + Math.floor(Math.random() * 4_000))
    },
    publish(change: Change): void {
      const notification = { jsonrpc: '2.0' as const, ...notificationOf(change) }
      const data = JSON.stringify(notification)
      const key = coalesceKey(notification)
      for (const session of sessions.byId.values())
        if (change.kind !== 'resourceUpdated' || session.client.subscriptions?.has(change.uri)) session.send(data, key)
    },
  }
}

const isInUse = (session: Session) => session.hasStream() || session.client.inFlight.size > 0
