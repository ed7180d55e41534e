import type { IncomingMessage, ServerResponse } from 'node:http'
import { encodeResponse, INVALID_REQUEST, type Message, type Response } from '../../jsonrpc/index.ts'
import { openStream, watchReader, type EventStream, type StreamOptions } from '../../sse/index.ts'
import { HttpError } from '../http-error.ts'
import type { Channel } from './channel.ts'
import { standsFor } from './stands-for.ts'

/** The answer to one POST. */
export interface Reply {
  /** False: this client takes nothing but the answer. */
  readonly canSpeak: boolean
  /** Says something before the answer. */
  send(message: Message): void
  /** Ends the connection of a resumable stream, not the stream: the client comes back for the rest. */
  release(retryMs: number): void
  /** Ends with the answer, or those of a batch. Without one it ends in silence: nobody wants it any more. */
  finish(answer: Response | Response[] | undefined, status?: number): void
}

export interface ReplyOptions {
  /** Headers of the reply, be it JSON or a stream. */
  headers?: Record<string, string>
  streams: StreamOptions
  onUnexpected(error: unknown): void
  /** Makes the stream resumable, if it comes to a stream. */
  openChannel?: () => Channel
  /** Gives the client an id before there is anything to say, so that it can come back from the start. */
  primes?: boolean
}

/**
 * One JSON object, unless something is said before the answer, or the client takes nothing but a stream: then the
 * reply becomes a stream, at that moment and not before. Throws HttpError 406.
 */
export function openReply(request: IncomingMessage, response: ServerResponse, options: ReplyOptions): Reply {
  const { json, stream: canSpeak } = accepted(request.headers.accept)
  if (!json && !canSpeak)
    throw new HttpError(406, INVALID_REQUEST, 'Accept application/json, text/event-stream, or both.')
  let stream: EventStream | undefined
  let channel: Channel | undefined

  function open(): void {
    const { headers, streams } = options
    stream = openStream(response, headers ? { ...streams, headers } : streams)
    channel = options.openChannel?.()
    if (channel && options.primes) stream.send({ id: channel.log.start, retry: 1000, data: '' })
    channel?.carryOn(stream)
  }

  function say(data: string, newestOn?: string): void {
    if (!stream) open()
    if (channel) channel.say(data, newestOn)
    else stream?.send({ data }, newestOn)
  }

  function sendJson(status: number, text: string): void {
    sendText(response, status, 'application/json', text, options.headers)
    if (text.length < LARGE) return
    watchReader(response, options.streams.unreadMs, () => {
      options.streams.onCut?.(response.writableLength, 0)
      response.destroy()
    })
  }

  return {
    canSpeak,
    send(message) {
      if (canSpeak) say(JSON.stringify(message), standsFor(message))
    },
    release(retryMs) {
      // Without an id the client could not come back.
      if (!canSpeak || !options.primes) return
      if (!stream) open()
      channel?.release(retryMs)
    },
    finish(answer, status = 200) {
      const encode = (one: Response) => encodeResponse(one, options.onUnexpected)
      // An error's status can only be told by a reply that is not a stream.
      if (answer && !stream && (json || status !== 200))
        return sendJson(status, Array.isArray(answer) ? `[${answer.map(encode).join()}]` : encode(answer))
      response.cork() // headers, answer and end leave as one
      if (!stream) open()
      for (const one of [answer ?? []].flat()) say(encode(one))
      if (channel) channel.end()
      else stream?.close()
    },
  }
}

/** UTF-16 units; what is smaller the system takes at once, read or not. */
const LARGE = 65_536

export const acceptsStream = ({ headers }: IncomingMessage): boolean => accepted(headers.accept).stream

const isWanted = (range: string): boolean => !/;\s*q=0(\.0*)?\s*$/i.test(range)

/** Lenient as the field is: no Accept is anything, and one of the two types is enough. */
function accepted(accept = '*/*'): { json: boolean; stream: boolean } {
  const wanted = accept.includes(';') ? accept.split(',').filter(isWanted).join() : accept
  const anything = wanted.includes('*/*')
  return {
    json: anything || /application\/(json|\*)/i.test(wanted),
    stream: anything || /text\/(event-stream|\*)/i.test(wanted),
  }
}

/** A whole answer in one piece. */
export function sendText(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers?: Record<string, string>,
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  })
  response.end(text)
}

/** Notifications and responses are taken, and that is all there is to say. */
export function acknowledge(response: ServerResponse): void {
  response.writeHead(202, { 'Content-Length': 0, 'X-Content-Type-Options': 'nosniff' }).end()
}
