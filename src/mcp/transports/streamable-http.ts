import type { HttpRequest, HttpResponse } from '../http/node-http.ts'
import { after, answerAll, INVALID_REQUEST, isMessage, isRequest } from '../../jsonrpc/index.ts'
import { isResponse, readableId, type Id, type MaybePromise, type Message, type Request } from '../../jsonrpc/index.ts'
import { asMessage } from '../http/body.ts'
import { acceptedBy, acknowledge } from '../http/content.ts'
import { OWN_PAGES_ONLY } from '../http/guard.ts'
import { busy, HttpError } from '../http/http-error.ts'
import { createClient, type Caller, type Client } from '../request/client.ts'
import type { ClientChannel } from '../request/context.ts'
import { handshakeRevisions, newestHandshake } from '../revisions/index.ts'
import { openEventStream } from './open-event-stream.ts'
import { PostResponse } from './post-response.ts'
import type { SessionStore } from './session-store.ts'
import type { StreamableSession } from './streamable-session.ts'
import type { HttpHandler, PostHandler, TransportOptions } from './transport.ts'

/**
 * Streamable HTTP with sessions, 2025-03-26 to 2025-11-25:
 * 1. The client posts `initialize`. The HTTP response names the session in `Mcp-Session-Id`.
 * 2. It posts each further message with that header. The response is JSON, or an event stream of this POST's own.
 * 3. GET opens the standalone stream, for what concerns no request, or resumes a stream after `Last-Event-ID`.
 * 4. DELETE ends the session. A lost connection is no cancellation: the work goes on, and its events wait.
 */
export function streamableHttp(
  sessions: SessionStore<StreamableSession>,
  options: TransportOptions,
): { post: PostHandler; get: HttpHandler; delete: HttpHandler } {
  const { server } = options

  /** 1: opens the session. */
  function initialize(
    request: HttpRequest,
    response: HttpResponse,
    caller: Caller,
    message: Request,
  ): MaybePromise<void> {
    const channel = new PostResponse(request, response, caller, options)
    const session = sessions.create(createClient(newestHandshake, caller))
    return after(sessions.find(String(request.headers['mcp-session-id']), caller), (existing) => {
      // A stale id is no obstacle: a client that restarts must get in.
      if (existing)
        throw new HttpError(400, INVALID_REQUEST, 'This session is initialized already.', { id: message.id })
      return after(server.handle(message, session.client, RESPONSE_ONLY), (responded) => {
        if (!session.client.initialized) return channel.finish(responded)
        return after(sessions.add(session), (isAdded) => {
          if (isAdded) return channel.finish(responded, 200, { 'Mcp-Session-Id': session.id })
          throw busy('Too many sessions. Come back later.')
        })
      })
    })
  }

  /** 2: takes a message, or a batch, and responds. */
  const post: PostHandler = (request, response, caller, body, memory) => {
    const isBatch = Array.isArray(body)
    const single = isBatch ? undefined : asMessage(body)
    if (single && isRequest(single) && single.method === 'initialize')
      return initialize(request, response, caller, single)

    //> post
    return after(find(request, caller, readableId(body)), (session) => {
      const { client } = session
      if (isBatch) checkBatch(body, client)
      const wantsResponse = isBatch ? body.some((one) => !isMessage(one) || isRequest(one)) : isRequest(single!)
      const channel = wantsResponse ? new PostResponse(request, response, caller, options, session, body) : undefined
      const handle = (message: Message) => {
        const relayed = isRequest(message) ? false : sessions.relay?.(session, message)
        return after(relayed, (isRelayed) =>
          isRelayed ? undefined : server.handle(message, client, channel ?? RESPONSE_ONLY, memory),
        )
      }
      return after(single ? handle(single) : answerAll(body, handle), (responded) =>
        after(sessions.save?.(session), () => (channel ? channel.finish(responded) : acknowledge(response))),
      )
    })
    //<
  }

  /** 3: opens the standalone stream, or resumes one. */
  const get: HttpHandler = (request, response, caller) => {
    if (!acceptedBy(request).stream) throw new HttpError(406, INVALID_REQUEST, 'Accept text/event-stream.')
    const lastEventId = request.headers['last-event-id']
    return after(find(request, caller), (session) =>
      after(lastEventId === undefined ? undefined : session.streamOf(String(lastEventId)), (resumed) =>
        after(resumed?.log.missedSince(String(lastEventId)), (missed) => {
          if (lastEventId !== undefined && !missed) throw new HttpError(400, INVALID_REQUEST, FORGOTTEN)
          if (request.method === 'HEAD') return openEventStream(response, caller, options).close()
          const stream = resumed ?? session.standaloneStream()
          const first = missed ?? stream.primingEvents()
          const length = first.reduce((sum, { data = '' }) => sum + data.length, 0)
          stream.attach(openEventStream(response, caller, options, length), first)
        }),
      ),
    )
  }

  /** 4: ends the session. */
  const endSession: HttpHandler = (request, response, caller) => {
    return after(find(request, caller), (session) =>
      after(sessions.close(session), () => void response.writeHead(204, OWN_PAGES_ONLY).end()),
    )
  }

  /** The session that a request names, which is thereby used. Throws, or rejects with, HttpError. */
  function find(request: HttpRequest, caller: Caller, messageId?: Id): MaybePromise<StreamableSession> {
    const refusal = (status: number, text: string) => new HttpError(status, INVALID_REQUEST, text, { id: messageId })
    const id = request.headers['mcp-session-id']
    if (id === undefined) throw refusal(400, 'Send Mcp-Session-Id: the answer to initialize has it.')
    return after(sessions.find(String(id), caller), (session) => {
      if (!session) throw refusal(404, 'Unknown or ended session: send initialize again, without its id.')
      const version = request.headers['mcp-protocol-version']
      if (session.client.revision.checksVersionHeader && version !== undefined && !handshakeRevisions.has(version))
        throw refusal(400, 'MCP-Protocol-Version names a version that is not served.')
      sessions.touch(session)
      return session
    })
  }

  return { post, get, delete: endSession }
}

const FORGOTTEN = 'Last-Event-ID is unknown or forgotten: open the stream without it.'

/** Messages of a batch: each is work. */
export const MAX_BATCH = 100

/** The channel where nothing can be sent before the response: for notifications, responses, and `initialize`. */
const RESPONSE_ONLY: ClientChannel = { send() {}, canSend: false }

/** Checks a batch as a whole; its messages are handled one by one. Throws HttpError 400. */
function checkBatch(batch: unknown[], { revision }: Client): void {
  if (!revision.batching)
    throw new HttpError(400, INVALID_REQUEST, `No batches in ${revision.version}: send one message per POST.`)
  if (batch.length > MAX_BATCH) throw new HttpError(400, INVALID_REQUEST, `A batch has at most ${MAX_BATCH} messages.`)
  const messages = batch.filter(isMessage)
  if (messages.some((one) => 'method' in one && one.method === 'initialize'))
    throw new HttpError(400, INVALID_REQUEST, 'initialize does not go into a batch.')
  if (batch.length === 0 || (messages.some(isResponse) && !messages.every(isResponse)))
    throw new HttpError(400, INVALID_REQUEST, 'A batch has requests and notifications, or responses.')
}
