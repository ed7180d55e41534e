// Does a call cost more when there is more of something else: sessions, tools? And a result, no more than its length?
import { fieldOf } from '../contestants.mjs'
import { inUnit, median, perServer, rotated } from '../lib/figures.mjs'
import { socketsFor } from '../lib/machine.mjs'
import { start, startField, startLoad, stopField } from '../lib/servers.mjs'
import { callInWindows } from '../lib/windows.mjs'
import { TEXT } from '../lib/client.mjs'

const format = inUnit('×')
const echo = { sessions: 8, atOnce: 1, tool: 'echo', args: { text: TEXT } }

export async function growth(settings) {
  const plan = settings.quick
    ? { processes: 1, rounds: 3, ms: 60, warmUpMs: 400, many: socketsFor(1_000) }
    : { processes: 2, rounds: 5, ms: 200, warmUpMs: 1200, many: socketsFor(10_000) }
  const [floor, ours] = fieldOf('sse', { rivals: false })
  return [await sessions({ floor, ours }, plan), await tools(ours, plan), await stories({ floor, ours }, plan)]
}

/** Two processes of one server, with little and with much of something; which one starts first changes. */
async function pairs(contestant, processes, { little, much, prepare = () => {} }) {
  const field = []
  for (let n = 0; n < processes; n++)
    for (const [name, more] of rotated(
      [
        ['little', little],
        ['much', much],
      ],
      n,
    )) {
      const server = await start({ ...contestant, env: { ...contestant.env, ...more.env } })
      field.push({ ...server, name, key: `${name} ${n}` })
      await prepare(field.at(-1), more)
    }
  return field
}

const cpuOf = (field) => perServer(field, ({ windows }) => median(windows.map(({ cpu }) => cpu)))
const ratioOf = (figures) => figures.get('much') / figures.get('little')

/** One pair at a time: more sessions would be open than there are sockets for. */
async function sessions({ floor, ours }, plan) {
  const ratios = new Map()
  for (const contestant of [floor, ours]) {
    const found = []
    for (let n = 0; n < plan.processes; n++) {
      const load = startLoad()
      const prepare = ({ key, port, pid, transport }, { count }) =>
        load('idle', { key: `idle ${key}`, port, pid, transport, count, how: {} })
      const field = await pairs(contestant, 1, { little: { count: 2 }, much: { count: plan.many }, prepare })
      const wrong = await callInWindows(load, rotated(field, n), { open: echo, ...plan }).catch(
        ({ message }) => message,
      )
      await stopField(field)
      await load.end()
      if (wrong) return { id: 'growth-sessions', void: wrong }
      found.push(ratioOf(cpuOf(field)))
    }
    ratios.set(contestant.name, median(found))
  }
  const note = plan.many < 10_000 ? `Growth: ${plan.many} sessions instead of 10,000.` : undefined
  return { id: 'growth-sessions', value: ratios.get('ours'), floor: format(ratios.get('floor')), note }
}

async function tools(ours, plan) {
  const load = startLoad()
  const field = await pairs(ours, plan.processes, { little: {}, much: { env: { TOOLS: '1000' } } })
  const wrong = await callInWindows(load, field, { open: echo, ...plan }).catch(({ message }) => message)
  await stopField(field)
  await load.end()
  return wrong ? { id: 'growth-tools', void: wrong } : { id: 'growth-tools', value: ratioOf(cpuOf(field)) }
}

/** The cost of one story more, between 50 and 500, to that between 1 and 50: what a call itself costs is in neither. */
async function stories(contestants, plan) {
  const id = 'growth-stories'
  const load = startLoad()
  const ratios = new Map()
  for (const contestant of [contestants.floor, contestants.ours]) {
    const field = await startField([contestant], plan.processes)
    const costs = {}
    for (const count of [1, 50, 500]) {
      const open = { ...echo, sessions: 4, tool: 'stories', args: { count } }
      const run = { expected: `user_${count - 1}` }
      const wrong = await callInWindows(load, field, { open, run, ...plan }).catch(({ message }) => message)
      if (wrong) return { id, void: wrong }
      costs[count] = median([...cpuOf(field).values()])
    }
    await stopField(field)
    ratios.set(contestant.name, (costs[500] - costs[50]) / 450 / ((costs[50] - costs[1]) / 49))
  }
  await load.end()
  return { id, value: ratios.get('ours'), floor: format(ratios.get('floor')) }
}
