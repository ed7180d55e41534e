// What does a call of a tool that waits cost? Most tools do: calls are under way while others come.
import { fieldOf } from '../contestants.mjs'
import { inUnit, median, perServer, rowOf } from '../lib/figures.mjs'
import { startField, startLoad, stopField } from '../lib/servers.mjs'
import { callInWindows } from '../lib/windows.mjs'
import { TEXT } from '../lib/client.mjs'

const SHAPES = [
  { id: '1x32', sessions: 1, atOnce: 32 },
  { id: '100x1', sessions: 100, atOnce: 1 },
]

export async function waits({ quick, ways, waits: given }) {
  const { ms, rounds, processes, warmUpMs } = {
    ...(quick
      ? { ms: 50, rounds: 4, processes: 1, warmUpMs: [900, 50] }
      : { ms: 200, rounds: 5, processes: 2, warmUpMs: [2000, 500] }),
    ...given,
  }
  const rows = []
  for (const way of ways) {
    const load = startLoad()
    const field = await startField(fieldOf(way, { rivals: false }), processes)
    for (const [index, { id: shape, ...sessions }] of SHAPES.entries()) {
      const open = { ...sessions, tool: 'wait', args: { text: TEXT } }
      const id = `waits-${way}-${shape}`
      const plan = { open, warmUpMs: warmUpMs[index], ms, rounds }
      const wrong = await callInWindows(load, field, plan).catch(({ message }) => message)
      const figures = perServer(field, ({ windows }) => median(windows.map(({ cpu }) => cpu)))
      rows.push(wrong ? { id, void: wrong } : rowOf(id, figures, inUnit('µs')))
    }
    await stopField(field)
    await load.end()
  }
  return rows
}
