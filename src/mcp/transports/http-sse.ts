import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { encodeResponse, INTERNAL_ERROR, INVALID_REQUEST, isResponse } from '../../jsonrpc/index.ts'
import type { Message } from '../../jsonrpc/index.ts'
import type { EventStream } from '../../sse/index.ts'
import { askByRequest, takeResponse, type Ask } from '../request/ask.ts'
import { Exchange, newClient, type Client, type WayBack } from '../request/context.ts'
import { OWN_PAGES_ONLY } from '../http/guard.ts'
import { HttpError } from '../http/http-error.ts'
import { MessageMemory } from '../http/message-memory.ts'
import { mountOf } from '../http/path.ts'
import { handshakeRevisions, oldest } from '../revisions/index.ts'
import type { Session, SessionStore } from './session-store.ts'
import { asMessage, readJson } from '../http/body.ts'
import { openEvents } from './open-event-stream.ts'
import { acceptsStream } from './post-response.ts'
import { standsFor } from './coalesce.ts'
import type { Common, Transport } from './transport.ts'

/**
 * HTTP+SSE, the transport of 2024-11-05: one GET that stays open and carries all answers, and a POST per message,
 * which is answered by 202 and nothing else. The two find each other by the session id in the POST's URL.
 */
export function httpSse(sessions: SessionStore<StreamSession>, common: Common): { get: Transport; post: Transport } {
  const { server, limits, base } = common
  return {
    get(request, response) {
      if (!acceptsStream(request)) throw new HttpError(406, INVALID_REQUEST, 'Accept text/event-stream.')
      // A client that lost its stream comes back without a second handshake, and may name what it had agreed on.
      const revision = handshakeRevisions.get(request.headers['mcp-protocol-version']) ?? oldest
      if (request.method === 'HEAD') return openEvents(request, response, common).close() // no session, and nothing to read
      const session = new StreamSession(newClient(revision, request))
      if (!sessions.add(session))
        throw new HttpError(503, INTERNAL_ERROR, 'Too many open streams. Come back later.', {
          headers: { 'Retry-After': '10' },
        })
      response.once('close', () => sessions.close(session))
      session.stream = openEvents(request, response, common)
      session.stream.send({ event: 'endpoint', data: `${base ?? mountOf(request)}/messages?sessionId=${session.id}` })
      // Without it clients wait three seconds, and meanwhile post to a session that is gone.
      session.stream.send({ retry: 1000 })
    },

    async post(request, response) {
      const session = find(sessions, request)
      const memory = new MessageMemory(common.messages, request)
      try {
        const message = asMessage(await readJson(request, limits.maxBodyBytes, memory))
        if (!sessions.find(session.id, request)) throw unknownSession() // closed while the body came
        response.writeHead(202, ACCEPTED_HEADERS).end('Accepted')
        if (isResponse(message)) return takeResponse(session.client, message)
        const answer = await server.handle(new Exchange(message, session.client, session, memory))
        if (answer) session.say(encodeResponse(answer, server.onUnexpected))
      } finally {
        memory.release()
      }
    },
  }
}

const ACCEPTED_HEADERS = {
  'Content-Type': 'text/plain',
  'Content-Length': 'Accepted'.length,
  'X-Content-Type-Options': 'nosniff',
  ...OWN_PAGES_ONLY,
}

/** A session that lives as long as its one stream, and whose answers all go there. */
export class StreamSession implements Session, WayBack {
  readonly id = randomUUID()
  readonly client: Client
  spokenAt = 0
  timesSpoken = 0
  stream: EventStream | undefined

  constructor(client: Client) {
    this.client = client
  }

  isOpen(): boolean {
    return true
  }

  say(data: string, newestOn?: string): void {
    this.stream?.send({ event: 'message', data }, newestOn)
  }

  send(message: Message): void {
    this.say(JSON.stringify(message), standsFor(message))
  }

  ask(exchange: Exchange): Ask {
    return askByRequest(exchange, (message) => this.send(message))
  }

  end(retryMs?: number): void {
    if (retryMs !== undefined) this.stream?.send({ retry: retryMs })
    this.stream?.close()
  }
}

function find(sessions: SessionStore<StreamSession>, request: IncomingMessage): StreamSession {
  const { url = '' } = request
  const id = /[?&]sessionId=([^&]*)/.exec(url)?.[1]
  if (id === undefined || url.indexOf('sessionId=') !== url.lastIndexOf('sessionId='))
    throw new HttpError(400, INVALID_REQUEST, 'Name one session: post to the URL that the endpoint event gave.')
  const session = sessions.find(id, request)
  if (!session) throw unknownSession()
  return session
}

const unknownSession = () =>
  new HttpError(404, INVALID_REQUEST, 'Unknown session: its stream is closed. Open GET /sse again.')
