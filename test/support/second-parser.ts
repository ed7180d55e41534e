// A second reader of event streams, after the words of the HTML Standard, sections 9.2.5 "Parsing an event stream" and
// 9.2.6 "Interpreting an event stream", and of the Encoding Standard, section 8.1.1 "UTF-8 decoder". It takes the whole
// stream at once and goes through it character by character. Nothing in it comes from src/.

export interface Dispatched {
  type: string
  data: string
  lastEventId: string
}

export interface Interpreted {
  events: Dispatched[]
  reconnectionTimes: number[]
  lastEventId: string
}

const REPLACEMENT = 0xfffd

/** "UTF-8 decode": the bytes to code points; each ill-formed part is U+FFFD; one BOM at the start is skipped. */
export function utf8Decode(bytes: Uint8Array): number[] {
  const codePoints: number[] = []
  let codePoint = 0
  let seen = 0
  let needed = 0
  let lower = 0x80
  let upper = 0xbf
  const reset = () => ([codePoint, seen, needed, lower, upper] = [0, 0, 0, 0x80, 0xbf])
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  let at = hasBom ? 3 : 0
  while (at < bytes.length) {
    const byte = bytes[at++]!
    if (needed === 0) {
      if (byte <= 0x7f) codePoints.push(byte)
      else if (byte >= 0xc2 && byte <= 0xdf) [needed, codePoint] = [1, byte & 0x1f]
      else if (byte >= 0xe0 && byte <= 0xef) {
        if (byte === 0xe0) lower = 0xa0
        if (byte === 0xed) upper = 0x9f
        ;[needed, codePoint] = [2, byte & 0xf]
      } else if (byte >= 0xf0 && byte <= 0xf4) {
        if (byte === 0xf0) lower = 0x90
        if (byte === 0xf4) upper = 0x8f
        ;[needed, codePoint] = [3, byte & 0x7]
      } else codePoints.push(REPLACEMENT)
    } else if (byte < lower || byte > upper) {
      reset()
      at-- // "restore byte to ioQueue"
      codePoints.push(REPLACEMENT)
    } else {
      lower = 0x80
      upper = 0xbf
      codePoint = (codePoint << 6) | (byte & 0x3f)
      seen++
      if (seen === needed) {
        codePoints.push(codePoint)
        reset()
      }
    }
  }
  if (needed !== 0) codePoints.push(REPLACEMENT) // "end-of-queue and UTF-8 bytes needed is not 0"
  return codePoints
}

const [LF, CR, SPACE, COLON] = [0x0a, 0x0d, 0x20, 0x3a]

/** Lines that have ended: by CR LF, by LF, or by CR alone. What is behind the last end is no line. */
function* linesOf(codePoints: number[]): Generator<number[]> {
  let line: number[] = []
  for (let at = 0; at < codePoints.length; at++) {
    const one = codePoints[at]!
    if (one !== CR && one !== LF) {
      line.push(one)
      continue
    }
    if (one === CR && codePoints[at + 1] === LF) at++
    yield line
    line = []
  }
}

const text = (codePoints: number[]): string => {
  let whole = ''
  for (const one of codePoints) whole += String.fromCodePoint(one)
  return whole
}

/** What a user agent makes of a whole stream that has ended. */
export function interpret(bytes: Uint8Array): Interpreted {
  const result: Interpreted = { events: [], reconnectionTimes: [], lastEventId: '' }
  let dataBuffer = ''
  let eventTypeBuffer = ''
  let lastEventIdBuffer = ''

  function dispatch(): void {
    result.lastEventId = lastEventIdBuffer // step 1
    if (dataBuffer === '') {
      eventTypeBuffer = '' // step 2
      return
    }
    if (dataBuffer.endsWith('\n')) dataBuffer = dataBuffer.slice(0, -1) // step 3
    const type = eventTypeBuffer === '' ? 'message' : eventTypeBuffer // steps 4 and 5
    result.events.push({ type, data: dataBuffer, lastEventId: result.lastEventId })
    dataBuffer = '' // step 6
    eventTypeBuffer = ''
  }

  function processField(name: string, value: string): void {
    if (name === 'event') eventTypeBuffer = value
    else if (name === 'data') dataBuffer += `${value}\n`
    else if (name === 'id') {
      if (!value.includes('\u0000')) lastEventIdBuffer = value
    } else if (name === 'retry') {
      const digits = [...value]
      const isNumber = digits.length > 0 && digits.every((digit) => digit >= '0' && digit <= '9')
      if (isNumber) result.reconnectionTimes.push(Number.parseInt(value, 10))
    }
  }

  for (const line of linesOf(utf8Decode(bytes))) {
    if (line.length === 0) {
      dispatch()
      continue
    }
    const colon = line.indexOf(COLON)
    if (colon === 0) continue // a comment
    if (colon === -1) {
      processField(text(line), '')
      continue
    }
    const value = line.slice(colon + 1)
    if (value[0] === SPACE) value.shift()
    processField(text(line.slice(0, colon)), text(value))
  }
  return result // "any pending data must be discarded"
}

/** Whether a text is a stream by the grammar of 9.2.5: what a server may write. */
export function isEventStream(whole: string): boolean {
  const characters = Array.from(whole, (one) => one.codePointAt(0)!)
  let at = characters[0] === 0xfeff ? 1 : 0 // stream = [ bom ] *event
  const isNameChar = (one: number) => one !== LF && one !== CR && one !== COLON
  const isAnyChar = (one: number) => one !== LF && one !== CR
  const takeWhile = (isOne: (one: number) => boolean) => {
    const start = at
    while (at < characters.length && isOne(characters[at]!)) at++
    return at > start
  }
  const endOfLine = () => {
    if (characters[at] === CR && characters[at + 1] === LF) at += 2
    else if (characters[at] === CR || characters[at] === LF) at++
    else return false
    return true
  }
  while (at < characters.length) {
    // event = *( comment / field ) end-of-line
    for (;;) {
      if (characters[at] === COLON) {
        at++ // comment = colon *any-char end-of-line
        takeWhile(isAnyChar)
      } else if (takeWhile(isNameChar)) {
        if (characters[at] === COLON) {
          at++ // field = 1*name-char [ colon [ space ] *any-char ] end-of-line
          takeWhile(isAnyChar)
        }
      } else break
      if (!endOfLine()) return false
    }
    if (!endOfLine()) return false
  }
  return true
}
