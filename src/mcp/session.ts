import type { EventStream } from '../sse/index.ts'
import { newClient, type Client } from './exchange.ts'
import type { Revision } from './revisions/index.ts'

/** One conversation with one client: its own words, its own stream, its own work. */
export interface Session {
  /** 122 random bits: whoever knows it may speak in the session, so nobody can guess it. */
  readonly id: string
  readonly client: Client
  readonly stream: EventStream
}

export interface SessionStore {
  readonly byId: ReadonlyMap<string, Session>
  open(id: string, revision: Revision, stream: EventStream): Session
  /** Forgets the session, ends its stream, stops its work. */
  close(session: Session): void
  closeAll(): void
}

export function createSessionStore(): SessionStore {
  const sessions = new Map<string, Session>()

  function close(session: Session): void {
    sessions.delete(session.id)
    for (const exchange of session.client.inFlight) exchange.cancel()
    session.stream.close()
  }

  return {
    byId: sessions,
    open(id, revision, stream) {
      const session = { id, client: newClient(revision), stream }
      sessions.set(id, session)
      return session
    },
    close,
    closeAll() {
      for (const session of sessions.values()) close(session)
    },
  }
}
