// @ts-check
// One event to its last byte: the text at first, then byte for byte its hex, and beside each line what the reader holds.
import { endBoxes } from '../control.js'
import { glyphOf, hex } from '../hex.js'
import { make, say } from '../page.js'
import { linesIn } from './parts.js'
import { cut } from './recorded.js'

export const steps = 6

const EVENT = /** @type {string} */ (cut.find(({ event }) => event?.startsWith('event: tick\nid: 5\n'))?.event)
/** The first line comes in three pieces, the others whole. */
const PIECES = { name: 1, colon: 2, space: 2, value: 2, end: 3 }
/** What a field is called in the reader. */
const HELD = { event: 'scenes.type', id: 'scenes.last-id', data: 'scenes.data' }

export function draw() {
  const bytes = new TextEncoder().encode(EVENT)
  const rows = linesIn(EVENT).map((line, index) => {
    const step = `${index + 3}`
    const parts = line.parts.map(([role, start, end]) => {
      const cells = Array.from(bytes.subarray(start, end), (byte, at) => cellOf(bytes, start + at, role))
      const isNamed = index === 0 && ['name', 'value', 'end'].includes(role)
      const name = isNamed ? [make('i', { word: `roles.${role}` })] : []
      return make(
        'span',
        { class: 'run', 'data-role': role, 'data-step': index ? step : `${PIECES[role]}` },
        ...cells,
        ...name,
      )
    })
    const wire = make('div', { class: 'on-wire' }, ...parts)
    return make('li', {}, wire, effectOf(line, step))
  })
  return make('ol', { class: 'anatomy' }, ...rows)
}

function cellOf(bytes, at, role) {
  const byte = bytes[at]
  const isEnd = role === 'end' || role === 'dispatch'
  const space = make('span', { class: 'ctl sp' })
  const glyph = isEnd ? endBoxes('\n', role === 'dispatch') : [role === 'space' ? space : glyphOf(bytes, at, role)]
  return make('span', { class: 'byte' }, make('b', {}, ...glyph), make('small', {}, hex(byte)))
}

/** Beside the line: what has changed in the reader. */
function effectOf({ name, value, dispatches }, step) {
  if (dispatches === undefined)
    return make('p', { class: 'holds', 'data-step': step }, make('span', { word: HELD[name] }), make('b', {}, value))
  const goes = make('b')
  say(goes, 'scenes.dispatched', dispatches)
  return make('p', { class: 'holds goes', 'data-step': step }, goes)
}
