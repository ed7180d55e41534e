// What does it cost to say one thing to everybody? Ours stands beside two floors: one that writes to the sockets, past
// the responses, and one that writes to the responses, as we do.
import { fieldOf, isRival } from '../contestants.mjs'
import { inUnit, median, perServer, rotated, rowOf } from '../lib/figures.mjs'
import { socketsFor } from '../lib/machine.mjs'
import { startField, startLoad, stopField } from '../lib/servers.mjs'

const expected = 'notifications/tools/list_changed'
const [FLOOR] = fieldOf('sse', { rivals: false })
const WRITE_FLOOR = { ...FLOOR, name: 'floor, write', env: { BROADCAST: 'write' } }
const BETTER_SSE = { name: 'better-sse', file: 'rivals/better-sse.mjs', transport: 'sse', raw: true }

export async function broadcast(settings) {
  const { rounds, processes, times } = settings.quick
    ? { rounds: 3, processes: 1, times: 2 }
    : { rounds: 7, processes: 2, times: 4 }
  const rows = []
  for (const streams of [1000, 5000]) {
    const rivals = settings.rivals && !(settings.quick && streams === 5000) // theirs take long to open
    const contestants = [...fieldOf('sse', { rivals }), WRITE_FLOOR, ...(rivals ? [BETTER_SSE] : [])]
    rows.push(...(await tell(contestants, { streams, rounds, processes, times })))
  }
  return rows
}

/** As many processes at once as there are sockets for: with 5,000 streams each, a field of its own for each process. */
async function tell(contestants, { streams, rounds, processes, times }) {
  const ids = { write: `broadcast-${streams}`, raw: `broadcast-${streams}-raw` }
  const all = []
  for (let n = 0; n < processes; n++) {
    const turn = rotated(contestants, n).filter((contestant) => n === 0 || !isRival(contestant))
    const fitting = Math.max(1, Math.floor(socketsFor(Infinity) / streams))
    for (let from = 0; from < turn.length; from += fitting) {
      const together = turn.slice(from, from + fitting)
      const field = await startField(together, 1)
      const wrong = await hear(field, { streams, rounds, times, together }).catch(({ message }) => message)
      await stopField(field)
      if (wrong) return Object.values(ids).map((id) => ({ id, void: wrong }))
      all.push(...field)
    }
  }
  const { [WRITE_FLOOR.name]: write, ...figures } = Object.fromEntries(perServer(all, ({ windows }) => median(windows)))
  const over = (id, floor) => rowOf(id, new Map(Object.entries({ ...figures, floor })), inUnit('µs'))
  return [over(ids.write, write), over(ids.raw, figures.floor)]
}

async function hear(field, { streams, rounds, times, together }) {
  const load = startLoad()
  try {
    for (const [index, one] of field.entries()) {
      const { key, port, pid, transport } = one
      const how = { raw: together[index].raw ?? false }
      await load('idle', { key, port, pid, transport, count: streams, how })
      await load('broadcast', { key, times: 2, pid, expected })
    }
    for (let round = 0; round < rounds; round++)
      for (const one of rotated(field, round)) {
        const { cpu, error } = await load('broadcast', { key: one.key, times, pid: one.pid, expected })
        if (error) return `${one.name}: ${error}`
        one.windows.push(cpu)
      }
    return undefined
  } finally {
    await load.end()
  }
}
