import { createParser } from './sse/index.ts'

export interface EventSourceOptions {
  /** Further request headers. */
  headers?: Record<string, string>
  /** What fetches. Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch
  /** Silence, in milliseconds, after which a connection counts as dead; comments break it. Default 45,000; 0: never. */
  livenessMs?: number
  /** The most that failures in a row add to the reconnection time, in milliseconds. Default 30,000. */
  maxBackoffMs?: number
}

const LONGEST_TIMER_MS = 2 ** 31 - 1 // a timer set to more fires at once

/**
 * The EventSource of browsers, for Node. Throws a SyntaxError DOMException for a URL that cannot be parsed.
 * HTML Standard, section 9.2 "Server-sent events", whose headings stand over the lines that do their steps.
 */
export class EventSource extends EventTarget {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSED = 2
  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSED = 2

  readonly url: string
  onopen: ((event: Event) => void) | null = null
  onmessage: ((event: MessageEvent) => void) | null = null
  /** For connections that ended, `readyState` tells whether for good; and for messages of the type `error`. */
  onerror: ((event: Event) => void) | null = null

  readonly #options: EventSourceOptions
  #readyState: 0 | 1 | 2 = this.CONNECTING
  #reconnectionTime = 3000
  #lastEventId = ''
  #interrupt = () => {} // ends whatever is being waited for

  // 9.2.2 "The EventSource interface"
  constructor(url: string | URL, options: EventSourceOptions = {}) {
    super()
    const base = (globalThis as { location?: { href: string } }).location?.href
    if (!URL.canParse(String(url), base)) throw new DOMException(`${String(url)} is no URL.`, 'SyntaxError')
    this.url = new URL(url, base).href
    this.#options = options
    for (const type of ['open', 'message', 'error'] as const)
      this.addEventListener(type, (event) => this[`on${type}`]?.(event as MessageEvent))
    void this.#run()
  }

  get readyState(): 0 | 1 | 2 {
    return this.#readyState
  }

  /** Ends it for good. Nothing is delivered from here on, not even what has already come. */
  close(): void {
    this.#readyState = this.CLOSED
    this.#interrupt()
  }

  // 9.2.3 "Processing model", "reestablish the connection"
  async #run(): Promise<void> {
    for (let failures = 0; !this.#isClosed();) {
      failures = (await this.#connect()) ? 0 : failures + 1
      this.#becomes(this.CONNECTING, 'error')
      if (!this.#isClosed()) await this.#wait(failures)
    }
  }

  // One connection, from the request to its end. True if it delivered anything: only then was it no failure.
  async #connect(): Promise<boolean> {
    const { fetch = globalThis.fetch, livenessMs = 45_000 } = this.#options
    const connection = new AbortController()
    this.#interrupt = () => connection.abort()
    let liveness: ReturnType<typeof setTimeout> | undefined
    const alive = () => {
      clearTimeout(liveness)
      if (livenessMs > 0) liveness = setTimeout(() => connection.abort(), livenessMs)
    }
    let delivered = false
    try {
      alive()
      const init = { headers: this.#headers(), cache: 'no-store' as const, signal: connection.signal }
      const response = await fetch(this.url, init)
      // "fail the connection": for good, whatever the server meant by it.
      if (!isEventStream(response)) return this.#becomes(this.CLOSED, 'error')
      this.#becomes(this.OPEN, 'open') // "announce the connection"
      const parser = this.#parser(new URL(response.url || this.url).origin)
      const reader = response.body?.getReader()
      for (;;) {
        alive()
        const chunk = (await reader?.read())?.value
        if (!chunk || this.#isClosed()) return delivered
        delivered = true
        parser.feed(chunk)
        this.#lastEventId = parser.lastEventId
      }
    } catch (error) {
      // Beyond the parser's limits: so it would be the next time. Else a network error, like the end of the body.
      return error instanceof RangeError ? this.#becomes(this.CLOSED, 'error') : delivered
    } finally {
      clearTimeout(liveness)
      connection.abort()
    }
  }

  #headers(): Headers {
    const headers = new Headers(this.#options.headers)
    headers.set('Accept', 'text/event-stream')
    // Bytes, each as the character of that number: so fetch wants a header value.
    const bytes = Array.from(new TextEncoder().encode(this.#lastEventId), (byte) => String.fromCharCode(byte))
    if (bytes.length > 0) headers.set('Last-Event-ID', bytes.join(''))
    return headers
  }

  // 9.2.6 "Interpreting an event stream". By the letter a stream starts without an ID, so that its first event
  // would wipe the one we have; browsers start with it, and so do we.
  #parser(origin: string) {
    return createParser({
      lastEventId: this.#lastEventId,
      onEvent: ({ type, data, lastEventId }) => {
        if (!this.#isClosed()) this.dispatchEvent(new MessageEvent(type, { data, lastEventId, origin }))
      },
      onRetry: (milliseconds) => (this.#reconnectionTime = milliseconds),
    })
  }

  // The reconnection time at least; after failures longer, and at random, lest all clients come back at once.
  #wait(failures: number): Promise<void> {
    const { maxBackoffMs = 30_000 } = this.#options
    const backoff = Math.random() * Math.min(maxBackoffMs, 1000 * (2 ** failures - 1))
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(this.#reconnectionTime + backoff, LONGEST_TIMER_MS))
      this.#interrupt = () => resolve(clearTimeout(timer))
    })
  }

  #becomes(readyState: 0 | 1 | 2, type: 'open' | 'error'): false {
    if (this.#isClosed()) return false
    this.#readyState = readyState
    this.dispatchEvent(new Event(type))
    return false
  }

  #isClosed(): boolean {
    return this.#readyState === this.CLOSED
  }
}

// Of several types the last valid one counts (Fetch, "extract a MIME type"), and of that one not the parameters.
function isEventStream({ status, headers }: Response): boolean {
  const types = (headers.get('Content-Type') ?? '').split(',').map((type) => type.split(';', 1)[0]!.trim())
  return (
    status === 200 && types.findLast((type) => /^[^\s/]+\/[^\s/]+$/.test(type))?.toLowerCase() === 'text/event-stream'
  )
}
