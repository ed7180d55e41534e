// What does an engine cost, by which several nodes serve the same sessions? Where the session is known, where a message
// has to go to another node, and where the answer is kept for replay. CPU is that of all nodes; what the engine itself
// takes is told beside it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redis } from '../../scripts/parts.mjs'
import { TEXT } from '../lib/client.mjs'
import { median, perServer, rotated } from '../lib/figures.mjs'
import { cpuOf } from '../lib/machine.mjs'
import { freePort, startField, startLoad, stopField } from '../lib/servers.mjs'

const IDS = ['nodes-local', 'nodes-crossing', 'nodes-replay']

export async function nodes({ quick }) {
  if (!redis()) return IDS.map((id) => ({ id, value: NaN, note: 'redis-server is not here: npm run setup.' }))
  const { processes, rounds, ms, warmUpMs } = quick
    ? { processes: 1, rounds: 4, ms: 100, warmUpMs: 1500 }
    : { processes: 3, rounds: 10, ms: 200, warmUpMs: 2000 }
  const engine = await startRedis()
  const load = startLoad()
  const env = { REDIS_URL: engine.url }
  const contestants = [
    { name: 'alone', env: {} },
    { name: 'node', env },
    { name: 'other', env },
    { name: 'alone, streams', env: { REPLY: 'sse' } },
    { name: 'node, streams', env: { ...env, REPLY: 'sse' } },
  ]
  let servers = []
  try {
    servers = await startField(
      contestants.map((one) => ({ ...one, file: 'server.mjs' })),
      processes,
    )
    const at = (n) => (name) => servers.filter((one) => one.name === name)[n]
    const ways = Array.from({ length: processes }, (_none, n) => waysOf(at(n), n)).flat()
    for (const { key, pids, port, callPort, transport } of ways) {
      await load('open', {
        key,
        port,
        callPort,
        transport,
        sessions: 30,
        atOnce: 1,
        tool: 'echo',
        args: { text: TEXT },
      })
      await load('run', { key, ms: warmUpMs, pids })
    }
    for (let round = 0; round < rounds; round++)
      for (const { key, pids, windows } of rotated(ways, round)) {
        const before = cpuOf(engine.pid)
        const window = await load('run', { key, ms, pids })
        if (window.error) return IDS.map((id) => ({ id, void: window.error }))
        windows.push({ cpu: window.cpu, engine: (cpuOf(engine.pid) - before) / window.calls })
      }
    const figureOf = (name, figure) =>
      perServer(ways, ({ windows }) => median(windows.map((window) => window[figure]))).get(name)
    const row = (id, name, to) => {
      const [cpu, without] = [figureOf(name, 'cpu'), figureOf(to, 'cpu')]
      const ofEngine = `the engine itself ${figureOf(name, 'engine').toFixed(0)} µs`
      return {
        id,
        value: cpu / without,
        floor: `${without.toFixed(0)} µs`,
        note: `${id}: ${cpu.toFixed(0)} µs a call, ${ofEngine}.`,
      }
    }
    return [
      row(IDS[0], 'json', 'json alone'),
      row(IDS[1], 'sse crossing', 'sse'),
      row(IDS[2], 'post-sse', 'post-sse alone'),
    ]
  } finally {
    await stopField(servers)
    await load.end()
    await engine.stop()
  }
}

/** The ways to call the n-th process of each contestant. */
function waysOf(at, n) {
  const [alone, node, other] = [at('alone'), at('node'), at('other')]
  const [aloneStreams, nodeStreams] = [at('alone, streams'), at('node, streams')]
  const both = [node.pid, other.pid]
  return [
    { name: 'json alone', port: alone.port, transport: 'http', pids: [alone.pid] },
    { name: 'json', port: node.port, transport: 'http', pids: [node.pid] },
    { name: 'sse', port: node.port, transport: 'sse', pids: both },
    { name: 'sse crossing', port: node.port, callPort: other.port, transport: 'sse', pids: both },
    { name: 'post-sse alone', port: aloneStreams.port, transport: 'http', pids: [aloneStreams.pid] },
    { name: 'post-sse', port: nodeStreams.port, transport: 'http', pids: [nodeStreams.pid] },
  ].map((way) => ({ ...way, key: `${way.name} ${n}`, windows: [] }))
}

/** A redis-server on loopback that keeps nothing on disk. */
async function startRedis() {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'sse-mcp-bench-'))
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const child = spawn(redis(), args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (part) => (printed += part))
  while (!printed.includes('Ready to accept connections')) await Promise.race([once(child.stdout, 'data'), exit])
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid,
    async stop() {
      child.kill('SIGKILL')
      await exit
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
