import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { HttpResponse } from '../mcp/index.ts'

/** Bytes that may wait before `write` returns false, as in Node. */
const HIGH_WATER_MARK = 16_384
/** The most UTF-16 units of a body that is handed over whole: of a longer one it is known how much was taken. */
const WHOLE = 65_536

/** Statuses of responses that have no body (Fetch Standard, "null body status"). */
const WITHOUT_BODY = new Set([204, 205, 304])

/**
 * A response as the transports write one (`HttpResponse` in src/mcp/http/node-http.ts), which becomes a Response of the
 * Fetch Standard at its first byte, or when the head is flushed. What was written waits here until the stream of the
 * body is asked for more: so `writableLength` is what the server has not taken yet.
 */
export class FetchResponse extends EventEmitter implements Record<keyof HttpResponse, unknown> {
  headersSent = false
  writableEnded = false
  /** Bytes that wait. */
  writableLength = 0
  /** Whether all was taken, or the client is gone. */
  destroyed = false
  /** There is none: no turn to wait for (null), nothing corked. */
  readonly socket = {} as Socket
  readonly #respond: (response: Response) => void
  readonly #isHead: boolean
  readonly #headers = new Headers()
  #status = 200
  #hasBegun = false
  /** Whether nothing was written yet. */
  #isEmpty = true
  #waiting: Uint8Array[] = []
  #needsDrain = false
  /** Whether the stream of the body has pulled and got nothing yet. */
  #isPulled = false
  #body: ReadableStreamDefaultController<Uint8Array> | undefined

  constructor(respond: (response: Response) => void, isHead: boolean) {
    super()
    this.#respond = respond
    this.#isHead = isHead
  }

  setHeader(name: string, value: unknown): this {
    this.#headers.set(name, String(value))
    return this
  }

  writeHead(status: number, headers: object = {}): this {
    for (const [name, value] of Object.entries(headers)) this.setHeader(name, value)
    this.#status = status
    this.headersSent = true
    return this
  }

  /** Lets the head of an event stream leave before there is an event. */
  flushHeaders(): void {
    if (this.#hasBegun) return
    this.#begin(this.#stream())
    // Bun keeps the head back until there is a byte of the body: a comment, where no event follows at once.
    if ('Bun' in globalThis) queueMicrotask(() => this.#isEmpty && this.write(':\n\n'))
  }

  /** Writes a text. False: more waits than should, and `drain` tells when nothing does any more. */
  write(text: string): boolean {
    if (this.destroyed || this.writableEnded) return false
    this.flushHeaders()
    this.#isEmpty = false
    return this.#isHead || this.#push(ENCODER.encode(text))
  }

  end(text = ''): this {
    if (this.destroyed || this.writableEnded) return this
    if (!this.#hasBegun && (this.#isHead || text.length < WHOLE)) {
      this.#begin(text === '' ? null : ENCODER.encode(text))
      this.writableEnded = true
      this.#close()
      return this
    }
    if (text !== '') this.write(text)
    this.writableEnded = true
    if (this.#isHead || this.writableLength === 0) this.#finish()
    return this
  }

  /** Responds with a whole Response of somebody else, and with the headers that are set here and that it lacks. */
  respondWith(response: Response): void {
    if (this.destroyed || this.#hasBegun) return
    const lacking = [...this.#headers].filter(([name]) => !response.headers.has(name))
    const own = withHeaders(response, lacking)
    this.#hasBegun = this.headersSent = this.writableEnded = true
    this.#respond(own)
    this.#close()
  }

  /** Cuts the response off: whoever reads the body is told that it is not whole, and the server ends the connection. */
  destroy(): this {
    this.#end(() => this.#body?.error(new Error('The response was cut off.')))
    return this
  }

  /** Ends the response to a client who is gone. Nobody reads on, so it is no error, which a server would log. */
  leave(): void {
    this.#end(() => this.#body?.close())
  }

  #end(how: () => void): void {
    if (this.destroyed) return
    // Nothing was sent: the client is gone, or the head cannot be written.
    if (!this.#hasBegun) this.#respond(new Response(null, { status: 500 }))
    how()
    this.#close()
  }

  #begin(body: ReadableStream<Uint8Array> | Uint8Array | null): void {
    this.#hasBegun = this.headersSent = true
    const hasBody = !this.#isHead && !WITHOUT_BODY.has(this.#status)
    this.#respond(new Response(hasBody ? body : null, { status: this.#status, headers: this.#headers }))
  }

  /** The stream of the body. It buffers nothing: `pull` is called when somebody reads. */
  #stream(): ReadableStream<Uint8Array> | null {
    if (this.#isHead) return null
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#body = controller),
        pull: () => this.#pull(),
        cancel: () => this.#close(),
      },
      { highWaterMark: 0 },
    )
  }

  #push(bytes: Uint8Array): boolean {
    this.#waiting.push(bytes)
    this.writableLength += bytes.length
    if (this.#isPulled) this.#pull()
    const hasRoom = this.writableLength < HIGH_WATER_MARK
    this.#needsDrain ||= !hasRoom
    return hasRoom
  }

  #pull(): void {
    const bytes = this.#waiting.shift()
    this.#isPulled = bytes === undefined
    if (!bytes) return
    // In small pieces: a slow but steady reader is to be told from one who has stopped.
    const piece = bytes.subarray(0, HIGH_WATER_MARK)
    if (piece.length < bytes.length) this.#waiting.unshift(bytes.subarray(HIGH_WATER_MARK))
    this.writableLength -= piece.length
    this.#body!.enqueue(piece)
    if (this.writableLength > 0) return
    if (this.writableEnded) return this.#finish()
    if (!this.#needsDrain) return
    this.#needsDrain = false
    this.emit('drain')
  }

  #finish(): void {
    this.#body?.close()
    this.#close()
  }

  /** The end, whoever brought it. `close` comes a moment later, as in Node: who ends a response may listen after that. */
  #close(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.#waiting = []
    this.writableLength = 0
    this.removeAllListeners('drain') // it never comes, and who waits for it holds what is still to be written
    queueMicrotask(() => this.emit('close'))
  }
}

const ENCODER = new TextEncoder()

/** A response with further headers. */
function withHeaders(response: Response, headers: [string, string][]): Response {
  try {
    for (const [name, value] of headers) response.headers.set(name, value)
    return response
  } catch {
    // Those of a redirect, or of a response that `fetch` has got, cannot be changed.
    return withHeaders(new Response(response.body, response), headers)
  }
}
