import type { IncomingMessage, ServerResponse } from 'node:http'
import { encodeResponse, INVALID_REQUEST, type Message, type Response } from '../../jsonrpc/index.ts'
import { endInPieces, sendStream, watchReader, type EventStream } from '../../sse/index.ts'
import { askByRequest, cannotAsk, type Ask } from '../request/ask.ts'
import { shareOf, type Exchange, type WayBack } from '../request/context.ts'
import { OWN_PAGES_ONLY, rememberLast } from '../http/guard.ts'
import { HttpError } from '../http/http-error.ts'
import type { Channel } from './resumable-stream.ts'
import { openEvents, tooMuchUnread } from './open-event-stream.ts'
import { standsFor } from './coalesce.ts'
import type { StreamableSession } from './streamable-session.ts'
import type { Common } from './transport.ts'

/**
 * The answer to one POST: JSON, unless something is said before the answer, or the client takes nothing but a stream.
 * Then the reply becomes a stream, at that moment and not before.
 */
export class Reply implements WayBack {
  readonly #response: ServerResponse
  readonly #common: Common
  /** Where its stream can be taken up again. */
  readonly #session: StreamableSession | undefined
  readonly #takes: ReturnType<typeof accepted>
  #stream: EventStream | undefined
  #channel: Channel | undefined

  /** Throws HttpError 406. */
  constructor(request: IncomingMessage, response: ServerResponse, common: Common, session?: StreamableSession) {
    this.#response = response
    this.#common = common
    this.#session = session
    this.#takes = accepted(request.headers.accept ?? '*/*')
    if (!this.#takes.json && !this.#takes.stream)
      throw new HttpError(406, INVALID_REQUEST, 'Accept application/json, text/event-stream, or both.')
  }

  /** Says something before the answer, to a client that takes more than the answer. */
  send(message: Message): void {
    if (this.#takes.stream) this.#say(JSON.stringify(message), standsFor(message))
  }

  ask(exchange: Exchange): Ask {
    return this.#takes.stream ? askByRequest(exchange, (message) => this.send(message)) : cannotAsk
  }

  /** Ends the connection of a resumable stream, not the stream: the client comes back for the rest. */
  release(retryMs: number): void {
    // Without an id the client could not come back.
    if (!this.#takes.stream || !this.#session?.client.revision.primesStreams) return
    this.#stream ??= this.#open()
    this.#channel?.release(retryMs)
  }

  /** Ends with the answer, or those of a batch. Without one it ends in silence: nobody wants it any more. */
  finish(answer: Response | Response[] | undefined, status = 200, headers?: Record<string, string>): void {
    const answers = Array.isArray(answer) ? answer : answer ? [answer] : []
    const texts = answers.map((one) => encodeResponse(one, this.#common.server.onUnexpected))
    // An error's status can only be told by a reply that is not a stream.
    if (answer && !this.#stream && (this.#takes.json || status !== 200)) {
      const text = Array.isArray(answer) ? `[${texts.join()}]` : texts[0]!
      this.#count(text.length)
      sendText(this.#response, status, 'application/json', text, headers)
      return this.#watch(text.length)
    }
    if (!this.#stream) return this.#sendWhole(texts, headers)
    for (const data of texts) this.#say(data)
    if (this.#channel) this.#channel.end()
    else this.#stream.close()
  }

  #say(data: string, newestOn?: string): void {
    this.#stream ??= this.#open()
    if (this.#channel) this.#channel.say(data, newestOn)
    else this.#stream.send({ data }, newestOn)
  }

  #open(): EventStream {
    const stream = openEvents(this.#response.req, this.#response, this.#common)
    this.#channel = this.#session?.openChannel()
    this.#channel?.carryOn(stream, this.#channel.firstMessages())
    return stream
  }

  /** Nothing was said before: the stream begins and ends with the answer. */
  #sendWhole(texts: string[], headers?: Record<string, string>): void {
    const channel = this.#session?.openChannel()
    const messages = channel?.firstMessages() ?? []
    for (const data of texts) messages.push(channel?.log.append({ event: 'message', data }) ?? { data })
    channel?.end()
    this.#count(texts.reduce((sum, { length }) => sum + length, 0))
    this.#watch(sendStream(this.#response, messages, headers))
  }

  /** A large answer waits in memory until it is read. Throws HttpError 503 where too much waits already. */
  #count(length: number): void {
    if (length < LARGE) return
    const { unread } = this.#common
    const caller = shareOf(this.#response.req)
    if (!unread.take(caller, length)) throw tooMuchUnread()
    this.#response.once('close', () => unread.add(caller, -length))
  }

  #watch(length: number): void {
    if (length < LARGE) return
    const { streams } = this.#common
    watchReader(this.#response, streams.unreadMs, () => {
      streams.onCut?.(this.#response.writableLength, 0)
      this.#response.destroy()
    })
  }
}

/** UTF-16 units; what is smaller the system takes at once, read or not. */
const LARGE = 65_536

export const acceptsStream = ({ headers }: IncomingMessage): boolean => accepted(headers.accept ?? '*/*').stream

/** Lenient as the field is: one of the two types is enough, and who sends no Accept takes anything. */
const accepted = rememberLast((accept: string) => {
  const wanted = accept.includes(';') ? accept.split(',').filter(isWanted).join() : accept
  const anything = wanted.includes('*/*')
  return {
    json: anything || /application\/(json|\*)/i.test(wanted),
    stream: anything || /text\/(event-stream|\*)/i.test(wanted),
  }
})

const isWanted = (range: string): boolean => !/;\s*q=0(\.0*)?\s*$/i.test(range)

/** A whole answer in one piece. */
export function sendText(response: ServerResponse, status: number, type: string, text: string, headers?: object): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
    ...OWN_PAGES_ONLY,
    ...headers,
  })
  endInPieces(response, text)
}

/** Notifications and responses are taken, and that is all there is to say. */
export function acknowledge(response: ServerResponse): void {
  response.writeHead(202, { 'Content-Length': 0, 'X-Content-Type-Options': 'nosniff', ...OWN_PAGES_ONLY }).end()
}
