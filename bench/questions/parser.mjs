// How fast is the parser, beside the one that the official SDK reads with?
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { rotated } from '../lib/figures.mjs'
import { launch } from '../lib/servers.mjs'

const RIVAL = 'eventsource-parser'
/** The rival takes text; ours takes both, so that it is measured with and without a decoder of its own. */
const PARSERS = [
  { id: RIVAL, name: RIVAL, bytes: false },
  { id: 'text', name: 'ours', bytes: false },
  { id: 'bytes', name: 'ours', bytes: true },
]
const NOTE =
  'Parser: the best pass of all rounds; the worse of our two (fed with text, fed with bytes) and of the two chunkings (whole, 16 KiB) is in the table. There is no floor: the rival is the measure.'

export async function parser({ quick, rivals }) {
  if (!rivals) return []
  const settings = quick
    ? { rounds: 1, size: 2 ** 20, warmUpMs: 40, ms: 80 }
    : { rounds: 4, size: 8 * 2 ** 20, warmUpMs: 100, ms: 200 }
  const speeds = new Map() // workload, chunking, parser to the best speed
  const wrong = new Map() // workload to what was wrong
  for (let round = 0; round < settings.rounds; round++)
    for (const one of rotated(PARSERS, round))
      for (const { workload, chunking, right, speed } of await inOwnProcess(one, settings)) {
        const key = [workload, chunking, one.id].join()
        speeds.set(key, Math.max(speeds.get(key) ?? 0, speed))
        if (!right) wrong.set(workload, `${one.name}: wrong events`)
      }
  const workloads = new Set([...speeds.keys()].map((key) => key.split(',')[0]))
  return [...workloads].map((workload) => ({
    id: `parser-${workload}`,
    void: wrong.get(workload),
    value: leastShare(speeds, workload),
    rivals: { [RIVAL]: 1 },
    note: NOTE,
  }))
}

/** The least share of the rival's speed that ours has, in any chunking. */
function leastShare(speeds, workload) {
  const ours = [...speeds].filter(([key]) => key.startsWith(`${workload},`) && !key.endsWith(RIVAL))
  return Math.min(
    ...ours.map(([key, speed]) => {
      const [, chunking] = key.split(',')
      return speed / speeds.get([workload, chunking, RIVAL].join())
    }),
  )
}

async function inOwnProcess(one, settings) {
  const child = launch('server', [fileURLToPath(new URL('../servers/parse.mjs', import.meta.url))], { ipc: true })
  child.send({ ...one, ...settings })
  const answered = once(child, 'message').then(([results]) => results)
  const ended = once(child, 'exit').then(([code]) => code)
  return Promise.race([
    answered,
    ended.then(async (code) => (code === 0 ? answered : Promise.reject(new Error(`${one.name} ended with ${code}`)))),
  ])
}
