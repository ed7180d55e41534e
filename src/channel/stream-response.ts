import { openStream, type EventStream, type StreamOptions } from '../sse/index.ts'
import type { StreamResponse } from '../sse/response.ts'

/** A Response that is an event stream, and the stream that is written to it. */
export interface StreamedResponse {
  readonly response: Response
  readonly stream: EventStream
}

/**
 * `openStream` for servers whose handlers return a Response: Hono, Deno, Bun, workers. The stream is over when the
 * server cancels the body, or the request's signal says that the client is gone.
 */
export function openStreamResponse({ signal }: Pick<Request, 'signal'>, options?: StreamOptions): StreamedResponse {
  const writer = new BodyWriter()
  const stream = openStream(writer as unknown as StreamResponse, options)
  const leave = (): void => writer.leave()
  signal.addEventListener('abort', leave, { once: true })
  writer.once('close', () => signal.removeEventListener('abort', leave))
  if (signal.aborted) leave()
  return { response: new Response(writer.body, { status: writer.status, headers: writer.headers }), stream }
}

/** Bytes that wait in the body before its reader counts as one who lags: as in a response of Node's. */
const HIGH_WATER_MARK = 16_384

const encoder = new TextEncoder()

/**
 * The body of a Response, written to as `openStream` writes to a response of node:http: what it needs of one, on a
 * ReadableStream. Events are `drain`, when the body can take more, and `close`.
 */
class BodyWriter extends EventTarget {
  status = 0
  headers: Record<string, string> = {}
  writableEnded = false
  destroyed = false
  readonly socket = null
  readonly body: ReadableStream<Uint8Array>
  #controller!: ReadableStreamDefaultController<Uint8Array>
  #needsDrain = false
  /** Whether nothing was written yet. */
  #isEmpty = true
  #isClosed = false

  constructor() {
    super()
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#onPull(),
        cancel: () => this.#close(() => (this.destroyed = true)),
      },
      { highWaterMark: HIGH_WATER_MARK, size: (chunk) => chunk.byteLength },
    )
  }

  /** The bytes that nobody has taken yet. */
  get writableLength(): number {
    return this.#isClosed ? 0 : HIGH_WATER_MARK - this.#controller.desiredSize!
  }

  writeHead(status: number, headers: Record<string, string>): this {
    this.status = status
    this.headers = headers
    return this
  }

  // Bun keeps the head back until there is a byte of the body: a comment, where no event follows at once.
  flushHeaders(): void {
    if ('Bun' in globalThis) queueMicrotask(() => this.#isEmpty && this.write(':\n\n'))
  }

  write(text: string): boolean {
    if (this.#isClosed) return true
    this.#isEmpty = false
    this.#controller.enqueue(encoder.encode(text))
    this.#needsDrain ||= this.#controller.desiredSize! <= 0
    return !this.#needsDrain
  }

  end(text?: string): void {
    if (text) this.write(text)
    this.writableEnded = true
    if (this.writableLength === 0) this.#close(() => this.#controller.close())
  }

  /** Ends the body of a reader who is gone. Nobody reads on, so it is no error, which a server would log. */
  leave(): void {
    this.destroyed = true
    this.#close(() => this.#controller.close())
  }

  destroy(): void {
    this.destroyed = true
    this.#close(() => this.#controller.error(new Error('The event stream was cut off.')))
  }

  on(type: string, listener: () => void): this {
    this.addEventListener(type, listener)
    return this
  }

  once(type: string, listener: () => void): this {
    this.addEventListener(type, listener, { once: true })
    return this
  }

  off(type: string, listener: () => void): this {
    this.removeEventListener(type, listener)
    return this
  }

  // Something was taken.
  #onPull(): void {
    if (this.writableEnded && this.writableLength === 0) return this.#close(() => this.#controller.close())
    if (!this.#needsDrain) return
    this.#needsDrain = false
    this.dispatchEvent(new Event('drain'))
  }

  // Ends the body in some way, once, and tells those who write.
  #close(how: () => void): void {
    if (this.#isClosed) return
    this.#isClosed = true
    how()
    queueMicrotask(() => this.dispatchEvent(new Event('close')))
  }
}
