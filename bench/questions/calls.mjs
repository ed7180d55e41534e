// What does one tools/call cost, in each way of speaking, and how long does it take?
import { fieldOf } from '../contestants.mjs'
import { inUnit, median, perServer, rowOf } from '../lib/figures.mjs'
import { startField, startLoad, stopField } from '../lib/servers.mjs'
import { callInWindows } from '../lib/windows.mjs'
import { TEXT } from '../lib/client.mjs'

const SHAPES = [
  { id: '1x32', sessions: 1, atOnce: 32, figure: 'cpu', format: inUnit('µs') },
  { id: '100x1', sessions: 100, atOnce: 1, figure: 'cpu', format: inUnit('µs') },
  { id: 'p50', sessions: 1, atOnce: 1, figure: 'p50', format: inUnit('ms') },
]

export async function calls(settings) {
  const { ms, rounds, processes, rivalProcesses, warmUpMs } = {
    ...(settings.quick
      ? { ms: 50, rounds: 4, processes: 1, warmUpMs: [900, 50, 50] }
      : { ms: 200, rounds: 5, processes: 3, rivalProcesses: 1, warmUpMs: [2000, 500, 200] }),
    ...settings.calls,
  }
  const rows = []
  for (const way of settings.ways) {
    const load = startLoad()
    const field = await startField(fieldOf(way, settings), processes, { rivalProcesses })
    for (const [index, { id: shape, sessions, atOnce, figure, format }] of SHAPES.entries()) {
      const open = { sessions, atOnce, tool: 'echo', args: { text: TEXT } }
      const id = `calls-${way}-${shape}`
      // A median latency is steady in fewer calls than the CPU time is.
      const plan = { open, warmUpMs: warmUpMs[index], ms: figure === 'p50' ? ms / 2 : ms, rounds }
      const wrong = await callInWindows(load, field, plan).catch(({ message }) => message)
      const figures = perServer(field, ({ windows }) => median(windows.map((window) => window[figure])))
      rows.push(wrong ? { id, void: wrong } : rowOf(id, figures, format))
    }
    await stopField(field)
    await load.end()
  }
  return rows
}
