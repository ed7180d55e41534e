// node course/02-the-format-to-the-last-byte/see.mjs [cut]: a stream, its line ends made visible, cut after so many bytes.
import { createParser } from './solution.mjs'

const STREAM =
  '\uFEFFretry: 2000\r\n: a comment\n\nid: 7\ndata: 你好\ndata:  two spaces\n\nevent: tick\rdata:\r\rid: 8\n\ndata: the end?\n'
const GLYPHS = { '\uFEFF': '[BOM]', '\r': '␍', '\n': '␊' }

const bytes = new TextEncoder().encode(STREAM)
const cut = Math.min(Number(process.argv[2] ?? bytes.length), bytes.length)

let at = 0
for (const line of STREAM.match(/[^\r\n]*(\r\n|\r|\n)/g)) {
  const shown = line.replace(/[\uFEFF\r\n]/g, (character) => GLYPHS[character])
  console.log(`${String(at).padStart(3)}  ${shown}`)
  at += new TextEncoder().encode(line).length
}

console.log(`\nThe first ${cut} of ${bytes.length} bytes give:`)
const parser = createParser((event) => console.log(`  event ${JSON.stringify(event)}`))
parser.push(bytes.subarray(0, cut))

console.log('The parser now holds:')
const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, cut), { stream: true })
console.log(`  bytes of half a character: ${cut - new TextEncoder().encode(decoded).length}`)
for (const [name, value] of Object.entries(parser.state)) console.log(`  ${name}: ${JSON.stringify(value)}`)
