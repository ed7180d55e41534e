// One parser, in a process of its own: what it learned about strings must not help or hurt another one.
// Asked over IPC: { name, bytes, size, warmUpMs, ms }; answers with megabytes a second for each workload and chunking.
import { CHUNKINGS, cut, WORKLOADS } from '../lib/workloads.mjs'

const MODULES = {
  ours: '../../dist/sse/parser.js',
  'eventsource-parser': '../rivals/node_modules/eventsource-parser/dist/index.js',
}

process.once('message', async ({ name, bytes, size, warmUpMs, ms }) => {
  const { createParser } = await import(new URL(MODULES[name], import.meta.url).href)
  const results = []
  for (const [workload, build] of Object.entries(WORKLOADS))
    for (const [chunking, length] of Object.entries(CHUNKINGS)) {
      const load = build(size)
      const pass = createPass(createParser, load, cut(load.bytes, length), bytes)
      const right = pass()
      best(pass, warmUpMs)
      results.push({ workload, chunking, right, speed: load.bytes.length / 1000 / best(pass, ms) })
    }
  process.send(results)
  process.disconnect()
})

function createPass(createParser, { events, dataChars }, chunks, bytes) {
  return () => {
    let [seen, characters] = [0, 0]
    const onEvent = ({ data }) => {
      seen++
      characters += data.length
    }
    const { feed } = createParser({ onEvent })
    const decoder = new TextDecoder() // its time counts: somebody has to decode
    for (const chunk of chunks) feed(bytes ? chunk : decoder.decode(chunk, { stream: true }))
    return seen === events && characters === dataChars
  }
}

/** The best of all passes, in milliseconds: whatever else the machine does only adds to it. */
function best(pass, milliseconds) {
  let shortest = Infinity
  const end = performance.now() + milliseconds
  do {
    const start = performance.now()
    pass()
    shortest = Math.min(shortest, performance.now() - start)
  } while (performance.now() < end)
  return shortest
}
