// @ts-check
// How bytes are written down.
import { textOf } from './roles.js'

export const hex = (value, digits = 2) => value.toString(16).toUpperCase().padStart(digits, '0')

export const sizeOf = (n) =>
  n < 1000 ? `${n} B` : n < 1e6 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`

/** The UTF-8 character that a byte is part of: [start, end). */
export function characterAt(bytes, at) {
  for (let start = at; start >= 0 && start > at - 4; start--) {
    const lead = bytes[start]
    if (lead >= 0x80 && lead < 0xc0) continue
    const most = start + (lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4)
    let end = start + 1
    while (end < most && (bytes[end] & 0xc0) === 0x80) end++
    if (at < end) return [start, end]
    break
  }
  return [at, at + 1]
}

const CONTROLS = { 0: 'NUL', 9: 'TAB', 10: 'LF', 13: 'CR' }

/** Whether a byte is a control character: no letter, so it is drawn as a box with its name. */
export const isControl = (byte) => byte < 0x20 || byte === 0x7f

/** A character at its first byte, nothing at the others; the name of a control character. */
export function glyphOf(bytes, at, role) {
  const byte = bytes[at]
  if (role === 'bom') return 'BOM'[at]
  if (isControl(byte)) return CONTROLS[byte] ?? hex(byte)
  const [start, end] = characterAt(bytes, at)
  return start < at ? '' : textOf(bytes.subarray(start, end))
}

/** Which byte each row begins with: all of them, or head, a gap (undefined), and tail of what is longer than 64 kB. */
export function rowsOf(length, perRow, isWhole) {
  const all = Math.ceil(length / perRow)
  const half = isWhole || length <= 65536 ? all : 32768 / perRow
  const missing = Math.max(0, all - 2 * half - 1)
  return {
    count: all - missing,
    missing: missing && (missing + 1) * perRow,
    offset: (row) => (row < half ? row * perRow : row > half ? (row + missing) * perRow : undefined),
    row: (byte) =>
      byte < half * perRow ? Math.floor(byte / perRow) : Math.max(half, Math.floor(byte / perRow) - missing),
  }
}
