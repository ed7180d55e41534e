/** An event as the standard dispatches it. HTML Standard, section 9.2.6 "Interpreting an event stream". */
export interface SseEvent {
  /** `message` unless the stream named another. */
  type: string
  data: string
  /** The last event ID in force, also when it was set by an earlier event. */
  lastEventId: string
}

export interface SseParserOptions {
  onEvent(event: SseEvent): void
  /** The text of a comment line, without the colon and one space after it. */
  onComment?(text: string): void
  /** A new reconnection time in milliseconds. Reported at its line; it needs no blank line. */
  onRetry?(milliseconds: number): void
  /** The last event ID of the connection before this one, so that it survives a reconnect. Default: empty. */
  lastEventId?: string
  /** The longest line, in UTF-16 units. Default 16 Mi. */
  maxLineLength?: number
  /** The longest data of one event, in UTF-16 units. Default 16 Mi. */
  maxDataLength?: number
}

export interface SseParser {
  /**
   * Takes the next piece of the stream: bytes, or text that has been decoded (a decoder takes the BOM away).
   * No input is an error, save a line or an event beyond its limit: RangeError, now and at every later call.
   */
  feed(chunk: Uint8Array | string): void
  /** What `Last-Event-ID` would carry now. An id counts from the blank line on. */
  readonly lastEventId: string
}

const LF = 10
const CR = 13
const NONE = 2 ** 30 - 1
const SPACE = 32
const COLON = 58

// Nothing else has a meaning. A comment is the field whose name is empty.
const FIELDS = new Map(['data', 'event', 'id', 'retry', ''].map((name) => [`${name}:`.charCodeAt(0), name]))

/** Turns an event stream, cut anywhere, into events. */
export function createParser(options: SseParserOptions): SseParser {
  const { onEvent, onComment, onRetry, maxLineLength = 2 ** 24, maxDataLength = 2 ** 24 } = options
  const decoder = new TextDecoder()
  let held = '' // a line whose end has not come yet
  let skipping = false // the same, but of a line that will mean nothing: not held
  let afterCr = false // a CR has just ended a line: an LF now is its second half, not another line
  let failure: RangeError | undefined

  let data: string | undefined // undefined: no data line yet; the empty string is data
  let type = ''
  let idBuffer = options.lastEventId ?? ''
  let lastEventId = idBuffer

  function feed(chunk: Uint8Array | string): void {
    if (failure) throw failure
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    if (text === '') return
    let start = afterCr && text.charCodeAt(0) === LF ? 1 : 0
    afterCr = false
    let cr = find(text, '\r', CR, start)
    let lf = find(text, '\n', LF, start)
    while (cr !== lf) {
      const end = Math.min(cr, lf)
      if (skipping) skipping = false
      else if (held === '') line(text, start, end)
      else {
        const whole = held + text.slice(start, end)
        held = ''
        line(whole, 0, whole.length)
      }
      start = end + 1
      if (end === cr) {
        if (lf === start) start++
        else afterCr = start === text.length
        cr = find(text, '\r', CR, start)
      }
      if (lf < start) lf = find(text, '\n', LF, start)
    }
    if (start < text.length && !skipping) hold(text.slice(start))
  }

  // Pieces are only put behind one another here and searched in `feed`, each once: a line of n bytes costs n steps.
  function hold(piece: string): void {
    const undecided = held.length < 'event:'.length
    held += piece
    if (undecided && !mayMatter(held)) {
      skipping = true
      held = ''
    } else if (held.length > maxLineLength) fail('line', maxLineLength)
  }

  function mayMatter(beginning: string): boolean {
    const name = FIELDS.get(beginning.charCodeAt(0))
    if (name === undefined || (name === '' && !onComment)) return false
    return beginning.startsWith(`${name}:`) || name.startsWith(beginning)
  }

  function line(text: string, from: number, to: number): void {
    if (from === to) return dispatch()
    const name = nameAt(text, from)
    if (name === undefined) return
    let start = from + name.length
    if (start < to) {
      if (text.charCodeAt(start++) !== COLON) return
      if (start < to && text.charCodeAt(start) === SPACE) start++
    }
    if (name === '' && !onComment) return
    if (to - from > maxLineLength) fail('line', maxLineLength)
    field(name, text.slice(start, to))
  }

  function field(name: string, value: string): void {
    if (name === 'data') {
      data = data === undefined ? value : `${data}\n${value}`
      if (data.length > maxDataLength) fail('event', maxDataLength)
    } else if (name === 'event') type = value
    else if (name === '') onComment?.(value)
    else if (name === 'id') {
      if (!value.includes('\0')) idBuffer = value
    } else if (/^[0-9]+$/.test(value)) onRetry?.(Number(value))
  }

  function dispatch(): void {
    lastEventId = idBuffer
    const event = data === undefined ? undefined : { type: type || 'message', data, lastEventId }
    data = undefined
    type = ''
    if (event) onEvent(event)
  }

  function fail(what: string, limit: number): never {
    failure = new RangeError(`The event stream has a ${what} of more than ${limit} characters.`)
    held = ''
    data = undefined
    throw failure
  }

  return {
    feed,
    get lastEventId() {
      return lastEventId
    },
  }
}

// Most lines are short and every other one is blank: a look at the next character saves half of the searches.
function find(text: string, character: string, code: number, from: number): number {
  if (text.charCodeAt(from) === code) return from
  const found = text.indexOf(character, from)
  return found === -1 ? NONE : found
}

function nameAt(text: string, at: number): string | undefined {
  switch (text.charCodeAt(at)) {
    case 100:
      return begins(text, at, 'data')
    case 101:
      return begins(text, at, 'event')
    case 105:
      return begins(text, at, 'id')
    case 114:
      return begins(text, at, 'retry')
    case 58:
      return ''
    default:
      return undefined
  }
}

function begins(text: string, at: number, name: string): string | undefined {
  for (let i = 1; i < name.length; i++) if (text.charCodeAt(at + i) !== name.charCodeAt(i)) return undefined
  return name
}
