// How long from the start of the process to its first answer to initialize, and with how much memory?
import { Pool, Session } from '../lib/client.mjs'
import { fieldOf } from '../contestants.mjs'
import { inUnit, median, perServer, rotated, rowOf } from '../lib/figures.mjs'
import { peakRssOf } from '../lib/machine.mjs'
import { start } from '../lib/servers.mjs'
import { setTimeout as sleep } from 'node:timers/promises'

export async function startup(settings) {
  const rounds = settings.quick ? 3 : 11
  const [floor, ours, ...rivals] = fieldOf('json', settings)
  const contestants = [floor, ours, ...rivals].map((one) => ({ ...one, windows: [] }))
  for (let round = 0; round < rounds; round++)
    for (const one of rotated(contestants, round)) one.windows.push(await firstAnswer(one))
  const figureOf = (name) => perServer(contestants, ({ windows }) => median(windows.map((window) => window[name])))
  return [rowOf('startup-ms', figureOf('ms'), inUnit('ms')), rowOf('startup-rss', figureOf('rss'), inUnit('MB'))]
}

async function firstAnswer(contestant) {
  const server = await start(contestant, { wait: false })
  try {
    for (;;) {
      const pool = new Pool(server.port, 1)
      const opened = await new Session(server.port, contestant.transport).open(pool).catch(() => undefined)
      pool.close()
      if (opened) return { ms: performance.now() - server.begun, rss: peakRssOf(server.pid) }
      if (performance.now() - server.begun > 15_000) throw new Error(`${contestant.name} does not answer`)
      await sleep(1)
    }
  } finally {
    await server.stop()
  }
}
