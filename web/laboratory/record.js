// @ts-check
// The record: what the page has seen, in order. HTTP exchanges, and the frames that went and came in them.
// It is bounded, and it never holds a byte that the page could not see. No DOM: it runs in Node as well.

/**
 * One HTTP exchange: a request and what came back, be it for hours.
 *
 * @typedef {object} Exchange
 * @property {number} number from 1
 * @property {string} method
 * @property {string} url as requested, without the origin
 * @property {Record<string, string>} headers those that we set; the browser adds its own
 * @property {string} [body]
 * @property {'fetch' | 'EventSource'} reader EventSource hides status, headers, bytes, comments and `retry`
 * @property {number} at milliseconds since the record began
 * @property {number} [status]
 * @property {Record<string, string>} [answerHeaders]
 * @property {number} [answeredAt]
 * @property {number} bytesIn bytes of the body so far; 0 under EventSource, which does not tell
 * @property {number} [endedAt]
 * @property {'ended' | 'closed' | 'cut'} [ending] by the server, by us, by neither
 */

/**
 * One row: a request, a block of an event stream (what stands before a blank line), a whole body, or a state.
 *
 * @typedef {object} Frame
 * @property {number} number from 1
 * @property {number} at milliseconds since the record began
 * @property {'↑' | '↓' | '·'} way sent, received, or a state of the page's own
 * @property {Exchange} [exchange]
 * @property {string} type the HTTP method; the type of an event; `comment`, `retry`, `id`; `body`; `readyState`
 * @property {string} text the data of an event, a body, the text of a comment
 * @property {string} [id] the last event ID, where the block set one
 * @property {number} [retry] in milliseconds
 * @property {string[]} [comments]
 * @property {Uint8Array} [bytes] as they came; undefined where the page cannot see them
 * @property {number} [offset] of the first byte in the body
 * @property {number[]} [cuts] offsets within `bytes` at which a read() ended
 * @property {any} [message] the JSON-RPC message (or batch) in it
 * @property {Frame} [partner] the request of this response, the response to this request
 */

/** @typedef {ReturnType<typeof createRecord>} Record */

/** At most `maxFrames` frames and `maxBytes` bytes are kept; the oldest give way and are only counted. */
export function createRecord({ maxFrames = 500, maxBytes = 2 ** 21, now = () => performance.now() } = {}) {
  /** @type {Set<(frame?: Frame, exchange?: Exchange) => void>} */
  const listeners = new Set()
  const record = {
    /** @type {Frame[]} */
    frames: [],
    /** @type {Exchange[]} */
    exchanges: [],
    totals: { requests: 0, bytesOut: 0, bytesIn: 0, frames: 0, reconnects: 0 },
    /** What gave way. */
    gone: { frames: 0, bytes: 0 },
    request,
    response,
    received,
    add,
    end,
    clear,
    /** Calls back with each new frame, and with each exchange that has changed. Returns what ends that. */
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    elapsed: () => now() - start,
  }
  let start = now()
  let held = 0 // bytes and characters of the frames that are kept
  /** Requests that wait for their response, by who asked and the id. @type {Map<string, Frame>} */
  const waiting = new Map()

  const tell = (frame, exchange) => listeners.forEach((listener) => listener(frame, exchange))

  /** Notes a request: an exchange, and a frame for what goes up. */
  function request({ method, url, headers = {}, body, reader = 'fetch' }) {
    const number = ++record.totals.requests
    const exchange = /** @type {Exchange} */ ({ number, method, url, headers, body, reader, at: record.elapsed() })
    exchange.bytesIn = 0
    record.exchanges.push(exchange)
    if (record.exchanges.length > maxFrames) record.exchanges.shift()
    const bytes = body === undefined ? undefined : new TextEncoder().encode(body)
    record.totals.bytesOut += bytes?.length ?? 0
    add({ way: '↑', exchange, type: method, text: body ?? url, bytes, message: parsed(body) })
    return exchange
  }

  /** Notes status and headers. */
  function response(exchange, { status, headers = {} }) {
    Object.assign(exchange, { status, answerHeaders: headers, answeredAt: record.elapsed() })
    tell(undefined, exchange)
  }

  /** Notes that so many bytes of the body came. */
  function received(exchange, count) {
    exchange.bytesIn += count
    record.totals.bytesIn += count
    tell(undefined, exchange)
  }

  /** @param {Partial<Frame> & Pick<Frame, 'way' | 'type' | 'text'>} given @returns {Frame} */
  function add(given) {
    const frame = /** @type {Frame} */ ({ number: ++record.totals.frames, at: record.elapsed(), ...given })
    pair(frame)
    record.frames.push(frame)
    held += sizeOf(frame)
    while (record.frames.length > maxFrames || (held > maxBytes && record.frames.length > 1)) {
      const size = sizeOf(/** @type {Frame} */ (record.frames.shift()))
      record.gone.frames++
      record.gone.bytes += size
      held -= size
    }
    tell(frame)
    return frame
  }

  function end(exchange, ending) {
    if (exchange.ending) return
    Object.assign(exchange, { ending, endedAt: record.elapsed() })
    tell(undefined, exchange)
  }

  /** Ties a response to its request: same id, other way. */
  function pair(frame) {
    const { message, way } = frame
    if (!message || message.id === undefined || Array.isArray(message)) return
    const key = JSON.stringify(message.id)
    if (message.method !== undefined) return void waiting.set(way + key, frame)
    const asked = (way === '↑' ? '↓' : '↑') + key
    const partner = waiting.get(asked)
    if (!partner) return
    waiting.delete(asked)
    Object.assign(frame, { partner })
    partner.partner = frame
  }

  function clear() {
    start = now()
    held = 0
    waiting.clear()
    record.frames.length = record.exchanges.length = 0
    Object.assign(record.totals, { requests: 0, bytesOut: 0, bytesIn: 0, frames: 0, reconnects: 0 })
    Object.assign(record.gone, { frames: 0, bytes: 0 })
    tell()
  }

  return record
}

const sizeOf = ({ bytes, text }) => bytes?.length ?? text.length

/** The JSON in a text, or undefined. */
export function parsed(text = '') {
  try {
    return text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}
