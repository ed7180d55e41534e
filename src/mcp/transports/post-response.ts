import type { HttpRequest, HttpResponse } from '../http/node-http.ts'
import { encodeResponse, INVALID_REQUEST, type Message, type Response } from '../../jsonrpc/index.ts'
import { sendStream, watchSlowReader, type CoalesceKey, type EventStream, type SseMessage } from '../../sse/index.ts'
import { acceptedBy, sendText, type Accepted } from '../http/content.ts'
import { HttpError } from '../http/http-error.ts'
import type { Caller } from '../request/client.ts'
import type { ClientChannel } from '../request/context.ts'
import { coalesceKey } from './coalesce.ts'
import { openEventStream, tooMuchUnread } from './open-event-stream.ts'
import type { ResumableStream } from './resumable-stream.ts'
import type { StreamableSession } from './streamable-session.ts'
import type { TransportOptions } from './transport.ts'

/**
 * The HTTP response to one POST: JSON, unless a message is sent before the JSON-RPC response, or the client accepts
 * nothing but a stream. Then it becomes an event stream, at that moment and not before.
 */
export class PostResponse implements ClientChannel {
  readonly headers: HttpRequest['headers']
  readonly #response: HttpResponse
  readonly #caller: Caller
  readonly #options: TransportOptions
  /** The session, in which the stream of this response can be resumed; undefined without sessions. */
  readonly #session: StreamableSession | undefined
  /** The message, or batch, that this answers. */
  readonly #requests: unknown
  readonly #accepted: Accepted
  #connection: EventStream | undefined
  #stream: ResumableStream | undefined

  /** Throws HttpError 406 where the client accepts neither JSON nor a stream. */
  constructor(
    request: HttpRequest,
    response: HttpResponse,
    caller: Caller,
    options: TransportOptions,
    session?: StreamableSession,
    requests?: unknown,
  ) {
    this.headers = request.headers
    this.#response = response
    this.#caller = caller
    this.#options = options
    this.#session = session
    this.#requests = requests
    this.#accepted = acceptedBy(request)
    if (!this.#accepted.json && !this.#accepted.stream)
      throw new HttpError(406, INVALID_REQUEST, 'Accept application/json, text/event-stream, or both.')
  }

  get canSend(): boolean {
    return this.#accepted.stream
  }

  /**
   * Sends a message before the JSON-RPC response: the HTTP response becomes a stream. A client of JSON alone gets none.
   */
  send(message: Message): void {
    if (this.canSend) this.#send(JSON.stringify(message), coalesceKey(message))
  }

  /** Ends the connection of a resumable stream, not the stream: the client comes back for the rest. */
  disconnect(retryMs: number): void {
    // Only a stream that begins with a priming event has an id to come back with.
    if (!this.canSend || !this.#session?.client.revision.primesStreams) return
    this.#connection ??= this.#open()
    this.#stream?.disconnect(retryMs)
  }

  //> finish
  /**
   * Ends with the JSON-RPC response, or those of a batch. Undefined: nobody wants one any more, and an empty stream
   * ends.
   */
  finish(result: Response | Response[] | undefined, status = 200, headers?: Record<string, string>): void {
    // An HTTP status of its own can only be told by a response that is no stream.
    const isJson = result && !this.#connection && (this.#accepted.json || status !== 200)
    if (isJson) return this.#finishJson(result, status, headers)
    const responses = Array.isArray(result) ? result : result ? [result] : []
    const texts = responses.map((one) => this.#encode(one))
    if (!this.#connection) return this.#finishStream(texts, headers)
    for (const data of texts) this.#send(data)
    if (this.#stream) this.#stream.end()
    else this.#connection.close()
  }
  //<

  #encode(response: Response): string {
    return encodeResponse(response, this.#options.server.onUnexpected)
  }

  #finishJson(result: Response | Response[], status: number, headers?: Record<string, string>): void {
    const text = Array.isArray(result) ? `[${result.map((one) => this.#encode(one)).join()}]` : this.#encode(result)
    this.#count(text.length)
    sendText(this.#response, status, 'application/json', text, headers)
    this.#watch(text.length)
  }

  /** Ends with a stream that has nothing but the response: one write, no stream object. */
  #finishStream(texts: string[], headers?: Record<string, string>): void {
    const events = this.#session ? eventsIn(this.#session, texts) : texts.map((data) => ({ data }))
    this.#count(texts.reduce((sum, { length }) => sum + length, 0))
    this.#watch(sendStream(this.#response, events, headers))
  }

  #send(data: string, key?: CoalesceKey): void {
    this.#connection ??= this.#open()
    if (this.#stream) this.#stream.send(data, key)
    else this.#connection.send({ data }, key)
  }

  /** Opens the stream, and with a session the resumable stream that this connection carries. */
  #open(): EventStream {
    const connection = openEventStream(this.#response, this.#caller, this.#options)
    this.#stream = this.#session?.openStream(this.#requests)
    this.#stream?.attach(connection, this.#stream.primingEvents())
    return connection
  }

  /**
   * Counts a large response, which waits in memory until it is read. Throws HttpError 503 where too much waits already.
   */
  #count(length: number): void {
    if (length < LARGE || this.#response.destroyed) return // who has left holds nothing, and no `close` will come
    const { unread } = this.#options
    const { key } = this.#caller
    if (!unread.take(key, length)) throw tooMuchUnread()
    this.#response.once('close', () => unread.add(key, -length))
  }

  /** Destroys a large response whose reader takes nothing for too long. */
  #watch(length: number): void {
    if (length < LARGE) return
    const { streams } = this.#options
    watchSlowReader(this.#response, streams.unreadMs, () => {
      streams.onCut?.(this.#response.writableLength, 0)
      this.#response.destroy()
    })
  }
}

/** The least UTF-16 units of a large response. The system takes a smaller one at once, whether it is read or not. */
const LARGE = 65_536

/** The events of a whole stream of a session: one response, or those of a batch, or none where it was cancelled. */
function eventsIn(session: StreamableSession, texts: string[]): SseMessage[] {
  if (texts.length === 1) return session.keepResponse(texts[0]!)
  const stream = session.openStream()
  const events = stream.primingEvents()
  for (const data of texts) events.push(stream.log.append({ event: 'message', data }))
  stream.end()
  return events
}
