// What does a session cost that is open and does nothing?
import { fieldOf, isRival } from '../contestants.mjs'
import { inUnit, median, perServer, rotated, rowOf } from '../lib/figures.mjs'
import { socketsFor } from '../lib/machine.mjs'
import { start, startLoad } from '../lib/servers.mjs'
import { TEXT } from '../lib/client.mjs'

const KB = 1024

export async function idle(settings) {
  const wanted = settings.quick ? 1_500 : 10_000
  const count = socketsFor(wanted)
  const processes = settings.quick ? 1 : 2
  const sse = fieldOf('sse', settings)
  const ours = fieldOf('json', settings).find(({ name }) => name === 'ours')
  const contestants = [
    ...sse.map((one) => ({ ...one, id: one.name, how: {} })),
    { ...ours, id: 'with a GET stream', how: { stream: true } },
    { ...ours, id: 'without a stream', how: {} },
  ]
  const field = []
  for (let n = 0; n < processes; n++)
    for (const one of rotated(contestants, n).filter((contestant) => n === 0 || !isRival(contestant)))
      field.push({ name: one.id, ...(await weigh(one, count)) })

  const figureOf = (name) =>
    perServer(
      field.filter((one) => one.name in named),
      (one) => one[name],
    )
  const named = Object.fromEntries(sse.map(({ name }) => [name, true]))
  const rssOf = (id) => median(field.filter(({ name }) => name === id).map(({ rss }) => rss))
  const note = count < 10_000 ? `Idle sessions: ${count} instead of 10,000 (${reason(wanted, count)}).` : undefined
  return [
    rowOf('idle-sse-heap', figureOf('heap'), inUnit('kB')),
    rowOf('idle-sse-rss', figureOf('rss'), inUnit('kB')),
    rowOf('idle-sse-open', figureOf('open'), inUnit('µs')),
    { id: 'idle-http-stream', value: rssOf('with a GET stream') },
    { id: 'idle-http', value: rssOf('without a stream') },
  ].map((row) => ({ ...row, note }))
}

const reason = (wanted, count) => (count < wanted ? 'more file descriptors are not allowed here' : 'a quick run')

/** One process: warm, weighed, filled with sessions, weighed again. */
async function weigh(contestant, count) {
  const load = startLoad()
  const server = await start(contestant, { probe: true })
  const { port, pid } = server
  const { transport, how } = contestant
  const at = { key: 'idle', port, transport }
  try {
    await load('open', { ...at, key: 'warm', sessions: 50, atOnce: 1, tool: 'echo', args: { text: TEXT } })
    const { error } = await load('run', { key: 'warm', ms: 500, pids: [pid] })
    await load('idle', { ...at, count: 200, how, pid })
    if (error) throw new Error(`${contestant.name}: ${error}`)
    const before = await server.ask('memory')
    const { cpu } = await load('idle', { ...at, count, how, pid })
    const after = await server.ask('memory')
    return {
      heap: (after.heapUsed - before.heapUsed) / KB / count,
      rss: (after.rss - before.rss) / KB / count,
      open: cpu,
    }
  } finally {
    await server.stop()
    await load.end()
  }
}
