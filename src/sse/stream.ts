import { checkDuration } from './duration.ts'
import type { StreamResponse } from './response.ts'
import { encodeComment, encodeEvent, type SseMessage } from './event.ts'
import { keepAlive } from './keep-alive.ts'
import { endInPieces, PIECE, pieceEnd, watchSlowReader } from './slow-reader.ts'

export interface StreamOptions {
  /** Further response headers. */
  headers?: Record<string, string>
  /** Milliseconds between two keep-alive comments; proxies cut silent streams after 30 to 60 s. Default 15,000; 0: none. */
  keepAliveMs?: number
  /** Bytes that may wait for a reader who does not take them, before the stream is destroyed. Default 1 MiB. */
  maxUnreadBytes?: number
  /** The same with what is sent without a key: it was asked for, and may wait as long as its reader reads. Default: no more. */
  maxUnreadTotal?: number
  /** Milliseconds without a byte taken of what waits, before the stream is destroyed. Default 30,000. */
  unreadMs?: number
  /** Told how many bytes more wait, or less. False: those that wait everywhere are too many, and the stream is destroyed. */
  onUnread?: (bytes: number) => boolean
  /** Told that the stream was destroyed for its reader, with the bytes that waited and the messages dropped before. */
  onCut?: (unread: number, dropped: number) => void
}

/** What became of a message. `full` is not gone: it waits, and so should whoever can. */
export type Sent = 'sent' | 'full' | 'closed'

/** Under which a message may take the place of an older one that still waits. */
export type CoalesceKey = string | typeof DROPPABLE

/** The key of a message that a reader who lags need not get at all. */
export const DROPPABLE = Symbol('droppable')

export interface EventStream {
  /**
   * Writes one message. Throws SseEncodeError where it cannot be encoded. While the reader lags, a message takes the
   * place of the one that waits under the same key, and a droppable one is left out.
   */
  send(message: SseMessage, key?: CoalesceKey): Sent
  /** Ends the stream in good order. A browser reconnects all the same: only a 204 tells it to stay away. */
  close(): void
  /** Ends it without what still waits, for a reader who gets that by another stream. */
  drop(): void
  /** Aborted once the stream is over, whoever ended it. */
  readonly closed: AbortSignal
}

/**
 * Answers a request with an event stream. The headers leave at once, so that the reader's `open` event fires.
 * HTML Standard, section 9.2.5 "Parsing an event stream" and 9.2.7 "Authoring notes".
 * Throws TypeError, before anything is sent, for milliseconds that no timer can wait.
 */
export function openStream(response: StreamResponse, options: StreamOptions = {}): EventStream {
  checkDuration('keepAliveMs', options.keepAliveMs, 0)
  checkDuration('unreadMs', options.unreadMs, 1)
  response.writeHead(200, headersWith(options.headers))
  response.flushHeaders()
  return new ResponseStream(response, options)
}

/** The same, where all of the stream is known: one write, and closed. Returns UTF-16 units. Throws SseEncodeError. */
export function sendStream(response: StreamResponse, messages: readonly SseMessage[], headers?: object): number {
  let text = ''
  for (const message of messages) text += encodeEvent(message)
  endInPieces(response.writeHead(200, headersWith(headers)), text)
  return text.length
}

const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform', // no-transform: a compressing proxy would hold events back
  'X-Accel-Buffering': 'no', // nginx collects answers unless told so
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin', // what reads a stream asks by CORS; an image would only hold it open
}

const headersWith = (more?: object): Record<string, string> => (more ? { ...STREAM_HEADERS, ...more } : STREAM_HEADERS)

const KEEP_ALIVE = encodeComment('keep-alive')

class ResponseStream implements EventStream {
  readonly #response: StreamResponse
  readonly #options: StreamOptions
  /** What waits until the reader has taken what was written; undefined while it keeps up. */
  #backlog: Backlog | undefined
  /** Bytes of it that `onUnread` was told of. */
  #counted = 0
  /** To be ended when nothing waits any more. */
  #isEnding = false
  #stopWatching: (() => void) | undefined
  #closed: AbortController | undefined

  constructor(response: StreamResponse, options: StreamOptions) {
    this.#response = response
    this.#options = options
    if (this.#isOver()) return // the reader has left before: there will be no `close` to tidy up after
    const stopPinging = keepAlive(this, options.keepAliveMs ?? 15_000)
    response.once('close', () => {
      stopPinging()
      this.#count(-this.#counted)
      this.#backlog = undefined
      this.#closed?.abort()
    })
  }

  // Made when somebody looks: most streams of a server with many are never asked.
  get closed(): AbortSignal {
    this.#closed ??= new AbortController()
    if (this.#isOver()) this.#closed.abort()
    return this.#closed.signal
  }

  send(message: SseMessage, key?: CoalesceKey): Sent {
    const text = encodeEvent(message)
    if (this.#isOver() || this.#isEnding) return 'closed'
    if (!this.#backlog && text.length <= PIECE) return this.#write(text) ? 'sent' : this.#lag()
    const isFirst = !this.#backlog
    const backlog = (this.#backlog ??= new Backlog())
    const more = backlog.add(text, key)
    const { maxUnreadBytes = 2 ** 20, maxUnreadTotal = maxUnreadBytes } = this.#options
    const isTooMuch = !isFirst && (backlog.keyedBytes > maxUnreadBytes || this.#unread() > maxUnreadTotal)
    if (isTooMuch || !this.#count(more)) {
      this.#cut()
      return 'closed'
    }
    if (isFirst) this.#catchUp()
    return this.#backlog ? 'full' : 'sent'
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

  /** A keep-alive to a reader who lags would only lengthen what waits for it. */
  ping(): void {
    if (!this.#backlog && !this.#isOver() && !this.#write(KEEP_ALIVE)) this.#lag()
  }

  /** Whether the reader has taken it, as far as one can tell. */
  #write(text: string): boolean {
    if (this.#response.write(text)) return true
    // What Node only keeps until the end of this turn, to send it in one piece, is not unread.
    while (this.#response.socket?.writableCorked) this.#response.socket.uncork()
    return this.#response.writableLength === 0
  }

  #lag(): 'full' {
    this.#backlog ??= new Backlog()
    this.#response.once('drain', () => this.#catchUp())
    this.#stopWatching ??= watchSlowReader(this.#response, this.#options.unreadMs, () => this.#cut())
    return 'full'
  }

  #catchUp(): void {
    for (let text; (text = this.#backlog?.take());) {
      this.#count(-Buffer.byteLength(text))
      if (!this.#write(text)) return void this.#lag()
    }
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#backlog = undefined
    if (this.#isEnding) this.#response.end()
  }

  #unread(): number {
    return this.#response.writableLength + (this.#backlog?.bytes ?? 0)
  }

  #count(bytes: number): boolean {
    const isCounted = bytes === 0 || (this.#options.onUnread?.(bytes) ?? true)
    if (isCounted) this.#counted += bytes
    return isCounted
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
  /** Those of them that were sent under a key. */
  keyedBytes = 0
  dropped = 0
  readonly #texts = new Map<string | symbol, string>()
  /** What is left of a text of which a piece was taken. */
  #rest = ''

  /** Returns by how many bytes more wait. */
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

  /** The next piece; empty when nothing waits. */
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
