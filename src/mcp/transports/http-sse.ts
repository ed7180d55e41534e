import type { HttpRequest } from '../http/node-http.ts'
import { after, encodeResponse, INVALID_REQUEST } from '../../jsonrpc/index.ts'
import type { MaybePromise, Message } from '../../jsonrpc/index.ts'
import type { CoalesceKey, EventStream } from '../../sse/index.ts'
import { MessageMemory } from '../../bounds/budget.ts'
import { asMessage, readJson } from '../http/body.ts'
import { acceptedBy, sendText } from '../http/content.ts'
import { busy, HttpError } from '../http/http-error.ts'
import { mountOf } from '../http/path.ts'
import { createClient, type Caller, type Client } from '../request/client.ts'
import type { ClientChannel } from '../request/context.ts'
import { handshakeRevisions, oldestHandshake } from '../revisions/index.ts'
import { coalesceKey } from './coalesce.ts'
import { openEventStream } from './open-event-stream.ts'
import type { Session, SessionStore } from './session-store.ts'
import type { HttpHandler, TransportOptions } from './transport.ts'

/**
 * HTTP+SSE, the transport of 2024-11-05:
 * 1. The client opens an event stream: GET /sse. Its first event, `endpoint`, is the URL to post to, with a session id.
 * 2. It posts each message to that URL, and gets 202 Accepted.
 * 3. Responses, and all else that the server sends, are `message` events on the stream.
 * 4. The stream closes: the session ends.
 */
export function httpSse(
  sessions: SessionStore<SseSession>,
  options: TransportOptions,
): { get: HttpHandler; post: HttpHandler } {
  const { server, limits, base } = options

  /** 1: opens the stream. */
  const get: HttpHandler = (request, response, caller) => {
    if (!acceptedBy(request).stream) throw new HttpError(406, INVALID_REQUEST, 'Accept text/event-stream.')
    // The revision of a client that comes back after it lost its stream, without a second handshake: the header may
    // name what was negotiated before.
    const revision = handshakeRevisions.get(request.headers['mcp-protocol-version']) ?? oldestHandshake
    if (request.method === 'HEAD') return openEventStream(response, caller, options).close() // no session, no event
    //> open
    const session = sessions.create(createClient(revision, caller))
    return after(sessions.add(session), (isAdded) => {
      if (!isAdded) throw busy('Too many open streams. Come back later.')
      if (response.destroyed) return sessions.close(session) // the client left while the session was added
      response.once('close', () => void sessions.close(session))
      session.stream = openEventStream(response, caller, options)
      session.stream.send({ event: 'endpoint', data: `${base ?? mountOf(request)}/messages?sessionId=${session.id}` })
      // The reconnection time. By default clients wait three seconds, and meanwhile post to a session that is gone.
      session.stream.send({ retry: 1000 })
    })
    //<
  }

  /** 2: takes a message; 3: its response goes to the stream. */
  const post: HttpHandler = (request, response, caller) => {
    const id = sessionIdOf(request)
    const memory = new MessageMemory(options.messages, caller)
    // First of all: for an unknown session no body is read. And once more: it may be closed while the body comes.
    return after(find(id, caller), () =>
      readJson(request, limits.maxBodyBytes, memory, (body) => {
        //> post
        const message = asMessage(body)
        return after(find(id, caller), (session) =>
          after(sessions.relay?.(session, message), (isRelayed) => {
            sendText(response, 202, 'text/plain', 'Accepted') // from here on an error can only be logged
            if (!isRelayed) return session.receive(message, server, memory)
          }),
        )
        //<
      }),
    )
  }

  function find(id: string, caller: Caller): MaybePromise<SseSession> {
    return after(sessions.find(id, caller), (session) => {
      if (session) return session
      throw new HttpError(404, INVALID_REQUEST, 'Unknown session: its stream is closed. Open GET /sse again.')
    })
  }

  return { get, post }
}

/** A session of HTTP+SSE: it lives as long as its one stream, which carries all that the server sends. */
export class SseSession implements Session {
  readonly client: Client
  readonly id: string
  lastUsedAt = 0
  uses = 0
  stream: EventStream | undefined
  readonly channel: ClientChannel = {
    canSend: true,
    send: (message: Message) => this.send(JSON.stringify(message), coalesceKey(message)),
  }

  constructor(client: Client, id: string) {
    this.client = client
    this.id = id
  }

  /** Handles a message: its response goes to the stream. */
  receive(message: Message, server: TransportOptions['server'], memory: MessageMemory): MaybePromise<void> {
    return after(server.handle(message, this.client, this.channel, memory), (responded) => {
      if (responded) this.send(encodeResponse(responded, server.onUnexpected))
    })
  }

  hasStream(): boolean {
    return true
  }

  send(data: string, key?: CoalesceKey): void {
    this.stream?.send({ event: 'message', data }, key)
  }

  end(retryMs?: number): void {
    if (retryMs !== undefined) this.stream?.send({ retry: retryMs })
    this.stream?.close() // 4
  }
}

/** The id of the session that a URL names. Throws HttpError 400 unless it names one. */
function sessionIdOf({ url = '' }: HttpRequest): string {
  const id = /[?&]sessionId=([^&]*)/.exec(url)?.[1]
  if (id === undefined || url.indexOf('sessionId=') !== url.lastIndexOf('sessionId='))
    throw new HttpError(400, INVALID_REQUEST, 'Name one session: post to the URL that the endpoint event gave.')
  return id
}
