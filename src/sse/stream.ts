import { checkDuration } from './duration.ts'
import type { StreamResponse } from './response.ts'
import { encodeComment, encodeEvent, type SseMessage } from './event.ts'
import { keepAlive } from './keep-alive.ts'
import { endInPieces, PIECE, pieceEnd, watchSlowReader } from './slow-reader.ts'

/** The options of one event stream. All bounds are on what waits because its reader does not take it. */
export interface StreamOptions {
  /** Further response headers. */
  headers?: Record<string, string>
  /**
   * Milliseconds between two keep-alive comments; proxies cut silent streams after 30 to 60 s. Default 15,000; 0: none.
   */
  keepAliveMs?: number
  /** Bytes of keyed messages that may wait for the reader, before the stream is destroyed. Default 1 MiB. */
  maxUnreadBytes?: number
  /**
   * Bytes that may wait in all, those of messages without a key included: a response was asked for, and may wait as
   * long as its reader reads. Default: no more than `maxUnreadBytes`.
   */
  maxUnreadTotal?: number
  /** Milliseconds in which nothing of what waits was taken, before the stream is destroyed. Default 30,000. */
  unreadMs?: number
  /**
   * Told by how many bytes more, or less, wait here. To return false is to have the stream destroyed: too many wait in
   * all.
   */
  onUnread?: (bytes: number) => boolean
  /** Told that the stream was destroyed for its slow reader: the bytes that waited, the messages dropped before. */
  onCut?: (unread: number, dropped: number) => void
}

/**
 * The outcome of sending a message. `full`: it waits for the reader, and a sender that can wait should. `closed`: it is
 * gone.
 */
export type Sent = 'sent' | 'full' | 'closed'

/** A key: while the reader lags, a message takes the place of the one that waits under the same key. */
export type CoalesceKey = string | typeof DROPPABLE

/** The key of messages that are left out while the reader lags. */
export const DROPPABLE = Symbol('droppable')

/** An event stream that a server writes. It stands on the response of one HTTP request, and ends with it. */
export interface EventStream {
  /**
   * Sends one message. While the reader lags it waits: under a key, in the place of the one that waits under the same;
   * under `DROPPABLE` it is left out. Throws SseEncodeError where it cannot be encoded.
   */
  send(message: SseMessage, key?: CoalesceKey): Sent
  /** Fulfilled once nothing waits for the reader, or the stream is over: what a sender that can wait does at `full`. */
  drained(): Promise<void>
  /**
   * Ends the stream once all was taken that waits. A browser reconnects all the same: only a 204 tells it to stay away.
   */
  close(): void
  /** Ends the stream without what still waits, for a reader who gets that by another stream. */
  drop(): void
  /** A signal that is aborted once the stream is over, whoever ended it. */
  readonly closed: AbortSignal
}

/**
 * Responds to a request with an event stream. The headers leave at once, so that the reader's `open` event fires.
 * Throws TypeError, before anything is sent, for milliseconds that no timer can wait.
 * HTML Standard, section 9.2.5 "Parsing an event stream" and 9.2.7 "Authoring notes".
 */
export function openStream(response: StreamResponse, options: StreamOptions = {}): EventStream {
  checkDuration('keepAliveMs', options.keepAliveMs, 0)
  checkDuration('unreadMs', options.unreadMs, 1)
  response.writeHead(200, headersWith(options.headers))
  response.flushHeaders()
  return new ResponseStream(response, options)
}

/**
 * Responds with a whole event stream of which all messages are known: one write, and closed. Returns its length in
 * UTF-16 units. Throws SseEncodeError, before anything is sent.
 */
export function sendStream(response: StreamResponse, messages: readonly SseMessage[], headers?: object): number {
  let text = ''
  for (const message of messages) text += encodeEvent(message)
  endInPieces(response.writeHead(200, headersWith(headers)), text)
  return text.length
}

//> headers
const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform', // no-transform: a compressing proxy would hold events back
  'X-Accel-Buffering': 'no', // nginx collects answers unless told so
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin', // what reads a stream asks by CORS; an image would only hold it open
}
//<

const headersWith = (more?: object): Record<string, string> => (more ? { ...STREAM_HEADERS, ...more } : STREAM_HEADERS)

const KEEP_ALIVE = encodeComment('keep-alive')

class ResponseStream implements EventStream {
  readonly #response: StreamResponse
  readonly #options: StreamOptions
  /** The messages that wait until the reader has taken what was written; undefined while it keeps up. */
  #backlog: Backlog | undefined
  /** The bytes of the backlog that `onUnread` was told of. */
  #counted = 0
  /** Whether the response is to be ended when nothing waits any more. */
  #isEnding = false
  #stopWatching: (() => void) | undefined
  #closed: AbortController | undefined

  constructor(response: StreamResponse, options: StreamOptions) {
    this.#response = response
    this.#options = options
    if (this.#isOver()) return // the reader has left already: no `close` will come, at which to tidy up
    const stopPinging = keepAlive(this, options.keepAliveMs ?? 15_000)
    response.once('close', () => {
      stopPinging()
      this.#count(-this.#counted)
      this.#backlog?.end()
      this.#backlog = undefined
      this.#closed?.abort()
    })
  }

  // The controller is made when somebody looks: on a server with many streams most are never asked.
  get closed(): AbortSignal {
    this.#closed ??= new AbortController()
    if (this.#isOver()) this.#closed.abort()
    return this.#closed.signal
  }

  send(message: SseMessage, key?: CoalesceKey): Sent {
    const text = encodeEvent(message)
    if (this.#isOver() || this.#isEnding) return 'closed'
    if (this.#backlog) return this.#wait(this.#backlog, text, key)
    if (text.length <= PIECE) return this.#write(text) ? 'sent' : this.#lag()
    // The reader keeps up: a text too long for one piece only passes through the backlog. It may be as long as it is,
    // and its key means nothing.
    this.#backlog = new Backlog()
    if (!this.#count(this.#backlog.add(text))) return this.#cut()
    this.#catchUp()
    return this.#backlog ? 'full' : 'sent'
  }

  /** Has a text wait for the reader. */
  #wait(backlog: Backlog, text: string, key?: CoalesceKey): Sent {
    const more = backlog.add(text, key)
    const { maxUnreadBytes = 2 ** 20, maxUnreadTotal = maxUnreadBytes } = this.#options
    const isTooMuch = backlog.keyedBytes > maxUnreadBytes || this.unread > maxUnreadTotal
    return isTooMuch || !this.#count(more) ? this.#cut() : 'full'
  }

  drained(): Promise<void> {
    return this.#backlog?.ended ?? Promise.resolve()
  }

  close(): void {
    if (this.#isOver()) return
    if (this.#backlog && this.#backlog.bytes > PIECE) this.#isEnding = true
    else this.#response.end(this.#backlog?.take()) // the watch goes on: an end that nobody takes holds the stream too
  }

  drop(): void {
    if (this.#backlog) this.#response.destroy()
    else this.close()
  }

  /** Sends a keep-alive comment, but not to a reader who lags: it would only lengthen what waits. */
  ping(): void {
    if (!this.#backlog && !this.#isOver() && !this.#write(KEEP_ALIVE)) this.#lag()
  }

  /** Writes a text. True: the system took all of it, which is as much as can be known of the reader. */
  #write(text: string): boolean {
    if (this.#response.write(text)) return true
    // Node keeps what is written in one turn, to send it in one piece. That is not unread: it is sent now.
    while (this.#response.socket?.writableCorked) this.#response.socket.uncork()
    return this.#response.writableLength === 0
  }

  /** From now on messages wait: the reader has not taken what was written. */
  #lag(): 'full' {
    this.#backlog ??= new Backlog()
    this.#response.once('drain', () => this.#catchUp())
    this.#stopWatching ??= watchSlowReader(this.#response, this.#options.unreadMs, () => this.#cut())
    return 'full'
  }

  /** Writes what waits, until the reader lags again or nothing waits any more. */
  #catchUp(): void {
    for (let text; (text = this.#backlog?.take());) {
      this.#count(-Buffer.byteLength(text))
      if (!this.#write(text)) return void this.#lag()
    }
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#backlog?.end()
    this.#backlog = undefined
    if (this.#isEnding) this.#response.end()
  }

  /** Bytes that wait, in Node and in the backlog. */
  get unread(): number {
    return this.#response.writableLength + (this.#backlog?.bytes ?? 0)
  }

  /** Tells `onUnread` of bytes. False: too many wait in all. */
  #count(bytes: number): boolean {
    const isCounted = bytes === 0 || (this.#options.onUnread?.(bytes) ?? true)
    if (isCounted) this.#counted += bytes
    return isCounted
  }

  /** Destroys the stream of a slow reader. */
  #cut(): 'closed' {
    this.#options.onCut?.(this.unread, this.#backlog?.dropped ?? 0)
    this.#response.destroy()
    return 'closed'
  }

  #isOver(): boolean {
    return this.#response.writableEnded || this.#response.destroyed
  }
}

/** The messages that wait for the reader, the oldest first. */
class Backlog {
  bytes = 0
  /** The bytes of those under a key. */
  keyedBytes = 0
  dropped = 0
  end!: () => void
  /** Fulfilled by `end`, once nothing waits any more. */
  readonly ended = new Promise<void>((resolve) => (this.end = resolve))
  readonly #texts = new Map<string | symbol, string>()
  /** The rest of a text of which a piece was taken. */
  #rest = ''

  /** Adds a text. Returns by how many bytes more wait. */
  add(text: string, key: string | symbol = Symbol()): number {
    if (key === DROPPABLE) {
      this.dropped++
      return 0
    }
    const more = Buffer.byteLength(text) - Buffer.byteLength(this.#texts.get(key) ?? '')
    this.bytes += more
    if (typeof key === 'string') this.keyedBytes += more
    this.#texts.delete(key) // and to the end of the order
    this.#texts.set(key, text)
    return more
  }

  /** Removes and returns the next piece; empty when nothing waits. */
  take(): string {
    let text = this.#rest
    for (const [key, next] of this.#texts) {
      if (text.length >= PIECE) break
      text += next
      this.#texts.delete(key)
      if (typeof key === 'string') this.keyedBytes -= Buffer.byteLength(next)
    }
    const end = text.length > PIECE ? pieceEnd(text, 0) : text.length
    this.#rest = text.slice(end)
    const piece = text.slice(0, end)
    this.bytes -= Buffer.byteLength(piece)
    return piece
  }
}
