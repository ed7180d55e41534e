// Makes source maps small: they lead to lines of the source, and no longer to every word of them, which TypeScript maps
// too. Those mappings were a tenth of the package.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The numbers of a segment: Base64 digits of five bits, the lowest first; a sixth bit says that more follow. */
function decode(segment) {
  const numbers = []
  let value = 0
  let shift = 0
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit)
    value += (bits & 31) << shift
    shift += 5
    if (bits & 32) continue
    numbers.push(value & 1 ? -(value >> 1) : value >> 1) // the lowest bit is the sign
    value = shift = 0
  }
  return numbers
}

function encode(numbers) {
  let text = ''
  for (const number of numbers) {
    let rest = number < 0 ? (-number << 1) | 1 : number << 1
    do {
      text += DIGITS[(rest & 31) | (rest > 31 ? 32 : 0)]
      rest >>>= 5
    } while (rest > 0)
  }
  return text
}

/**
 * The mappings without those that lead to the same line of the source as the one before (ECMA-426, "Mappings
 * structure"). A segment's numbers are differences: that of the column to the segment before it in its line; of source,
 * line and column there to the segment before it in the file.
 */
export function toLines(mappings) {
  const at = [0, 0, 0] // source, line and column of the segment that is read
  let written = [0, 0, 0] // and of the last one that was kept
  const lines = mappings.split(';').map((line) => {
    const kept = []
    let column = 0
    let columnWritten = 0
    for (const segment of line === '' ? [] : line.split(',')) {
      const [ahead, ...rest] = decode(segment)
      column += ahead
      for (const [index, difference] of rest.entries()) at[index] += difference
      if (kept.length > 0 && at[0] === written[0] && at[1] === written[1]) continue
      kept.push(encode([column - columnWritten, ...at.map((number, index) => number - written[index])]))
      columnWritten = column
      written = [...at]
    }
    return kept.join(',')
  })
  return lines.join(';')
}

/** Does so with all maps of a folder. */
export function shortenMaps(folder) {
  for (const name of readdirSync(folder, { recursive: true }).filter((each) => each.endsWith('.js.map'))) {
    const path = join(folder, name)
    const { names: _, mappings, ...map } = JSON.parse(readFileSync(path, 'utf8'))
    writeFileSync(path, JSON.stringify({ ...map, names: [], mappings: toLines(mappings) }))
  }
}
