// What does a result of 500 stories (about 240 kB) cost, and for how long does it stop everything else?
import { fieldOf } from '../contestants.mjs'
import { inUnit, median, perServer, rowOf } from '../lib/figures.mjs'
import { startField, startLoad, stopField } from '../lib/servers.mjs'
import { callInWindows } from '../lib/windows.mjs'

// The last story, and most of the text: what came is whole.
const run = { expected: 'user_499', leastLength: 200_000 }
const open = { sessions: 4, atOnce: 2, tool: 'stories', args: {} }

export async function large(settings) {
  const plan = settings.quick
    ? { ms: 100, rounds: 3, warmUpMs: 400, processes: 1 }
    : { ms: 300, rounds: 5, warmUpMs: 1000, processes: 3, rivalProcesses: 1 }
  const rows = []
  for (const way of ['sse', 'json']) {
    const load = startLoad()
    const field = await startField(fieldOf(way, settings), plan.processes, { ...plan, probe: true })
    const around = async (one, window) => {
      await one.ask('watch')
      const figures = await window()
      return { ...figures, stall: (await one.ask('stall')).ms }
    }
    const wrong = await callInWindows(load, field, { open, run, around, ...plan }).catch(({ message }) => message)
    const figureOf = (name) => perServer(field, ({ windows }) => median(windows.map((window) => window[name])))
    const row = (name, figure, unit) =>
      wrong
        ? { id: `large-${way}-${name}`, void: wrong }
        : rowOf(`large-${way}-${name}`, figureOf(figure), inUnit(unit))
    rows.push(row('cpu', 'cpu', 'µs'), row('stall', 'stall', 'ms'))
    await stopField(field)
    await load.end()
  }
  return rows
}
