import { randomUUID } from 'node:crypto'
import { createEventStore } from '../../sse/index.ts'
import type { ServerOptions } from '../server.ts'
import { SseSession } from './http-sse.ts'
import { createSessionStore, type SessionStore } from './session-store.ts'
import { StreamableSession } from './streamable-session.ts'
import type { TransportOptions } from './transport.ts'

/** The sessions of all transports that have some. */
export interface Sessions {
  sse: SessionStore<SseSession>
  streamable: SessionStore<StreamableSession>
}

/**
 * An engine: it keeps what outlives a request. That in memory is for one process; another one may let several processes
 * (nodes) serve the same sessions.
 */
export interface Engine {
  /** What the server must know of it: its change bus, the name of this node, the secret that the nodes share. */
  readonly server: Pick<ServerOptions, 'changes' | 'nodeId' | 'serverSecret'>
  /** The session stores of a handler, which is the only one. */
  open(options: TransportOptions): Sessions
  /** Ends it, after the sessions were closed. */
  close(): Promise<void>
}

/** An engine in memory. Session ids begin with the name of the node, if it has one, so that a proxy can go by it. */
export function createMemoryEngine(nodeId?: string): Engine {
  const newId = () => (nodeId === undefined ? randomUUID() : `${nodeId}.${randomUUID()}`)
  const events = createEventStore()
  return {
    server: {},
    open: ({ limits }) => ({
      sse: createSessionStore(limits, (client) => new SseSession(client, newId())),
      streamable: createSessionStore(limits, (client) => new StreamableSession(client, newId(), events)),
    }),
    close: () => Promise.resolve(),
  }
}
