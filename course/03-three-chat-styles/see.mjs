// node course/03-three-chat-styles/see.mjs [lost]: three chat streams, how they begin and what they cost. With a number:
// the texts that remain when this event is lost.
import { readFileSync } from 'node:fs'
import { createParser } from '../02-the-format-to-the-last-byte/solution.mjs'
import { fold } from './solution.mjs'

const { streams } = JSON.parse(readFileSync(new URL('../../data/chat-streams.json', import.meta.url), 'utf8'))
const lost = Number(process.argv[2] ?? 0)
const WIDTH = 76

for (const { id, title, wireBase64 } of streams) {
  const wire = Buffer.from(wireBase64, 'base64')
  const events = []
  createParser((event) => events.push(event)).push(wire)
  if (lost === 0) begin(title, wire.length, events, [...fold(id, events)].length)
  else
    rest(title, () =>
      fold(
        id,
        events.filter((_, at) => at + 1 !== lost),
      ),
    )
}

/** The first two events, and the price. */
function begin(title, bytes, events, characters) {
  const price = (bytes / characters).toFixed(1)
  console.log(`${title}: ${events.length} events, ${bytes} bytes, ${characters} characters, ${price} bytes for each`)
  for (const { type, data } of events.slice(0, 2)) console.log(`  ${type.padEnd(7)}  ${clip(data)}`)
}

function rest(title, read) {
  try {
    console.log(`${title.padEnd(8)}  ${clip(JSON.stringify(read()))}`)
  } catch ({ message }) {
    console.log(`${title.padEnd(8)}  refused: ${message}`)
  }
}

function clip(text) {
  return text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text
}
