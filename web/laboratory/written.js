// @ts-check
// Bytes of an event stream as one would write them: letters in the colours of their roles, control characters as boxes.
import { endBoxes } from './control.js'
import { hex } from './hex.js'
import { make } from './page.js'
import { linesOf, textOf } from './roles.js'

/** @param {Uint8Array} bytes of one block @param {{ isFirst?: boolean }} [options] isFirst: the stream begins here */
export function written(bytes, { isFirst = false } = {}) {
  const torn = tornOf(bytes)
  const whole = bytes.subarray(0, bytes.length - torn)
  const parts = linesOf(whole, isFirst).flatMap((line) => line.parts.map((part) => partOf(whole, line, part)))
  const rest = [...bytes.subarray(whole.length)].map((byte) => hex(byte)).join(' ')
  return torn ? [...parts, make('span', { class: 'torn' }, rest)] : parts
}

function partOf(bytes, { ignored, dispatches }, [role, from, to]) {
  const text = textOf(bytes.subarray(from, to))
  if (role === 'space') return make('span', { class: 'ctl sp' }, make('span', { class: 'sr' }, 'SP'))
  if (role === 'end' || role === 'dispatch')
    return make('span', { class: 'ends' }, ...endBoxes(text, role === 'dispatch' && dispatches !== undefined))
  return make('span', { class: ignored && ignored !== 'unfinished' ? `${role} dead` : role }, text)
}

/** How many bytes at the end are a character that has not come whole. */
function tornOf(bytes) {
  for (let size = 1; size <= Math.min(3, bytes.length); size++) {
    const lead = bytes[bytes.length - size]
    if (lead >= 0x80 && lead < 0xc0) continue
    const whole = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    return whole > size ? size : 0
  }
  return 0
}
