// What does JSON-RPC cost by itself: one message from text to text, in one process, without HTTP?
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { inUnit, median, perServer, rotated, rowOf } from '../lib/figures.mjs'
import { launch, stop } from '../lib/servers.mjs'

const SUBJECTS = [
  { name: 'floor', file: '../servers/dispatch-floor.mjs' },
  { name: 'ours', file: '../servers/dispatch-ours.mjs' },
]
const RIVALS = [
  { name: 'jayson', file: '../rivals/dispatch-jayson.mjs' },
  { name: 'sdk-v2', file: '../rivals/dispatch-sdk-v2.mjs' },
]

export async function dispatch({ quick, rivals }) {
  const { processes, rounds, ms, warmUpMs } = quick
    ? { processes: 1, rounds: 5, ms: 60, warmUpMs: 300 }
    : { processes: 3, rounds: 7, ms: 200, warmUpMs: 700 }
  const subjects = rivals ? [...SUBJECTS, ...RIVALS] : SUBJECTS
  const field = []
  for (let n = 0; n < processes; n++) for (const one of rotated(subjects, n)) field.push(await begin(one))
  for (const one of field) await one.ask(warmUpMs)
  for (let round = 0; round < rounds; round++)
    for (const one of rotated(field, round)) one.windows.push(await one.ask(ms))
  for (const { child } of field) await stop(child)
  const wrong = field.find(({ windows }) => windows.some((window) => window.wrong > 0))
  if (wrong) return [{ id: 'dispatch', void: `${wrong.name}: wrong answers` }]
  const figures = perServer(field, ({ windows }) => median(windows.map(({ ns }) => ns)))
  return [rowOf('dispatch', figures, inUnit('ns'))]
}

async function begin({ name, file }) {
  const child = launch('server', [fileURLToPath(new URL(file, import.meta.url))], { ipc: true })
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`)))
  ended.catch(() => {}) // at the end all of them do
  const message = () => new Promise((resolve) => child.once('message', resolve))
  const heard = () => Promise.race([message(), ended])
  await heard()
  const ask = (ms) => {
    child.send(ms)
    return heard()
  }
  return { name, child, ask, windows: [] }
}
