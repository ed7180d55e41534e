import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  answerAll,
  INTERNAL_ERROR,
  INVALID_REQUEST,
  isMessage,
  isRequest,
  isResponse,
  readableId,
  type Id,
  type Message,
  type Request,
} from '../../jsonrpc/index.ts'
import type { ReplayStore } from '../../sse/index.ts'
import { cannotAsk, takeResponse } from '../request/ask.ts'
import { Exchange, newClient, type Client, type WayBack } from '../request/context.ts'
import { OWN_PAGES_ONLY } from '../http/guard.ts'
import { HttpError } from '../http/http-error.ts'
import { handshakeRevisions, newest } from '../revisions/index.ts'
import type { SessionStore } from './session-store.ts'
import { asMessage } from '../http/body.ts'
import { openEvents } from './open-event-stream.ts'
import { acceptsStream, acknowledge, Reply } from './post-response.ts'
import { StreamableSession } from './streamable-session.ts'
import type { BodyTransport, Common, Transport } from './transport.ts'

/**
 * Streamable HTTP with sessions, 2025-03-26 to 2025-11-25: one URL. A POST is answered by JSON or by a stream of its
 * own; a GET opens the stream for what concerns no request, or takes up one whose connection was lost; a DELETE ends
 * the session. A lost connection is no cancellation: the work goes on, and what it says waits for the client.
 */
export function streamableHttp(
  sessions: SessionStore<StreamableSession>,
  replay: ReplayStore,
  common: Common,
): { post: BodyTransport; get: Transport; delete: Transport } {
  const { server, limits } = common

  async function initialize(request: IncomingMessage, response: ServerResponse, message: Request): Promise<void> {
    // A stale id is no obstacle: a client that restarts must get in.
    if (sessions.find(String(request.headers['mcp-session-id']), request))
      throw new HttpError(400, INVALID_REQUEST, 'This session is initialized already.', { id: message.id })
    const reply = new Reply(request, response, common)
    const session = new StreamableSession(newClient(newest, request), replay)
    const answer = await server.handle(new Exchange(message, session.client, SILENCE))
    if (!session.client.initialized) return reply.finish(answer)
    if (!sessions.add(session))
      throw new HttpError(503, INTERNAL_ERROR, 'Too many sessions. Come back later.', {
        headers: { 'Retry-After': '10' },
      })
    reply.finish(answer, 200, { 'Mcp-Session-Id': session.id })
  }

  return {
    async post(request, response, body, memory) {
      const isBatch = Array.isArray(body)
      const message = isBatch ? undefined : asMessage(body)
      if (message && isRequest(message) && message.method === 'initialize')
        return initialize(request, response, message)

      const session = find(sessions, request, readableId(body))
      const { client } = session
      if (isBatch) checkBatch(body, client, limits.maxBatch)
      const wantsAnswer = isBatch ? body.some((one) => !isMessage(one) || isRequest(one)) : isRequest(message!)
      const reply = wantsAnswer ? new Reply(request, response, common, session) : undefined
      const answer = (one: Message) =>
        isResponse(one)
          ? void takeResponse(client, one)
          : server.handle(new Exchange(one, client, reply ?? SILENCE, memory))
      const answers = await (message ? answer(message) : answerAll(body, answer))
      if (reply) reply.finish(answers)
      else acknowledge(response)
    },

    get(request, response) {
      if (!acceptsStream(request)) throw new HttpError(406, INVALID_REQUEST, 'Accept text/event-stream.')
      const session = find(sessions, request)
      const lastEventId = request.headers['last-event-id']
      const known = lastEventId === undefined || session.channelOf(String(lastEventId))?.log.after(String(lastEventId))
      if (request.method === 'HEAD' && known) return openEvents(request, response, common).close()
      const channel = lastEventId === undefined ? session.standing() : session.channelOf(String(lastEventId))
      const first = lastEventId === undefined ? channel?.firstMessages() : channel?.log.after(String(lastEventId))
      if (!channel || !first)
        throw new HttpError(400, INVALID_REQUEST, 'Last-Event-ID is unknown or forgotten: open the stream without it.')
      const bytes = first.reduce((sum, { data = '' }) => sum + data.length, 0)
      channel.carryOn(openEvents(request, response, common, bytes), first)
    },

    delete(request, response) {
      sessions.close(find(sessions, request))
      response.writeHead(204, OWN_PAGES_ONLY).end()
    },
  }
}

/** For what is answered by nothing, or by one answer alone. */
const SILENCE: WayBack = { send() {}, ask: () => cannotAsk }

function find(sessions: SessionStore<StreamableSession>, request: IncomingMessage, said?: Id): StreamableSession {
  const refusal = (status: number, text: string) => new HttpError(status, INVALID_REQUEST, text, { id: said })
  const id = request.headers['mcp-session-id']
  if (id === undefined) throw refusal(400, 'Send Mcp-Session-Id: the answer to initialize has it.')
  const session = sessions.find(String(id), request)
  if (!session) throw refusal(404, 'Unknown or ended session: send initialize again, without its id.')
  const version = request.headers['mcp-protocol-version']
  if (session.client.revision.checksVersionHeader && version !== undefined && !handshakeRevisions.has(version))
    throw refusal(400, 'MCP-Protocol-Version names a version that is not served.')
  sessions.touch(session)
  return session
}

function checkBatch(batch: unknown[], { revision }: Client, maxBatch: number): void {
  if (!revision.batching)
    throw new HttpError(400, INVALID_REQUEST, `No batches in ${revision.version}: send one message per POST.`)
  if (batch.length > maxBatch) throw new HttpError(400, INVALID_REQUEST, `A batch has at most ${maxBatch} messages.`)
  const messages = batch.filter(isMessage)
  if (messages.some((one) => 'method' in one && one.method === 'initialize'))
    throw new HttpError(400, INVALID_REQUEST, 'initialize does not go into a batch.')
  if (batch.length === 0 || (messages.some(isResponse) && !messages.every(isResponse)))
    throw new HttpError(400, INVALID_REQUEST, 'A batch has requests and notifications, or responses.')
}
