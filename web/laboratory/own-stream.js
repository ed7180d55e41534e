// @ts-check
// A stream that the reader has written, and how far a parser has come in it. No DOM: it runs in Node as well.
import { linesOf } from './roles.js'
import { stateAfter } from './scrub.js'

export const ENDS = { LF: '\n', CRLF: '\r\n', CR: '\r' }

export const SAMPLES = {
  two: 'event: greeting\ndata: 你好\n\ndata: second\n\n',
  odd: 'retry: 2000\n: a comment\n\nid: 7\ndata: 你好\ndata:  two spaces\n\nevent: tick\ndata:\n\nid: 8\n\ndata: the end?\n',
  open: 'data: where am I?\n',
  wrong: 'Data: hello\ndata : hello\nretry: 3s\nmessage: hello\ndata: at last\n\n',
}

/** What goes over the wire: the text with the line ends that were chosen. */
export const bytesOf = (text, end = 'LF') => new TextEncoder().encode(text.replaceAll('\n', ENDS[end]))

/**
 * A line and what the standard does with it. `rule` is the name of a sentence (words/type.js), `isIgnored` says that the
 * line changes nothing, `event` is the number of the event that this blank line dispatches, `at` the count of bytes
 * after which it takes effect: its CR or LF has come. Infinity where it never ends.
 *
 * @typedef {import('./roles.js').Line & { rule: string, isIgnored: boolean, event?: number, at: number }} Ruled
 */

/** @param {Uint8Array} bytes @returns {Ruled[]} */
export function ruledLines(bytes) {
  let events = 0
  return linesOf(bytes, true).map((line) => {
    const { kind, dispatches, ignored, parts } = line
    const ending = parts.find(([role]) => role === 'end' || role === 'dispatch')
    const rule = ruleOf(line)
    return {
      ...line,
      rule,
      isIgnored: ignored !== undefined || kind === 'comment' || rule === 'none',
      event: dispatches === undefined ? undefined : ++events,
      at: ending ? ending[1] + 1 : kind === 'bom' ? line.end : Infinity,
    }
  })
}

/** @param {import('./roles.js').Line} line */
function ruleOf({ kind, name, value, ignored, dispatches }) {
  if (ignored === 'unfinished') return 'unfinished'
  if (kind === 'blank') return dispatches === undefined ? 'none' : 'dispatch'
  if (kind !== 'field') return kind
  if (ignored === 'unknown') return isAlmost(name) ? 'exact' : 'unknown'
  if (ignored) return ignored
  return name === 'data' && value === '' ? 'empty' : name
}

/** `Data`, ` data`, `data `: meant as a field that the standard knows, but not the same letters. */
const isAlmost = (name) => ['data', 'event', 'id', 'retry'].includes(name.trim().toLowerCase())

/**
 * How things stand after `count` bytes: what the parser holds and has dispatched, which line it has read last, and
 * where in the stream events end (`marks`, counts of bytes).
 */
export function progressOf(createParser, bytes, count) {
  const lines = ruledLines(bytes)
  const read = lines.filter(({ at }) => at <= count)
  const { held, torn, data, type, lastEventId, retry, events } = stateAfter(createParser, bytes, count, true)
  // The buffer is not the last event ID yet: a blank line makes it that. It is never emptied.
  const id = read.findLast(({ name, ignored }) => name === 'id' && !ignored)?.value ?? ''
  return {
    lines,
    read: read.length,
    last: read.at(-1),
    state: { torn: [...bytes.subarray(count - torn, count)], held, data, type, id, lastEventId, retry },
    events,
    marks: lines.flatMap(({ event, at }) => (event === undefined ? [] : at)),
    /** Whether what came so far is thrown away if the stream ends here. */
    isPending: held !== '' || torn > 0 || data !== undefined,
  }
}

/** The characters of a part of a line, each with the bytes that it takes: [text, start, end). */
export function* charactersOf(bytes, start, end) {
  let at = start
  for (const character of new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start, end))) {
    const code = character.codePointAt(0) ?? 0
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    yield /** @type {[string, number, number]} */ ([character, at, (at += size)])
  }
}
