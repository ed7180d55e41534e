// @ts-check
// An event byte by byte: each part over the name of its role and its bytes in hex, line after line. The blank line says
// what it does.
import { endBoxes } from './control.js'
import { hex } from './hex.js'
import { make, say } from './page.js'
import { linesOf, textOf } from './roles.js'

const LINES = 60 // that are drawn
const SHORT = 10 // bytes that are written in hex
const LONG = 24 // bytes of a value that has lines of its own
const MOST = 1200 // bytes of it that are written; its lines have room for fewer

/** @param {{ bytes?: Uint8Array, offset?: number }} frame a block of an event stream, with its bytes */
export function annotated({ bytes = new Uint8Array(), offset = 0 }) {
  const lines = linesOf(bytes, offset === 0).slice(0, LINES)
  return make('ol', { class: 'annotated' }, ...lines.map((line) => lineOf(bytes, line)))
}

function lineOf(bytes, { start, kind, parts, ignored, dispatches }) {
  const item = make('li', { class: kind }, make('span', { class: 'offset' }, `${start}`))
  for (const [role, from, to] of parts) item.append(partOf(role, bytes.subarray(from, to), dispatches !== undefined))
  const why = kind === 'blank' ? (dispatches ? 'dispatch' : 'blank') : ignored
  if (why) item.append(make('span', { class: 'does', word: `roles.${why}` }))
  return item
}

function partOf(role, bytes, isLast) {
  const isMore = bytes.length > MOST
  const text = textOf(bytes.subarray(0, MOST), isMore) + (isMore ? '…' : '')
  const isEnd = role === 'end' || role === 'dispatch'
  const shown = isEnd ? endBoxes(text, role === 'dispatch' && isLast) : [text]
  if (role === 'space') shown.splice(0, 1, make('span', { class: 'ctl sp' }, make('span', { class: 'sr' }, 'SP')))
  const label = make('i')
  say(label, role === 'dispatch' ? 'roles.end' : `roles.${role}`)
  const isLong = bytes.length > LONG
  const size = isLong ? make('small', {}, ` · ${bytes.length.toLocaleString('en')} B`) : ''
  const codes = bytes.length <= SHORT ? [make('small', {}, [...bytes].map((byte) => hex(byte)).join(' '))] : []
  const part = make('span', { class: `part ${role}` }, make('b', {}, ...shown), make('span', {}, label, size), ...codes)
  if (isLong) part.classList.add('long')
  return part
}
