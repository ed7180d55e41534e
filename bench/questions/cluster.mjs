// What does it cost to be two processes that share a port, and is the work shared evenly? Requests of 2026-07-28 carry
// all that is needed to answer them, so any process may answer any.
import { FIELDS } from '../contestants.mjs'
import { median, perServer, rotated } from '../lib/figures.mjs'
import { startField, startLoad, stopField } from '../lib/servers.mjs'
import { TEXT } from '../lib/client.mjs'

const WORKERS = 2

export async function cluster({ quick }) {
  const { processes, rounds, ms, warmUpMs } = quick
    ? { processes: 1, rounds: 4, ms: 100, warmUpMs: 1500 }
    : { processes: 2, rounds: 7, ms: 200, warmUpMs: 2000 }
  const singles = FIELDS['2026-json'].filter(({ name }) => name === 'ours' || name === 'floor')
  const contestants = singles.flatMap((one) => {
    const env = { ...one.env, WORKERS: String(WORKERS), SERVER: one.name }
    return [one, { ...one, name: `${one.name}, cluster`, file: 'servers/cluster.mjs', env }]
  })
  const load = startLoad()
  const field = await startField(contestants, processes, { ipc: true })
  try {
    for (const server of field) {
      server.pids = server.name.endsWith('cluster') ? await server.ask('pids') : [server.pid]
      const { key, port, transport } = server
      await load('open', { key, port, transport, sessions: 100, atOnce: 1, tool: 'echo', args: { text: TEXT } })
      await load('run', { key, ms: warmUpMs, pids: server.pids })
    }
    for (let round = 0; round < rounds; round++)
      for (const server of rotated(field, round)) {
        const window = await load('run', { key: server.key, ms, pids: server.pids })
        if (window.error) return ['cpu', 'share'].map((id) => ({ id: `cluster-${id}`, void: window.error }))
        server.windows.push(window)
      }
  } finally {
    await stopField(field)
    await load.end()
  }
  const cpu = perServer(field, ({ windows }) => median(windows.map((window) => window.cpu)))
  const share = perServer(field, ({ windows }) => median(windows.map((window) => window.busiest)))
  return [
    {
      id: 'cluster-cpu',
      value: cpu.get('ours, cluster') / cpu.get('ours'),
      floor: `${(cpu.get('floor, cluster') / cpu.get('floor')).toFixed(2)} ×`,
      note: NOTE,
    },
    { id: 'cluster-share', value: share.get('ours, cluster') },
  ]
}

const NOTE = `Cluster: ${WORKERS} processes on the one core of the servers, so that the load stays on its own; 100 connections, one call at a time on each.`
