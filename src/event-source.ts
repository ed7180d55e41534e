import { decode, encode, headersOf, isEventStream, isFieldValue } from './event-source-headers.ts'
import { createParser } from './sse/index.ts'
import { parseUrl } from './url.ts'

/**
 * What the EventSource of browsers can be told, which is `withCredentials` alone, and what a program needs beside it.
 */
export interface EventSourceOptions {
  /**
   * Further request headers. `Last-Event-ID` among them is the last event ID until the stream sets another: a text, as
   * events have it, which is sent as UTF-8.
   */
  headers?: Record<string, string>
  /** The credentials mode of the request: true is `include`, false `same-origin`. Default false. */
  withCredentials?: boolean
  /** The function that fetches. Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch
  /**
   * The reconnection time in milliseconds, until the stream sets another by `retry`. Default 3,000. Either may be 0, as in
   * the standard: a server that then sends something and ends is asked again without a pause, hundreds of times a second.
   */
  reconnectionTimeMs?: number
  /**
   * Milliseconds of silence after which a connection counts as dead and is made anew. A comment is no silence. Default
   * 45,000, three keep-alives of most servers; 0 or Infinity: never.
   */
  livenessMs?: number
  /** The most that failures in a row add to the reconnection time, in milliseconds. Default 30,000. */
  maxBackoffMs?: number
}

const LONGEST_TIMER_MS = 2 ** 31 - 1 // a timer that is set to more fires at once

/**
 * The longest last event ID that is sent. Servers bound all headers together, often at 8 KiB: an ID that made them
 * longer would have every reconnection refused.
 */
const MAX_ID_BYTES = 4096

type Handler<E extends Event> = ((event: E) => void) | null

/**
 * The EventSource of browsers, for Node. Throws a SyntaxError DOMException for a URL that cannot be parsed, a TypeError
 * or RangeError for an option with which no connection could ever be made.
 * HTML Standard, section 9.2 "Server-sent events", whose steps stand over the lines that do them, as [9.2.2] and a
 * short form of their text.
 */
export class EventSource extends EventTarget {
  // [9.2.2] "interface EventSource". Web IDL, section 3.7 "Interfaces", says what that is in JavaScript: a constant
  // stands on the class and on its prototype, an attribute or an operation on the prototype alone. All are enumerable,
  // as members of a JavaScript class are not.
  declare static readonly CONNECTING: 0
  declare static readonly OPEN: 1
  declare static readonly CLOSED: 2
  declare readonly CONNECTING: 0
  declare readonly OPEN: 1
  declare readonly CLOSED: 2

  static {
    const constants = Object.entries({ CONNECTING: 0, OPEN: 1, CLOSED: 2 })
    for (const target of [this, this.prototype])
      for (const [name, value] of constants) Object.defineProperty(target, name, { value, enumerable: true })
    for (const name of ['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror', 'close'])
      Object.defineProperty(this.prototype, name, { enumerable: true })
    Object.defineProperty(this.prototype, Symbol.toStringTag, { value: 'EventSource', configurable: true })
  }

  readonly #url: string
  readonly #withCredentials: boolean
  readonly #options: EventSourceOptions
  readonly #livenessMs: number
  readonly #maxBackoffMs: number
  readonly #handlers = new Map<string, object>() // the event handlers `onopen`, `onmessage`, `onerror`, by type
  // [9.2.2] Each EventSource has a ready state, a reconnection time ("in the region of a few seconds", in
  // milliseconds), and a last event ID string. These outlive the connections.
  #readyState: 0 | 1 | 2 = EventSource.CONNECTING
  #reconnectionTime: number
  #lastEventId: string
  #interrupt = () => {} // ends what is waited for: the response, the stream, or the time before reconnecting

  // [9.2.2] "The EventSource(url, eventSourceInitDict) constructor"
  constructor(url: string | URL, eventSourceInitDict: EventSourceOptions = {}) {
    super()
    // Web IDL: both arguments are converted first, the URL to a string, the dictionary from an object or nothing.
    if (arguments.length === 0) throw new TypeError('EventSource needs a URL.')
    const text = `${url}`
    const options = dictionary(eventSourceInitDict)
    // 3. and 4. "Let urlRecord be the result of encoding-parsing a URL"; on failure, throw a SyntaxError.
    const base = (globalThis as { location?: { href: string } }).location?.href
    const record = parseUrl(text, base)
    if (!record) throw new DOMException(`${text} is no URL.`, 'SyntaxError')
    // Beyond the standard: `fetch` refuses a URL with a password, so no connection would ever be made.
    const { href, username, password } = record
    if (username || password) throw new TypeError('No user name or password in the URL: send Authorization in headers.')
    this.#url = href
    this.#options = options
    this.#reconnectionTime = duration('reconnectionTimeMs', options.reconnectionTimeMs ?? 3000)
    this.#livenessMs = duration('livenessMs', options.livenessMs ?? 45_000)
    this.#maxBackoffMs = duration('maxBackoffMs', options.maxBackoffMs ?? 30_000)
    // 7. The CORS mode follows from `withCredentials`.
    this.#withCredentials = Boolean(options.withCredentials)
    const headers = headersOf(options.headers)
    this.#lastEventId = decode(headers.get('Last-Event-ID') ?? '')
    for (const [name, value] of headers)
      if (value !== '' && !isFieldValue(value)) throw new TypeError(`The header ${name} has a control character.`)
    // 8. to 16. Build the request, and fetch it in parallel; the constructor returns.
    void this.#run()
  }

  get url(): string {
    return this.#url
  }

  get withCredentials(): boolean {
    return this.#withCredentials
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

  /** Called when a connection ends: `readyState` tells whether for good. Also for messages whose type is `error`. */
  get onerror(): Handler<Event> {
    return this.#handler('error')
  }

  set onerror(handler: Handler<Event>) {
    this.#setHandler('error', handler)
  }

  /** Closes the source for good. Nothing is delivered from here on, not even what has already come. */
  close(): void {
    // [9.2.2] "close()": abort the fetch, and set the readyState to CLOSED. No event is fired.
    this.#readyState = EventSource.CLOSED
    this.#interrupt()
  }

  #handler<E extends Event>(type: string): Handler<E> {
    return (this.#handlers.get(type) ?? null) as Handler<E>
  }

  // [8.1.8.1] "Event handlers": a value that is no object is null. A handler is a listener from when it is first set
  // on: set to another one, it keeps its place among the listeners.
  #setHandler(type: string, handler: unknown): void {
    const isObject = typeof handler === 'function' || (typeof handler === 'object' && handler !== null)
    if (isObject) this.#handlers.set(type, handler)
    else this.#handlers.delete(type)
    if (isObject) this.addEventListener(type, this.#callHandler)
    else this.removeEventListener(type, this.#callHandler)
  }

  // The listener of all handlers. An object that cannot be called is kept, and does nothing (Web IDL,
  // "LegacyTreatNonObjectAsNull").
  readonly #callHandler = (event: Event): unknown => {
    const handler = this.#handlers.get(event.type)
    return typeof handler === 'function' ? handler.call(this, event) : undefined
  }

  // [9.2.3] "Reestablish the connection", again and again.
  async #run(): Promise<void> {
    for (let failures = 0; !this.#isClosed();) {
      failures = (await this.#connect()) ? 0 : failures + 1
      // 1. Unless the readyState is CLOSED, set it to CONNECTING and fire `error`.
      this.#change(EventSource.CONNECTING, 'error')
      // 2. Wait the reconnection time. 3. Optionally, wait some more. 4. and 5. Fetch again, unless it was closed.
      if (!this.#isClosed()) await this.#wait(failures)
    }
  }

  // One connection, from the request to its end. True if it brought anything: only then was it no failure.
  async #connect(): Promise<boolean> {
    const { fetch = globalThis.fetch } = this.#options
    const connection = new AbortController()
    this.#interrupt = () => connection.abort()
    let liveness: ReturnType<typeof setTimeout> | undefined
    // The connection is alive: from here on it may be silent for so long again.
    const alive = () => {
      clearTimeout(liveness)
      if (this.#livenessMs > 0 && this.#livenessMs < Infinity)
        liveness = setTimeout(() => connection.abort(), this.#livenessMs)
    }
    let delivered = false
    try {
      alive()
      // [9.2.2] The request: its headers, the credentials mode, and the cache mode `no-store`.
      const credentials = this.#withCredentials ? ('include' as const) : ('same-origin' as const)
      const init = { headers: this.#headers(), credentials, cache: 'no-store' as const, signal: connection.signal }
      const response = await fetch(this.#url, init)
      // [9.2.3] If the status is not 200 or the type not text/event-stream, "fail the connection": for good, whatever
      // the server meant by it. A 204 and a 502 end alike.
      if (!isEventStream(response)) {
        this.#change(EventSource.CLOSED, 'error')
        return false
      }
      // [9.2.3] "Announce the connection": set the readyState to OPEN and fire `open`.
      this.#change(EventSource.OPEN, 'open')
      // [9.2.3] Interpret the body line by line.
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
      // A RangeError is a stream beyond the parser's limits, as it would be the next time: fail the connection.
      // Anything else is a network error: like the end of the body, reestablish the connection.
      if (error instanceof RangeError) this.#change(EventSource.CLOSED, 'error')
      return delivered
    } finally {
      clearTimeout(liveness)
      connection.abort()
    }
  }

  // The request's headers. [9.2.2] Accept; [9.2.3] "If the last event ID string is not the empty string", encode it as
  // UTF-8 and set it as Last-Event-ID.
  #headers(): Headers {
    const headers = headersOf(this.#options.headers)
    headers.set('Accept', 'text/event-stream')
    headers.delete('Last-Event-ID')
    const bytes = encode(this.#lastEventId)
    // An ID that would not arrive unchanged is not sent: no server would know it, and `fetch` may refuse the request.
    if (isFieldValue(bytes) && bytes.length <= MAX_ID_BYTES) headers.set('Last-Event-ID', bytes)
    return headers
  }

  // A parser for one connection. [9.2.6] By the letter its last event ID buffer is empty at first, so that the first
  // event would wipe the last event ID of the source; browsers begin with that ID, and so does this.
  #parser(origin: string) {
    return createParser({
      lastEventId: this.#lastEventId,
      onEvent: ({ type, data, lastEventId }) => {
        // [9.2.6] "Dispatch the event", 8: "if the readyState attribute is set to a value other than CLOSED".
        if (!this.#isClosed()) this.dispatchEvent(new MessageEvent(type, { data, lastEventId, origin }))
      },
      onRetry: (milliseconds) => (this.#reconnectionTime = milliseconds),
    })
  }

  // [9.2.3] Waits the reconnection time at least. After failures in a row longer ("exponential backoff"), and at
  // random, lest all clients of a server that restarts come back in the same instant.
  #wait(failures: number): Promise<void> {
    const backoff = Math.random() * Math.min(this.#maxBackoffMs, 1000 * (2 ** failures - 1))
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(this.#reconnectionTime + backoff, LONGEST_TIMER_MS))
      this.#interrupt = () => resolve(clearTimeout(timer))
    })
  }

  // Changes the readyState and fires an event, unless the source is closed.
  #change(readyState: 0 | 1 | 2, type: 'open' | 'error'): void {
    if (this.#isClosed()) return
    this.#readyState = readyState
    this.dispatchEvent(new Event(type))
  }

  #isClosed(): boolean {
    return this.#readyState === EventSource.CLOSED
  }
}

/** A dictionary of options (Web IDL, section 3.2.17 "Dictionary types"): an object; null and undefined are an empty one. */
function dictionary(value: unknown): EventSourceOptions {
  if (value !== null && typeof value !== 'object' && typeof value !== 'function')
    throw new TypeError('The second argument of EventSource must be an object.')
  return value ?? {}
}

/** A setting in milliseconds. Throws RangeError unless a timer can hold it, or it is Infinity, which sets none. */
function duration(name: string, value: number): number {
  if (typeof value === 'number' && ((value >= 0 && value <= LONGEST_TIMER_MS) || value === Infinity)) return value
  throw new RangeError(`${name} must be 0 to ${LONGEST_TIMER_MS} milliseconds, or Infinity.`)
}
