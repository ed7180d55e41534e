import { createParser } from './sse/index.ts'

export interface EventSourceOptions {
  /** Further request headers. `Last-Event-ID` among them counts until the stream has named an ID. */
  headers?: Record<string, string>
  /** What `fetch` is told of credentials: `include` instead of `same-origin`. Default false. */
  withCredentials?: boolean
  /** What fetches. Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch
  /** Silence, in milliseconds, after which a connection counts as dead; comments break it. Default 45,000; 0 or Infinity: never. */
  livenessMs?: number
  /** The most that failures in a row add to the reconnection time, in milliseconds. Default 30,000. */
  maxBackoffMs?: number
}

const LONGEST_TIMER_MS = 2 ** 31 - 1 // a timer set to more fires at once

/** Servers bound what all headers together may have, often at 8 KiB: beyond, every reconnection would be refused. */
const MAX_ID_BYTES = 4096

type Handler<E extends Event> = ((event: E) => void) | null

/**
 * The EventSource of browsers, for Node. Throws a SyntaxError DOMException for a URL that cannot be parsed, a TypeError
 * or RangeError for an option with which no connection could ever be made.
 * HTML Standard, section 9.2 "Server-sent events", whose headings stand over the lines that do their steps.
 */
export class EventSource extends EventTarget {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSED = 2
  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSED = 2

  readonly withCredentials: boolean

  readonly #url: string
  readonly #options: EventSourceOptions
  readonly #livenessMs: number
  readonly #maxBackoffMs: number
  readonly #handlers = new Map<string, object>()
  #readyState: 0 | 1 | 2 = this.CONNECTING
  #reconnectionTime = 3000
  #lastEventId: string
  #interrupt = () => {} // ends whatever is being waited for

  // 9.2.2 "The EventSource interface"
  constructor(url: string | URL, options: EventSourceOptions = {}) {
    super()
    const base = (globalThis as { location?: { href: string } }).location?.href
    if (!URL.canParse(String(url), base)) throw new DOMException(`${String(url)} is no URL.`, 'SyntaxError')
    const { href, username, password } = new URL(url, base)
    if (username || password) throw new TypeError('No user name or password in the URL: send Authorization in headers.')
    this.#url = href
    this.#options = options
    this.#livenessMs = duration('livenessMs', options.livenessMs ?? 45_000)
    this.#maxBackoffMs = duration('maxBackoffMs', options.maxBackoffMs ?? 30_000)
    this.withCredentials = Boolean(options.withCredentials)
    const headers = new Headers(options.headers)
    this.#lastEventId = headers.get('Last-Event-ID') ?? ''
    for (const [name, value] of headers)
      if (value !== '' && !isFieldValue(value)) throw new TypeError(`The header ${name} has a control character.`)
    void this.#run()
  }

  get url(): string {
    return this.#url
  }

  get readyState(): 0 | 1 | 2 {
    return this.#readyState
  }

  get onopen(): Handler<Event> {
    return this.#handler('open')
  }

  set onopen(handler: Handler<Event>) {
    this.#setHandler('open', handler)
  }

  get onmessage(): Handler<MessageEvent> {
    return this.#handler('message')
  }

  set onmessage(handler: Handler<MessageEvent>) {
    this.#setHandler('message', handler)
  }

  /** For connections that ended, `readyState` tells whether for good; and for messages of the type `error`. */
  get onerror(): Handler<Event> {
    return this.#handler('error')
  }

  set onerror(handler: Handler<Event>) {
    this.#setHandler('error', handler)
  }

  /** Ends it for good. Nothing is delivered from here on, not even what has already come. */
  close(): void {
    this.#readyState = this.CLOSED
    this.#interrupt()
  }

  #handler<E extends Event>(type: string): Handler<E> {
    return (this.#handlers.get(type) ?? null) as Handler<E>
  }

  // 8.1.8.1 "Event handlers": what is no object is null. It is a listener from when it is first set.
  #setHandler(type: string, handler: unknown): void {
    const isObject = typeof handler === 'function' || (typeof handler === 'object' && handler !== null)
    if (isObject) this.#handlers.set(type, handler)
    else this.#handlers.delete(type)
    if (isObject) this.addEventListener(type, this.#callHandler)
    else this.removeEventListener(type, this.#callHandler)
  }

  // An object that cannot be called is kept and does nothing (Web IDL, "LegacyTreatNonObjectAsNull").
  readonly #callHandler = (event: Event): unknown => {
    const handler = this.#handlers.get(event.type)
    return typeof handler === 'function' ? handler.call(this, event) : undefined
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
    const { fetch = globalThis.fetch } = this.#options
    const connection = new AbortController()
    this.#interrupt = () => connection.abort()
    let liveness: ReturnType<typeof setTimeout> | undefined
    const alive = () => {
      clearTimeout(liveness)
      if (this.#livenessMs > 0 && this.#livenessMs < Infinity)
        liveness = setTimeout(() => connection.abort(), this.#livenessMs)
    }
    let delivered = false
    try {
      alive()
      const credentials = this.withCredentials ? ('include' as const) : ('same-origin' as const)
      const init = { headers: this.#headers(), credentials, cache: 'no-store' as const, signal: connection.signal }
      const response = await fetch(this.#url, init)
      // "fail the connection": for good, whatever the server meant by it.
      if (!isEventStream(response)) return this.#becomes(this.CLOSED, 'error')
      this.#becomes(this.OPEN, 'open') // "announce the connection"
      const parser = this.#parser(new URL(response.url || this.#url).origin)
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
    headers.delete('Last-Event-ID')
    // Bytes, each as the character of that number: so fetch wants a header value.
    const bytes = Array.from(new TextEncoder().encode(this.#lastEventId), (byte) => String.fromCharCode(byte)).join('')
    // An ID that would not arrive as it is stays here: the server cannot know it, and fetch may refuse the request.
    if (isFieldValue(bytes) && bytes.length <= MAX_ID_BYTES) headers.set('Last-Event-ID', bytes)
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
    const backoff = Math.random() * Math.min(this.#maxBackoffMs, 1000 * (2 ** failures - 1))
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

/** A setting in milliseconds. Infinity sets no timer; more than a timer can hold would end it at once. */
function duration(name: string, value: number): number {
  if (typeof value === 'number' && ((value >= 0 && value <= LONGEST_TIMER_MS) || value === Infinity)) return value
  throw new RangeError(`${name} must be 0 to ${LONGEST_TIMER_MS} milliseconds, or Infinity.`)
}

// RFC 9110, section 5.5 "Field Values": no control character but the tab; blanks at the ends are taken away.
const isFieldValue = (value: string): boolean => /^[\t\x20-\x7e\x80-\xff]+$/.test(value) && !/^[\t ]|[\t ]$/.test(value)

// Of several types the last valid one counts (Fetch, "extract a MIME type"), and of that one not the parameters,
// where a comma may stand in quotes.
function isEventStream({ status, headers }: Response): boolean {
  const types = (headers.get('Content-Type') ?? '').replaceAll(/"(\\.|[^"\\])*"?/g, '""').split(',')
  const essences = types.map((type) => /^[\t ]*([!#$%&'*+.^`|~\w-]+\/[!#$%&'*+.^`|~\w-]+)[\t ]*(;|$)/.exec(type)?.[1])
  const last = essences.findLast((essence) => essence !== undefined && essence !== '*/*')
  return status === 200 && last?.toLowerCase() === 'text/event-stream'
}
