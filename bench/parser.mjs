// How fast the parser is, beside eventsource-parser, the one that the official MCP SDK reads with.
//   npm run bench             every parser three times in its turn, each time in a fresh process
//   npm run bench -- --quick  the same in less than a minute
// Only ratios from one run mean anything: on a machine that does other work too, the figures of two runs differ.
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { CHUNKINGS, cut, WORKLOADS } from './workloads.mjs'

const OURS = new URL('../dist/sse/parser.js', import.meta.url)
const RIVAL = new URL('node_modules/eventsource-parser/dist/index.js', import.meta.url)

/** The rival takes text; ours takes both, so that it is measured with and without a decoder of its own. */
const PARSERS = {
  'eventsource-parser': { module: RIVAL, bytes: false },
  'ours, text': { module: OURS, bytes: false },
  'ours, bytes': { module: OURS, bytes: true },
}

/** The least share of the rival's speed that we hold ourselves to. */
const BARS = { deltas: 0.85, deltasHan: 0.85, mcp: 0.85, large: 0.75, multiline: 0.75, crlf: 0.75 }

const quick = process.argv.includes('--quick')
const ROUNDS = quick ? 2 : 4
const SIZE = quick ? 2 * 2 ** 20 : 8 * 2 ** 20
const [WARM_UP_MS, MEASURE_MS] = quick ? [100, 200] : [150, 400]

if (process.env.SSE_BENCH_PARSER) await measure(process.env.SSE_BENCH_PARSER)
else await compare()

/** In a process of its own: what one parser learned about strings must not help or hurt another one. */
async function measure(name) {
  const { module, bytes } = PARSERS[name]
  const { createParser } = await import(module.href)
  const results = []
  for (const [workload, build] of Object.entries(WORKLOADS))
    for (const [chunking, size] of Object.entries(CHUNKINGS)) {
      const load = build(SIZE)
      const chunks = cut(load.bytes, size)
      const pass = () => {
        let events = 0
        let characters = 0
        const { feed } = createParser({
          onEvent: ({ data }) => {
            events++
            characters += data.length
          },
        })
        if (bytes) for (const chunk of chunks) feed(chunk)
        else {
          const decoder = new TextDecoder() // its time counts: somebody has to decode
          for (const chunk of chunks) feed(decoder.decode(chunk, { stream: true }))
        }
        return events === load.events && characters === load.dataChars
      }
      const right = pass()
      timed(pass, WARM_UP_MS)
      const best = timed(pass, MEASURE_MS)
      results.push({ workload, chunking, right, megabytesPerSecond: load.bytes.length / 1000 / best })
    }
  process.send(results)
  process.disconnect()
}

/** The best of all passes, in milliseconds: whatever else the machine does only adds to it. */
function timed(pass, milliseconds) {
  let best = Infinity
  const end = performance.now() + milliseconds
  do {
    const start = performance.now()
    pass()
    best = Math.min(best, performance.now() - start)
  } while (performance.now() < end)
  return best
}

async function compare() {
  if (!existsSync(RIVAL)) return console.log('eventsource-parser is not here. To have it: npm ci --prefix bench')
  if (!existsSync(OURS)) return console.log('Our parser is not built. To build it: npm run build')
  const { version } = JSON.parse(await readFile(new URL('../package.json', RIVAL), 'utf8'))
  const own = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  console.log(`${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`)
  console.log(
    `${own.name} ${own.version}, eventsource-parser ${version}; ${ROUNDS} rounds, MB/s, the best of all passes\n`,
  )

  const best = new Map()
  const wrong = new Set()
  for (let round = 0; round < ROUNDS; round++)
    for (const name of Object.keys(PARSERS))
      for (const { workload, chunking, right, megabytesPerSecond } of await inOwnProcess(name)) {
        const key = [workload, chunking, name].join()
        best.set(key, Math.max(best.get(key) ?? 0, megabytesPerSecond))
        if (!right) wrong.add(key)
      }

  console.log(
    '| workload | chunks | eventsource-parser | ours, text | ours, bytes | ratio, text | ratio, bytes | bar | |',
  )
  console.log('|---|---|--:|--:|--:|--:|--:|--:|---|')
  for (const workload of Object.keys(WORKLOADS))
    for (const chunking of Object.keys(CHUNKINGS)) {
      const speeds = Object.keys(PARSERS).map((name) => best.get([workload, chunking, name].join()))
      const ratios = speeds.slice(1).map((speed) => speed / speeds[0])
      const bar = BARS[workload]
      const figures = [...speeds.map(Math.round), ...[...ratios, bar].map((ratio) => ratio.toFixed(2))]
      const verdict = Math.min(...ratios) >= bar ? 'ok' : 'below'
      console.log(`| ${[workload, chunking, ...figures, verdict].join(' | ')} |`)
    }
  if (wrong.size === 0) return
  console.error(`\nWrong events: ${[...wrong].join('; ')}`)
  process.exitCode = 1
}

function inOwnProcess(name) {
  const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2), {
    env: { ...process.env, SSE_BENCH_PARSER: name },
  })
  return new Promise((resolve, reject) => {
    let results
    child.on('message', (message) => (results = message))
    child.on('exit', (code) => (results ? resolve(results) : reject(new Error(`${name} ended with ${code}`))))
  })
}
