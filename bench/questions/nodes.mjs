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
import { median } from '../lib/figures.mjs'
import { cpuOf } from '../lib/machine.mjs'
import { freePort, start, startLoad, stopField } from '../lib/servers.mjs'

const IDS = ['nodes-local', 'nodes-crossing', 'nodes-replay']

export async function nodes({ quick }) {
  if (!redis()) return IDS.map((id) => ({ id, value: NaN, note: 'redis-server is not here: npm run setup.' }))
  const { rounds, ms, warmUpMs } = quick
    ? { rounds: 4, ms: 100, warmUpMs: 1500 }
    : { rounds: 15, ms: 200, warmUpMs: 2000 }
  const engine = await startRedis()
  const load = startLoad()
  const servers = []
  try {
    const env = { REDIS_URL: engine.url }
    for (const [name, more] of [
      ['alone', {}],
      ['n1', { ...env, NODE_ID: 'n1' }],
      ['n2', { ...env, NODE_ID: 'n2' }],
      ['alone-sse', { REPLY: 'sse' }],
      ['n3', { ...env, NODE_ID: 'n3', REPLY: 'sse' }],
    ])
      servers.push(await start({ name, file: 'server.mjs', env: more }))
    const [alone, n1, n2, aloneSse, n3] = servers
    const ways = [
      { key: 'json alone', port: alone.port, transport: 'http', pids: [alone.pid] },
      { key: 'json', port: n1.port, transport: 'http', pids: [n1.pid] },
      { key: 'sse', port: n1.port, transport: 'sse', pids: [n1.pid, n2.pid] },
      { key: 'sse crossing', port: n1.port, callPort: n2.port, transport: 'sse', pids: [n1.pid, n2.pid] },
      { key: 'post-sse alone', port: aloneSse.port, transport: 'http', pids: [aloneSse.pid] },
      { key: 'post-sse', port: n3.port, transport: 'http', pids: [n3.pid] },
    ]
    for (const { key, pids, ...way } of ways) {
      await load('open', { key, ...way, sessions: 30, atOnce: 1, tool: 'echo', args: { text: TEXT } })
      await load('run', { key, ms: warmUpMs, pids })
    }
    const windows = new Map(ways.map(({ key }) => [key, []]))
    for (let round = 0; round < rounds; round++)
      for (const { key, pids } of ways) {
        const before = cpuOf(engine.pid)
        const window = await load('run', { key, ms, pids })
        if (window.error) return IDS.map((id) => ({ id, void: window.error }))
        windows.get(key).push({ cpu: window.cpu, engine: (cpuOf(engine.pid) - before) / window.calls })
      }
    const cpu = (key) => median(windows.get(key).map((window) => window.cpu))
    const ofEngine = (key) =>
      `the engine itself ${median(windows.get(key).map((window) => window.engine)).toFixed(0)} µs`
    const row = (id, key, to) => ({
      id,
      value: cpu(key) / cpu(to),
      floor: `${cpu(to).toFixed(0)} µs`,
      note: `${id}: ${cpu(key).toFixed(0)} µs a call, ${ofEngine(key)}.`,
    })
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
