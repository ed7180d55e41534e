import { EventEmitter } from 'node:events'
import type { HttpRequest } from '../mcp/index.ts'
import { parseUrl } from '../url.ts'

/** For a URL that is none: workerd makes one of two Host headers, and leaves it as it is. The guard refuses it. */
const NO_URL = { host: '', pathname: '', search: '' }

/** What the transports read of a request; what a framework may have left on it is no part of a Request. */
type Members = Record<Exclude<keyof HttpRequest, 'body' | 'originalUrl'>, unknown>

/**
 * A Request of the Fetch Standard as the transports read one: the head as fields, the body as `data` and `end` events
 * (`HttpRequest` in src/mcp/http/node-http.ts). Nothing of the body is read before somebody calls `resume`; if it has
 * not arrived within `bodyMs` milliseconds, there is an event `late`.
 */
export class FetchRequest<Info> extends EventEmitter implements Members {
  /** The request as it came, and what the server handed over with it. */
  readonly source: Request
  readonly info: Info
  readonly method: string
  /** Path and query; all of the URL where its host is another than the Host header's, so that the guard sees both. */
  readonly url: string
  readonly headers: Record<string, string>
  /** Names and values in turn. Headers of Fetch are joined already where there were several of one name. */
  readonly rawHeaders: string[] = []
  readonly httpVersionMajor = 1
  /** Whether the body was read before it came here. */
  readonly readableDidRead: boolean
  readonly readableEnded = false
  readonly readableEncoding = null
  /** Whether the client is gone. */
  destroyed = false
  readonly #bodyMs: number
  #isReading = false
  #timer: NodeJS.Timeout | undefined

  constructor(source: Request, info: Info, bodyMs: number, isOurs: (host: string) => boolean) {
    super()
    this.#bodyMs = bodyMs
    this.source = source
    this.info = info
    this.method = source.method
    this.readableDidRead = source.bodyUsed || source.body?.locked === true // somebody is reading it
    this.headers = Object.create(null) as Record<string, string>
    for (const [name, value] of source.headers) {
      this.headers[name] = value
      this.rawHeaders.push(name, value)
    }
    const { host, pathname, search } = parseUrl(source.url) ?? NO_URL
    const named = (this.headers['host'] ??= host)
    this.url = pathname === '' || (named !== host && isOurs(named)) ? source.url : pathname + search
  }

  /** Reads the body, unless that has begun. */
  resume(): this {
    if (!this.#isReading && !this.destroyed) void this.#read()
    this.#isReading = true
    return this
  }

  /** Gives the request up: who reads the body is told that it ended early. */
  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    clearTimeout(this.#timer)
    this.emit('close')
  }

  async #read(): Promise<void> {
    this.#timer = setTimeout(() => this.emit('late'), this.#bodyMs)
    try {
      const reader = this.source.body?.getReader()
      for (;;) {
        const { value, done } = (await reader?.read()) ?? { done: true }
        if (this.destroyed) return
        if (done) break
        this.emit('data', Buffer.from(value.buffer, value.byteOffset, value.byteLength))
        // Who refuses a body stops listening, and its rest is not asked for. Nor is it cancelled: some servers take that
        // for the end of the connection, and the refusal would be lost.
        if (this.listenerCount('data') === 0) return
      }
      this.emit('end')
    } catch (error) {
      if (this.listenerCount('error') > 0) this.emit('error', error) // the client is gone, or somebody else reads it
    } finally {
      clearTimeout(this.#timer)
    }
  }
}
