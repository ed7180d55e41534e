import { randomUUID } from 'node:crypto'
import {
  encodeResponse,
  INTERNAL_ERROR,
  INVALID_REQUEST,
  isResponse,
  type Message,
  type Notification,
  type Request,
} from '../../jsonrpc/index.ts'
import { openStream } from '../../sse/index.ts'
import { askByRequest, takeResponse } from '../ask.ts'
import { Exchange } from '../exchange.ts'
import { HttpError } from '../http-error.ts'
import type { Limits } from '../limits.ts'
import { findRevision, oldest } from '../revisions/index.ts'
import type { McpServer } from '../server.ts'
import type { Session, SessionStore } from '../session.ts'
import { readMessage } from './body.ts'
import type { Transport } from './transport.ts'

/**
 * HTTP+SSE, the transport of 2024-11-05: one GET that stays open and carries all answers, and a POST per message,
 * which is answered by 202 and nothing else. The two find each other by the session id in the POST's URL.
 */
export function httpSse(
  server: McpServer,
  sessions: SessionStore,
  limits: Limits,
): { get: Transport; post: Transport } {
  return {
    get(request, response) {
      if (sessions.byId.size >= limits.maxSessions)
        throw new HttpError(503, INTERNAL_ERROR, 'Too many open streams. Come back later.', {
          headers: { 'Retry-After': '10' },
        })
      // A client that lost its stream comes back without a second handshake, and may name what it had agreed on.
      const revision = findRevision(request.headers['mcp-protocol-version']) ?? oldest
      const id = randomUUID()
      const stream = openStream(response, limits)
      const session = sessions.open(id, revision, stream)
      response.once('close', () => sessions.close(session))
      stream.send({ event: 'endpoint', data: `/messages?sessionId=${id}` })
      // Without it clients wait three seconds, and meanwhile post to a session that is gone.
      stream.send({ retry: 1000 })
    },

    async post(request, response) {
      const session = find(sessions, request.url ?? '')
      const message = await readMessage(request, limits.maxBodyBytes)
      if (!sessions.byId.has(session.id)) throw unknownSession() // closed while the body came
      response.writeHead(202, ACCEPTED_HEADERS).end('Accepted')
      if (isResponse(message)) takeResponse(session.client, message)
      else await answer(server, session, message)
    },
  }
}

const ACCEPTED_HEADERS = {
  'Content-Type': 'text/plain',
  'Content-Length': 'Accepted'.length,
  'X-Content-Type-Options': 'nosniff',
}

function find(sessions: SessionStore, url: string): Session {
  const id = /[?&]sessionId=([^&]*)/.exec(url)?.[1]
  if (id === undefined || url.indexOf('sessionId=') !== url.lastIndexOf('sessionId='))
    throw new HttpError(
      400,
      INVALID_REQUEST,
      'Name one session: post to the URL that the endpoint event gave.',
    )
  const session = sessions.byId.get(id)
  if (!session) throw unknownSession()
  return session
}

const unknownSession = () =>
  new HttpError(404, INVALID_REQUEST, 'Unknown session: its stream is closed. Open GET /sse again.')

async function answer(server: McpServer, session: Session, message: Request | Notification): Promise<void> {
  const send = (text: string) => void session.stream.send({ event: 'message', data: text })
  const say = (said: Message) => send(JSON.stringify(said))
  const exchange = new Exchange(message, session.client, {
    send: say,
    ask: (asking) => askByRequest(asking, say),
  })
  const response = await server.handle(exchange)
  if (response) send(encodeResponse(response, server.onUnexpected))
}
