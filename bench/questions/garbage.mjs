// What does the garbage of 100,000 calls do, 32 of them under way at any time? What outlives the young generation is
// found by a full collection only, which stops everything, and until then it is memory.
import { fieldOf } from '../contestants.mjs'
import { inUnit, perServer, rotated, rowOf } from '../lib/figures.mjs'
import { start, startLoad } from '../lib/servers.mjs'
import { TEXT } from '../lib/client.mjs'

const MB = 2 ** 20
const PATIENCE_MS = 300_000
const open = { sessions: 1, atOnce: 32, tool: 'wait', args: { text: TEXT } }
const NOTE =
  'Garbage: a new process answers 100,000 calls of a tool that waits 2 ms, 32 at once; collections that nobody forced, and RSS right after the last call. A floor that needed none counts as one that needed one.'

export async function garbage({ quick, ways, garbage: given }) {
  const { calls, processes } = {
    ...(quick ? { calls: 20_000, processes: 1 } : { calls: 100_000, processes: 1 }),
    ...given,
  }
  const load = startLoad()
  const rows = []
  for (const way of ways) {
    const field = []
    for (let n = 0; n < processes; n++)
      for (const one of rotated(fieldOf(way, { rivals: false }), n)) field.push(await fill(load, one, calls))
    const wrong = field.find(({ error }) => error)
    const row = (name, figureOf, format) => {
      const id = `garbage-${way}-${name}`
      if (wrong) return { id, void: `${wrong.name}: ${wrong.error}` }
      return { ...rowOf(id, perServer(field, figureOf), format), note: NOTE }
    }
    rows.push(
      row('collections', ({ full }) => Math.max(1, full), String),
      row('rss', ({ rss }) => rss / MB, inUnit('MB')),
    )
  }
  await load.end()
  return rows
}

/** One process: called so many times, then asked. */
async function fill(load, contestant, calls) {
  const { name, transport } = contestant
  const server = await start(contestant, { probe: true })
  try {
    await load('open', { key: name, port: server.port, transport, ...open })
    await server.ask('countCollections')
    const run = await load('run', { key: name, ms: PATIENCE_MS, calls, pids: [server.pid] })
    const error = run.error ?? (run.calls < calls ? `${run.calls} calls in ${PATIENCE_MS / 1000} s` : undefined)
    return { name, error, ...(await server.ask('collections')) }
  } catch ({ message }) {
    return { name, error: message }
  } finally {
    await load('close', { key: name })
    await server.stop()
  }
}
