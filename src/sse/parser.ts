/** An event as the standard dispatches it. HTML Standard, section 9.2.6 "Interpreting an event stream". */
export interface SseEvent {
  /** The event type: `message` unless a field `event` names another. */
  type: string
  /** The values of the `data` fields, joined by LF. */
  data: string
  /** The last event ID in force, also when it was set by an earlier event. */
  lastEventId: string
}

/**
 * The functions that are told what was read. What one of them throws, `feed` throws; the rest of that chunk is lost.
 */
export interface SseParserOptions {
  /** An event, dispatched at its blank line. */
  onEvent(event: SseEvent): void
  /** The text of a comment line, without the colon and one space after it. */
  onComment?(text: string): void
  /** The reconnection time in milliseconds. Reported at its line: the field `retry` needs no blank line. */
  onRetry?(milliseconds: number): void
  /** The last event ID to begin with: that of the connection before this one. Default: empty. */
  lastEventId?: string
  /** The longest line, in UTF-16 units. Default 16 Mi. */
  maxLineLength?: number
  /** The longest data of one event, in UTF-16 units. Default 16 Mi. */
  maxDataLength?: number
}

/** A parser of one event stream. */
export interface SseParser {
  /**
   * Reads the next piece of the stream: bytes, or text that has been decoded already (a decoder takes the BOM away).
   * The standard has no invalid stream. Throws RangeError for a line or an event beyond its limit, now and at every
   * later call.
   */
  feed(chunk: Uint8Array | string): void
  /** The last event ID: what `Last-Event-ID` carries at a reconnection. An id counts from the blank line on. */
  readonly lastEventId: string
}

const LF = 0x0a
const SPACE = 0x20
const COLON = 0x3a

// A field name as the codes of its letters: comparing these takes a third of the time of `startsWith`.
type Name = readonly number[]
const codes = (name: string): Name => Array.from(name, (letter) => letter.charCodeAt(0))
const DATA = codes('data')
const EVENT = codes('event')
const ID = codes('id')
const RETRY = codes('retry')
const COMMENT = codes('') // by the grammar a comment is no field, but it is read like one without a name

// The longest field name with its colon. So many characters of a line tell whether it means anything.
const DECISIVE = 'event:'.length

/**
 * A parser of event streams: bytes in, cut anywhere, events out. HTML Standard, section 9.2.6 "Interpreting an event
 * stream", whose steps stand over the lines that do them, as [9.2.6] and a short form of their text.
 *
 * The standard speaks of a whole stream. Here it comes in chunks, and an event is dispatched in the call that brings
 * the last byte of its blank line: nothing waits for a byte that may never come.
 */
export function createParser(options: SseParserOptions): SseParser {
  const { onEvent, onComment, onRetry, maxLineLength = 2 ** 24, maxDataLength = 2 ** 24 } = options
  const decode = createDecoder()

  // The state between two chunks.
  let begun = false // a line has begun in an earlier chunk
  let held = '' // the beginning of that line
  let skipping = false // that line means nothing, so its characters are not held
  let afterCr = false // a CR has ended the last line: an LF next is the second half of a CR LF, not a line of its own
  let failure: RangeError | undefined

  // [9.2.6] "a data buffer, an event type buffer, and a last event ID buffer", empty at the beginning. The last event
  // ID itself belongs to the source, which outlives the stream: so the buffer begins with it, as in browsers.
  let data: string | undefined // undefined: no data field yet; after `data:` alone it is empty, and dispatched
  let type = ''
  let idBuffer = options.lastEventId ?? ''
  let lastEventId = idBuffer

  function feed(chunk: Uint8Array | string): void {
    if (failure) throw failure
    const text = typeof chunk === 'string' ? chunk : decode(chunk)
    if (text === '') return
    // [9.2.6] Lines end at CR LF, at LF, or at CR.
    let start = afterCr && text.charCodeAt(0) === LF ? 1 : 0
    afterCr = false
    // `>>> 0` turns -1, not found, into a place behind every text: the two are equal when neither is found.
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
      // In most streams every other line is blank. Looking at one character saves a search.
      const blank = start < text.length && text.charCodeAt(start) === LF
      lf = blank ? start : text.indexOf('\n', start) >>> 0
    }
    if (start < text.length) hold(text.slice(start))
    // [9.2.6] At the end of the stream what is pending is discarded: there is no step here, for nobody calls `feed`
    // again.
  }

  // Keeps the beginning of a line that its chunk does not end. Each piece is searched once, in `feed`, and only put
  // behind the others here: a line of n bytes costs n steps, in however many pieces it comes.
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

  // The rest of a line that began in an earlier chunk.
  function finish(piece: string): void {
    const whole = held + piece
    begun = false
    held = ''
    if (skipping) skipping = false
    else line(whole, 0, whole.length)
  }

  // Whether a line with this beginning has a known field name, or is a comment that somebody wants.
  function matters(beginning: string): boolean {
    const name = nameOf(beginning, 0)
    if (name === COMMENT) return onComment !== undefined
    return name !== undefined && beginning.charCodeAt(name.length) === COLON
  }

  // One line, the characters `from` to `to` of a text.
  function line(text: string, from: number, to: number): void {
    // [9.2.6] "If the line is empty (a blank line)": dispatch the event.
    if (from === to) return dispatch()
    // [9.2.6] "If the line starts with a U+003A COLON character (:)": ignore the line. Here it may be reported.
    const name = nameOf(text, from)
    if (name === undefined || (name === COMMENT && !onComment)) return
    // [9.2.6] "If the line contains a U+003A COLON character (:)": the field name is what stands before the first one.
    // Otherwise the whole line is the name, and the value is empty. Here the name is known, so the colon is looked for
    // just behind it: another character there makes it another name, one that means nothing.
    let start = from + name.length
    if (start < to && text.charCodeAt(start++) !== COLON) return
    if (to - from > maxLineLength) fail('line', maxLineLength)
    // [9.2.6] "If value starts with a U+0020 SPACE character, remove it from value": one, and no tab.
    if (start < to && text.charCodeAt(start) === SPACE) start++
    field(name, text.slice(start, to))
  }

  // [9.2.6] "Process the field". Names are compared as they are: `Data` is unknown.
  function field(name: Name, value: string): void {
    switch (name) {
      // [9.2.6] "data": append the value and an LF to the data buffer. The LF at its end, which dispatching would
      // remove again, is never written.
      case DATA:
        data = data === undefined ? value : `${data}\n${value}`
        if (data.length > maxDataLength) fail('event', maxDataLength)
        return
      // [9.2.6] "event": set the event type buffer to the value. An empty value puts the type back.
      case EVENT:
        type = value
        return
      // [9.2.6] "id": unless the value has a NUL, set the last event ID buffer to it.
      case ID:
        if (!value.includes('\0')) idBuffer = value
        return
      // [9.2.6] "retry": if the value is ASCII digits only, set the reconnection time to that number, in base ten.
      case RETRY:
        if (/^[0-9]+$/.test(value)) onRetry?.(Number(value))
        return
      // A comment. Any other field is ignored, and `nameOf` has not let it come here.
      default:
        onComment?.(value)
    }
  }

  // [9.2.6] "Dispatch the event".
  function dispatch(): void {
    // 1. Set the last event ID to the value of its buffer, which is not emptied: the id holds for later events too.
    lastEventId = idBuffer
    // 2. If the data buffer is empty, empty the event type buffer and return. 3. Remove the LF at the end of the data.
    // 4. to 6. The event: its type is `message` unless the event type buffer has another.
    const event = data === undefined ? undefined : { type: type === '' ? 'message' : type, data, lastEventId }
    // 7. Empty both buffers. 8. Hand the event over; whoever closed the source meanwhile must not deliver it.
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
 * "UTF-8 decode" of the Encoding Standard, which [9.2.6] begins with: bad bytes become U+FFFD, and one BOM at the very
 * start is taken away. The BOM is taken away here and not by the decoder, because that of Node 24 and later also takes
 * a second one where a chunk ends inside the first.
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

/** The field name that a line begins with, `COMMENT` for a colon. Undefined: no name that the standard knows. */
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

/** The name, if its letters stand there. The first has been compared. */
function spells(name: Name, text: string, from: number): Name | undefined {
  for (let i = 1; i < name.length; i++) if (text.charCodeAt(from + i) !== name[i]) return undefined
  return name
}
