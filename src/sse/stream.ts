import type { ServerResponse } from 'node:http'
import { encodeComment, encodeEvent, type SseMessage } from './event.ts'

export interface StreamOptions {
  /** Further response headers. */
  headers?: Record<string, string>
  /** Milliseconds between two keep-alive comments; proxies cut silent streams after 30 to 60 s. Default 15,000; 0: none. */
  keepAliveMs?: number
  /** Bytes that may wait for a reader who does not take them, before the stream is destroyed. Default 1 MiB. */
  maxUnreadBytes?: number
}

/** What became of a message. `full` is not gone: it waits, and so should whoever can. */
export type Sent = 'sent' | 'full' | 'closed'

export interface EventStream {
  /** Writes one message. Throws SseEncodeError where it cannot be encoded. */
  send(message: SseMessage): Sent
  /** Ends the stream in good order. A browser reconnects all the same: only a 204 tells it to stay away. */
  close(): void
  /** Aborted once the stream is over, whoever ended it. */
  readonly closed: AbortSignal
}

/**
 * Answers a request with an event stream. The headers leave at once, so that the reader's `open` event fires.
 * HTML Standard, section 9.2.5 "Parsing an event stream" and 9.2.7 "Authoring notes".
 */
export function openStream(response: ServerResponse, options: StreamOptions = {}): EventStream {
  const { headers, keepAliveMs = 15_000, maxUnreadBytes = 2 ** 20 } = options
  response.writeHead(200, { ...STREAM_HEADERS, ...headers })
  response.flushHeaders()
  return new ResponseStream(response, keepAliveMs, maxUnreadBytes)
}

const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform', // no-transform: a compressing proxy would hold events back
  'X-Accel-Buffering': 'no', // nginx collects answers unless told so
  'X-Content-Type-Options': 'nosniff',
}

class ResponseStream implements EventStream {
  readonly #response: ServerResponse
  readonly #maxUnreadBytes: number
  #closed: AbortController | undefined

  constructor(response: ServerResponse, keepAliveMs: number, maxUnreadBytes: number) {
    this.#response = response
    this.#maxUnreadBytes = maxUnreadBytes
    const stopBeating = keepAlive(this, keepAliveMs)
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

  send(message: SseMessage): Sent {
    return this.#write(encodeEvent(message))
  }

  close(): void {
    if (!this.#isOver()) this.#response.end()
  }

  /** A keep-alive to a reader who lags would only lengthen what waits for it. */
  beat(): void {
    if (this.#response.writableLength === 0) this.#write(KEEP_ALIVE)
  }

  #write(text: string): Sent {
    if (this.#isOver()) return 'closed'
    // A message larger than the limit may still go to a reader for whom nothing else waits.
    const unread = this.#response.writableLength
    if (unread > 0 && unread + Buffer.byteLength(text) > this.#maxUnreadBytes) {
      this.#response.destroy()
      return 'closed'
    }
    return this.#response.write(text) ? 'sent' : 'full'
  }

  #isOver(): boolean {
    return this.#response.writableEnded || this.#response.destroyed
  }
}

const KEEP_ALIVE = encodeComment('keep-alive')

// All streams of one interval share one timer: ten thousand idle streams wake the process once, not ten thousand times.
const rounds = new Map<number, { streams: Set<ResponseStream>; timer: NodeJS.Timeout }>()

function keepAlive(stream: ResponseStream, intervalMs: number): () => void {
  if (intervalMs === 0) return () => {}
  let round = rounds.get(intervalMs)
  if (!round) {
    const streams = new Set<ResponseStream>()
    const timer = setInterval(() => streams.forEach((each) => each.beat()), intervalMs)
    timer.unref()
    rounds.set(intervalMs, (round = { streams, timer }))
  }
  const { streams, timer } = round
  streams.add(stream)
  return () => {
    streams.delete(stream)
    if (streams.size > 0) return
    clearInterval(timer)
    rounds.delete(intervalMs)
  }
}
