// Three nodes on one engine, shown: `npm run cluster`. It starts redis-server and three nodes of the program on this
// machine, and asks now this one, now that one. With --stay they go on until Ctrl-C.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureBuilt } from '../../scripts/build.mjs'
import { redis, ROOT } from '../../scripts/parts.mjs'

if (!redis()) {
  console.error('redis-server is not here. Debian, Ubuntu: apt-get install redis-server. macOS: brew install redis.')
  process.exit(1)
}
ensureBuilt()

const children = []
const folder = mkdtempSync(join(tmpdir(), 'sse-mcp-cluster-'))
const say = (text) => console.log(text)

/** Starts a program, and waits until it prints something. Returns what the pattern found, and how to end it. */
async function start(command, args, env, pattern) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  children.push({ child, exit })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (part) => (printed += part))
  while (!pattern.test(printed)) {
    await Promise.race([once(child.stdout, 'data'), exit])
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}: ${printed}`)
  }
  const end = async (signal = 'SIGTERM') => {
    child.kill(signal)
    await exit
  }
  return { found: pattern.exec(printed)[1], end }
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

const types = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }
const post = (url, message, headers = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { ...types, ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  })

/** The next event of a stream that has some data. */
async function nextData(reader) {
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) throw new Error('The stream is over.')
    const data = /^data: (.+)$/m.exec((text += value))
    if (data) return data[1]
  }
}

async function show() {
  const port = await freePort()
  const engine = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
  await start(redis(), engine, {}, /(Ready to accept connections)/)
  const SERVER_SECRET = randomBytes(32).toString('hex')
  const env = { REDIS_URL: `redis://127.0.0.1:${port}`, SERVER_SECRET, HN_SOURCE: 'snapshot', PORT: '0' }
  const program = join(ROOT, 'dist', 'main.js')
  const nodes = await Promise.all(
    ['n1', 'n2', 'n3'].map((NODE_ID) =>
      start(process.execPath, [program], { ...env, NODE_ID }, /(http:\/\/\S+?)\/\s[^]*Ctrl-C/),
    ),
  )
  const [n1, n2, n3] = nodes.map(({ found }) => found)
  say(`redis-server at port ${port}; n1 ${n1}, n2 ${n2}, n3 ${n3}\n`)

  const clientInfo = { name: 'cluster', version: '1' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const answer = await post(`${n1}/mcp`, { id: 1, method: 'initialize', params })
  const session = { 'Mcp-Session-Id': answer.headers.get('mcp-session-id') }
  say(`1. initialize at n1: session ${session['Mcp-Session-Id']}`)

  const call = {
    id: 2,
    method: 'tools/call',
    params: { name: 'get-hackernews-top-stories', arguments: { type: 'topstories', amount: 1 } },
  }
  for (const [name, url] of [
    ['n2', n2],
    ['n3', n3],
  ]) {
    const { result } = await (await post(`${url}/mcp`, call, session)).json()
    say(`2. tools/call at ${name}, which has made the session of its record: ${result.content.length} parts, no error`)
  }

  const stream = await fetch(`${n1}/sse`, { headers: { Accept: 'text/event-stream' } })
  const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader()
  const endpoint = await nextData(reader)
  const accepted = await post(n2 + endpoint, { id: 3, method: 'ping' })
  say(`3. HTTP+SSE: GET at n1, POST at n2 (${accepted.status}): on the stream came ${await nextData(reader)}`)

  await nodes[0].end('SIGKILL')
  say('4. n1 is killed')
  const { status } = await post(`${n2}/mcp`, { id: 4, method: 'ping' }, session)
  say(`   the session of 1 goes on at n2: ping is answered by ${status}`)
  let gone
  do {
    gone = await post(n3 + endpoint, { id: 5, method: 'ping' })
    if (gone.status === 202) await sleep(500) // n1 counts as alive for up to 10 s
  } while (gone.status === 202)
  say(`   that of HTTP+SSE is gone with its stream: ${gone.status}, ${(await gone.json()).error.message}`)
  if (process.argv.includes('--stay')) {
    say('\nThey stay until Ctrl-C.')
    await once(process, 'SIGINT')
  }
}

try {
  await show()
} finally {
  for (const { child, exit } of children.toReversed()) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await exit
    }
  }
  rmSync(folder, { recursive: true, force: true })
}
