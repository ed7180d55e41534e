import type { ServerResponse } from 'node:http'
import { checkDuration } from './duration.ts'
import { encodeComment, encodeEvent, type SseMessage } from './event.ts'
import { keepAlive } from './keep-alive.ts'
import { watchReader } from './watch-reader.ts'

export interface StreamOptions {
  /** Further response headers. */
  headers?: Record<string, string>
  /** Milliseconds between two keep-alive comments; proxies cut silent streams after 30 to 60 s. Default 15,000; 0: none. */
  keepAliveMs?: number
  /** Bytes that may wait for a reader who does not take them, before the stream is destroyed. Default 1 MiB. */
  maxUnreadBytes?: number
  /** Milliseconds without a byte taken of what waits, before the stream is destroyed. Default 30,000. */
  unreadMs?: number
  /** Told that the stream was destroyed for its reader, with the bytes that waited and the messages dropped before. */
  onCut?: (unread: number, dropped: number) => void
}

/** What became of a message. `full` is not gone: it waits, and so should whoever can. */
export type Sent = 'sent' | 'full' | 'closed'

export interface EventStream {
  /**
   * Writes one message. Throws SseEncodeError where it cannot be encoded. `standsFor` names what the message is the
   * newest word on: while the reader lags, it takes the place of the one that waits under the same name, and one
   * under the empty name is dropped.
   */
  send(message: SseMessage, standsFor?: string): Sent
  /** Ends the stream in good order. A browser reconnects all the same: only a 204 tells it to stay away. */
  close(): void
  /** Aborted once the stream is over, whoever ended it. */
  readonly closed: AbortSignal
}

/**
 * Answers a request with an event stream. The headers leave at once, so that the reader's `open` event fires.
 * HTML Standard, section 9.2.5 "Parsing an event stream" and 9.2.7 "Authoring notes".
 * Throws TypeError, before anything is sent, for milliseconds that no timer can wait.
 */
export function openStream(response: ServerResponse, options: StreamOptions = {}): EventStream {
  checkDuration('keepAliveMs', options.keepAliveMs, 0)
  checkDuration('unreadMs', options.unreadMs, 1)
  response.writeHead(200, { ...STREAM_HEADERS, ...options.headers })
  response.flushHeaders()
  return new ResponseStream(response, options)
}

/** The same, where all of the stream is known: one write, and closed. Returns UTF-16 units. Throws SseEncodeError. */
export function sendStream(response: ServerResponse, messages: readonly SseMessage[], headers?: object): number {
  let text = ''
  for (const message of messages) text += encodeEvent(message)
  response.writeHead(200, { ...STREAM_HEADERS, ...headers }).end(text)
  return text.length
}

const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform', // no-transform: a compressing proxy would hold events back
  'X-Accel-Buffering': 'no', // nginx collects answers unless told so
  'X-Content-Type-Options': 'nosniff',
}

const KEEP_ALIVE = encodeComment('keep-alive')

class ResponseStream implements EventStream {
  readonly #response: ServerResponse
  readonly #options: StreamOptions
  /** What waits until the reader has taken what was written; undefined while it keeps up. */
  #backlog: Backlog | undefined
  #stopWatching: (() => void) | undefined
  #closed: AbortController | undefined

  constructor(response: ServerResponse, options: StreamOptions) {
    this.#response = response
    this.#options = options
    if (this.#isOver()) return // the reader has left before: there will be no `close` to tidy up after
    const stopBeating = keepAlive(this, options.keepAliveMs ?? 15_000)
    response.once('close', () => {
      stopBeating()
      this.#closed?.abort()
    })
  }

  // Made when somebody looks: most streams of a server with many are never asked.
  get closed(): AbortSignal {
    this.#closed ??= new AbortController()
    if (this.#isOver()) this.#closed.abort()
    return this.#closed.signal
  }

  send(message: SseMessage, standsFor?: string): Sent {
    const text = encodeEvent(message)
    if (this.#isOver()) return 'closed'
    if (!this.#backlog) return this.#write(text)
    this.#backlog.add(text, standsFor)
    if (this.#unread() <= (this.#options.maxUnreadBytes ?? 2 ** 20)) return 'full'
    this.#cut()
    return 'closed'
  }

  close(): void {
    if (this.#isOver()) return
    this.#response.end(this.#backlog?.take()) // the watch goes on: an end that nobody takes holds the stream too
  }

  /** A keep-alive to a reader who lags would only lengthen what waits for it. */
  beat(): void {
    if (!this.#backlog && !this.#isOver()) this.#write(KEEP_ALIVE)
  }

  #write(text: string): Sent {
    if (this.#response.write(text)) return 'sent'
    // What Node only keeps until the end of this turn, to send it in one piece, is not unread.
    while (this.#response.socket?.writableCorked) this.#response.socket.uncork()
    if (this.#response.writableLength === 0) return 'sent'
    this.#backlog = new Backlog()
    this.#response.once('drain', () => this.#catchUp())
    this.#stopWatching ??= watchReader(this.#response, this.#options.unreadMs, () => this.#cut())
    return 'full'
  }

  #catchUp(): void {
    this.#stopWatching?.()
    this.#stopWatching = undefined
    const text = this.#backlog?.take()
    this.#backlog = undefined
    if (text && !this.#isOver()) this.#write(text)
  }

  #unread(): number {
    return this.#response.writableLength + (this.#backlog?.bytes ?? 0)
  }

  #cut(): void {
    this.#options.onCut?.(this.#unread(), this.#backlog?.dropped ?? 0)
    this.#response.destroy()
  }

  #isOver(): boolean {
    return this.#response.writableEnded || this.#response.destroyed
  }
}

/** Messages that wait, the oldest first. */
class Backlog {
  bytes = 0
  dropped = 0
  readonly #texts = new Map<string | symbol, string>()

  add(text: string, standsFor: string | symbol = Symbol()): void {
    if (standsFor === '') return void this.dropped++
    this.bytes += Buffer.byteLength(text) - Buffer.byteLength(this.#texts.get(standsFor) ?? '')
    this.#texts.delete(standsFor) // and to the end of the order
    this.#texts.set(standsFor, text)
  }

  take(): string {
    return [...this.#texts.values()].join('')
  }
}
