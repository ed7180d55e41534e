/** An event as the standard dispatches it. HTML Standard, section 9.2.6 "Interpreting an event stream". */
export interface SseEvent {
  /** `message` unless the stream named another. */
  type: string
  data: string
  /** The last event ID in force, also when it was set by an earlier event. */
  lastEventId: string
}

export interface SseParserOptions {
  /** What one of these three throws, `feed` throws, and the rest of that chunk is lost. */
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

const LF = 0x0a
const SPACE = 0x20
const COLON = 0x3a

// A name as the codes of its letters: to compare these takes a third of the time of `startsWith`.
type Name = readonly number[]
const codes = (name: string): Name => Array.from(name, (letter) => letter.charCodeAt(0))
const DATA = codes('data')
const EVENT = codes('event')
const ID = codes('id')
const RETRY = codes('retry')
const COMMENT = codes('') // by the grammar a comment is no field, but it reads like one without a name

// So many characters of a line tell whether it means anything.
const DECISIVE = 'event:'.length

/** Turns an event stream, cut anywhere, into events. HTML Standard, section 9.2.6 "Interpreting an event stream". */
export function createParser(options: SseParserOptions): SseParser {
  const { onEvent, onComment, onRetry, maxLineLength = 2 ** 24, maxDataLength = 2 ** 24 } = options
  const decode = createDecoder()
  let begun = false // a line has begun in an earlier chunk
  let held = '' // what came of it
  let skipping = false // it will mean nothing: no need to hold it
  let afterCr = false // a CR has just ended a line: an LF now is its second half, not another line
  let failure: RangeError | undefined

  let data: string | undefined // undefined: no data line yet; the empty string is data
  let type = ''
  let idBuffer = options.lastEventId ?? ''
  let lastEventId = idBuffer

  function feed(chunk: Uint8Array | string): void {
    if (failure) throw failure
    const text = typeof chunk === 'string' ? chunk : decode(chunk)
    if (text === '') return
    let start = afterCr && text.charCodeAt(0) === LF ? 1 : 0
    afterCr = false
    // `>>> 0` turns -1, not found, into a place behind every text.
    let cr = text.indexOf('\r', start) >>> 0
    let lf = text.indexOf('\n', start) >>> 0
    while (cr !== lf) {
      const end = Math.min(cr, lf)
      if (begun) finish(text.slice(start, end))
      else line(text, start, end)
      start = end + 1
      if (end === cr) {
        if (lf === start) start++
        else afterCr = start === text.length
        cr = text.indexOf('\r', start) >>> 0
      }
      if (lf >= start) continue
      // Every other line is blank: a look saves that search.
      const blank = start < text.length && text.charCodeAt(start) === LF
      lf = blank ? start : text.indexOf('\n', start) >>> 0
    }
    if (start < text.length) hold(text.slice(start))
  }

  // Pieces are only put behind one another here and searched in `feed`, each once: a line of n bytes costs n steps.
  function hold(piece: string): void {
    begun = true
    if (skipping) return
    const undecided = held.length < DECISIVE
    held += piece
    if (held.length < DECISIVE) return
    if (undecided && !matters(held)) {
      skipping = true
      held = ''
    } else if (held.length > maxLineLength) fail('line', maxLineLength)
  }

  function finish(piece: string): void {
    const whole = held + piece
    begun = false
    held = ''
    if (skipping) skipping = false
    else line(whole, 0, whole.length)
  }

  function matters(beginning: string): boolean {
    const name = nameOf(beginning, 0)
    if (name === COMMENT) return onComment !== undefined
    return name !== undefined && beginning.charCodeAt(name.length) === COLON
  }

  function line(text: string, from: number, to: number): void {
    if (from === to) return dispatch()
    const name = nameOf(text, from)
    if (name === undefined || (name === COMMENT && !onComment)) return
    let start = from + name.length
    if (start < to && text.charCodeAt(start++) !== COLON) return
    if (to - from > maxLineLength) fail('line', maxLineLength)
    if (start < to && text.charCodeAt(start) === SPACE) start++
    field(name, text.slice(start, to))
  }

  function field(name: Name, value: string): void {
    switch (name) {
      case DATA:
        data = data === undefined ? value : `${data}\n${value}`
        if (data.length > maxDataLength) fail('event', maxDataLength)
        return
      case EVENT:
        type = value
        return
      case ID:
        if (!value.includes('\0')) idBuffer = value
        return
      case RETRY:
        if (/^[0-9]+$/.test(value)) onRetry?.(Number(value))
        return
      default:
        onComment?.(value)
    }
  }

  function dispatch(): void {
    lastEventId = idBuffer
    const event = data === undefined ? undefined : { type: type === '' ? 'message' : type, data, lastEventId }
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

/**
 * "UTF-8 decode" (Encoding Standard): one BOM at the very start is taken away, and no second. Done here, because the
 * decoder of Node 24 and later takes a second one away where a chunk ends inside the first.
 */
function createDecoder(): (bytes: Uint8Array) => string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let atStart = true
  return (bytes) => {
    const text = decoder.decode(bytes, { stream: true })
    if (!atStart || text === '') return text
    atStart = false
    return text.startsWith('\uFEFF') ? text.slice(1) : text
  }
}

function nameOf(text: string, from: number): Name | undefined {
  switch (text.charCodeAt(from)) {
    case 0x64:
      return spells(DATA, text, from)
    case 0x65:
      return spells(EVENT, text, from)
    case 0x69:
      return spells(ID, text, from)
    case 0x72:
      return spells(RETRY, text, from)
    case COLON:
      return COMMENT
    default:
      return undefined
  }
}

function spells(name: Name, text: string, from: number): Name | undefined {
  for (let i = 1; i < name.length; i++) if (text.charCodeAt(from + i) !== name[i]) return undefined
  return name
}
