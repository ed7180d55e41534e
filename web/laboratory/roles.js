// @ts-check
// What each byte of an event stream is: HTML Standard, "Parsing an event stream", "Interpreting an event stream".

/**
 * A line, its end included; `end` is exclusive. `ignored`: why it means nothing. `dispatches`: the type of the event
 * that this blank line lets go. `parts`: runs of bytes with one role.
 *
 * @typedef {{ kind: 'bom' | 'half' | 'field' | 'comment' | 'blank', start: number, end: number, name: string, value: string,
 *   ignored?: 'unknown' | 'nul' | 'digits' | 'unfinished', dispatches?: string,
 *   parts: [role: string, start: number, end: number][] }} Line
 */

const FIELDS = ['event', 'data', 'id', 'retry']
export const textOf = (bytes, stream = false) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream })

/** @param {Uint8Array} bytes @param {boolean} [isFirst] the stream begins here: a BOM counts. @returns {Line[]} */
export function linesOf(bytes, isFirst) {
  /** @type {Line[]} */
  const lines = []
  let start = 0
  let type = ''
  let hasData = false
  const begin = (kind, role) => {
    lines.push({ kind, start: 0, end: start, name: '', value: '', parts: [[role, 0, start]] })
  }
  if (isFirst && textOf(bytes.subarray(0, 3)) === '\ufeff') {
    start = 3
    begin('bom', 'bom')
  } else if (!isFirst && bytes[0] === 10 && bytes.length > 1) {
    // No line: a blank one would be a block of its own. It is the other half of the CR that ended the block before.
    start = 1
    begin('half', 'end')
  }
  for (; start < bytes.length; start = /** @type {Line} */ (lines.at(-1)).end) {
    const line = lineAt(bytes, start)
    lines.push(line)
    if (line.kind === 'blank') {
      if (hasData) line.dispatches = type || 'message'
      type = ''
      hasData = false
    } else if (!line.ignored) {
      if (line.name === 'event') type = line.value
      hasData ||= line.name === 'data'
    }
  }
  return lines
}

/** @returns {Line} */
function lineAt(bytes, start) {
  let stop = start
  while (stop < bytes.length && bytes[stop] !== 13 && bytes[stop] !== 10) stop++
  const end = Math.min(bytes.length, stop + (bytes[stop] === 13 && bytes[stop + 1] === 10 ? 2 : 1))
  const colon = bytes.subarray(start, stop).indexOf(0x3a)
  const nameEnd = colon < 0 ? stop : start + colon
  const past = Math.min(stop, nameEnd + 1)
  const from = past < stop && bytes[past] === 0x20 ? past + 1 : past
  const name = textOf(bytes.subarray(start, nameEnd))
  const value = textOf(bytes.subarray(from, stop))
  const kind = start === stop ? 'blank' : name ? 'field' : 'comment'
  /** @type {Line['parts']} */
  const parts = [
    ['name', start, nameEnd],
    ['colon', nameEnd, past],
    ['space', past, from],
    [name ? 'value' : 'comment', from, stop],
    [kind === 'blank' ? 'dispatch' : 'end', stop, end],
  ]
  const ignored = end === stop ? 'unfinished' : name ? fault(name, value) : undefined
  return { kind, start, end, name, value, ignored, parts: parts.filter(([, from, to]) => from < to) }
}

function fault(name, value) {
  if (!FIELDS.includes(name)) return 'unknown'
  if (name === 'id' && value.includes('\0')) return 'nul'
  return name === 'retry' && !/^[0-9]+$/.test(value) ? 'digits' : undefined
}
