// A long run: sessions of all transports come and go, many without a goodbye, and the server must stay as it was.
// `npm run soak -- --minutes 30 --sessions 100000`. It watches the server's memory and descriptors from outside, in
// /proc, which only Linux has. It fails where the memory of the last tenth is more than 12 MB over that of the tenth
// after the first third (the plateau), where descriptors do not return, or where an answer is not as it should be.
// `npm run soak -- cluster` is another one: three nodes on a redis-server, clients whose connections are cut 1,000 times
// (CUTS) and whose nodes are killed, and 1,000 exchanges (EXCHANGES) of the official client over each transport. And of 10,000 sessions
// that were left (ABANDONED) nothing may remain.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ensureBuilt } from '../scripts/build.mjs'
import { ROOT } from '../scripts/parts.mjs'

if (process.argv[2] === 'cluster') {
  const files = [
    'test/cluster/histories.test.ts',
    'test/cluster/records.test.ts',
    'test/interop/sdk-v2/cluster.test.mjs',
  ]
  const env = { CUTS: '1000', EXCHANGES: '1000', ABANDONED: '10000', ...process.env }
  const args = ['--import', 'tsx', '--test', '--test-reporter=spec', ...files]
  process.exit(spawnSync(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' }).status ?? 1)
}

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, sessions: { type: 'string', default: '100000' } },
})
const [minutes, sessions] = [Number(values.minutes), Number(values.sessions)]
if (!(minutes > 0) || !(sessions >= 1000)) throw new Error('--minutes above 0, --sessions of at least 1000')

ensureBuilt()

const MB = 1e6
const ALLOWED = 12 * MB
const AT_ONCE = 40 // sessions under way at a time
const MODERN = '2026-07-28'
const TOOL = 'get-hackernews-top-stories'

// On a line of input it collects garbage and says what is left: for the price of a session, which RSS is too coarse for.
const HEAP = `process.stdin.on('data',()=>{gc();gc();console.log('heap '+process.memoryUsage().heapUsed)})`
const server = spawn(
  process.execPath,
  ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(HEAP)}`, join(ROOT, 'dist', 'main.js')],
  { env: { ...process.env, HN_SOURCE: 'snapshot', PORT: '0' }, stdio: ['pipe', 'pipe', 'inherit'] },
)
let printed = ''
server.stdout.setEncoding('utf8').on('data', (chunk) => (printed += chunk))
const says = async (pattern) => {
  while (!pattern.test(printed)) await Promise.race([once(server.stdout, 'data'), died])
  return pattern.exec(printed)[1]
}
const died = once(server, 'exit').then(([code, signal]) => {
  throw new Error(`The server ended with ${code ?? signal}.`)
})
died.catch(() => {})
const base = await says(/(http:\/\/\S+?)\/\s[^]*Ctrl-C/)

const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE })
const errors = new Map()
let churned = 0
const failed = () => [...errors.values()].reduce((sum, one) => sum + one, 0)

/** Sends a request; fulfilled with the response once its head is here. */
async function send(method, path, headers, message, options = { agent }) {
  const body = message && JSON.stringify({ jsonrpc: '2.0', ...message })
  const sent = http.request(base + path, {
    method,
    headers: { ...headers, ...(body && { 'Content-Type': 'application/json' }) },
    ...options,
  })
  sent.end(body)
  const [response] = await once(sent, 'response')
  response.on('error', () => {})
  return response
}

/** The same, answered whole. Throws where the status is another. */
async function ask(status, ...request) {
  const response = await send(...request)
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  if (response.statusCode !== status) throw new Error(`${response.statusCode} instead of ${status}: ${text}`)
  if (text.includes('"error"')) throw new Error(text)
  return response
}

const initialize = (protocolVersion) => ({ id: 0, method: 'initialize', params: { protocolVersion, capabilities: {} } })
const stories = (amount, more) => ({
  id: 1,
  method: 'tools/call',
  params: { name: TOOL, arguments: { type: 'topstories', amount }, ...more },
})

/** Opens HTTP+SSE; `read` waits for a text on its stream. */
async function openHttpSse() {
  const response = await send('GET', '/sse', {}, undefined, { agent: false })
  if (response.statusCode !== 200) throw new Error(`GET /sse was answered by ${response.statusCode}`)
  let text = ''
  response.setEncoding('utf8').on('data', (chunk) => (text += chunk))
  const read = async (pattern) => {
    while (!pattern.test(text)) await once(response, 'data', { signal: AbortSignal.timeout(30_000) })
    return pattern.exec(text)[1]
  }
  const endpoint = await read(/data: (\/messages\S+)/)
  return { response, read, say: (message) => ask(202, 'POST', endpoint, {}, message) }
}

async function openStreamable() {
  const { headers } = await ask(200, 'POST', '/mcp', {}, initialize('2025-11-25'))
  return { 'Mcp-Session-Id': headers['mcp-session-id'] }
}

/** What a client does from its coming to its going. `n` varies it. */
const lives = {
  async httpSseCut(n) {
    const { response, read, say } = await openHttpSse()
    await say(initialize('2024-11-05'))
    await say(stories(3))
    if (n % 2 === 0) await read(/("id":1,"result")/)
    response.destroy()
  },
  async streamableAbandoned(n) {
    const session = await openStreamable()
    if (n % 2 === 0) return
    await ask(202, 'POST', '/mcp', session, { method: 'notifications/initialized' })
    const onlyStream = { ...session, Accept: 'text/event-stream' }
    await ask(200, 'POST', '/mcp', n % 3 === 0 ? onlyStream : session, stories(3, { _meta: { progressToken: n } }))
    if (n % 5 > 0) return
    const standing = await send('GET', '/mcp', onlyStream, undefined, { agent: false })
    await once(standing, 'data')
    standing.destroy()
  },
  async streamableDeleted() {
    const session = await openStreamable()
    await ask(200, 'POST', '/mcp', session, stories(3))
    await ask(204, 'DELETE', '/mcp', session)
  },
  async stateless() {
    const headers = { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': 'tools/call', 'Mcp-Name': TOOL }
    const meta = 'io.modelcontextprotocol/'
    const _meta = { [`${meta}protocolVersion`]: MODERN, [`${meta}clientCapabilities`]: {} }
    await ask(200, 'POST', '/mcp', headers, stories(3, { _meta }))
  },
  async slowReader() {
    const { response, say } = await openHttpSse()
    response.socket.pause()
    for (let call = 0; call < 50; call++) await say(stories(30))
    await sleep(5_000)
    response.destroy()
  },
}

// Of twenty: six, six, four, four; and a slow reader in two hundred.
const KINDS = Object.keys(lives).flatMap((kind, place) => Array([6, 6, 4, 4, 0][place]).fill(kind))
const kindOf = (n) => (n % 200 === 199 ? 'slowReader' : KINDS[n % 20])

/** Lets so many live, one after the other where `everyMs` is past, but some at once. */
async function churn(count, everyMs = 0, kind = kindOf) {
  const under = new Set()
  const begun = Date.now()
  for (let n = 0; n < count; n++) {
    const early = begun + n * everyMs - Date.now()
    if (early > 0) await sleep(early)
    while (under.size >= AT_ONCE) await Promise.race([...under, died])
    const one = lives[kind(n)](n)
      .catch(({ message }) => errors.set(message, (errors.get(message) ?? 0) + 1))
      .finally(() => under.delete(one) && churned++)
    under.add(one)
  }
  await Promise.all(under)
}

const canLook = process.platform === 'linux'
if (!canLook) console.log('There is no /proc here: memory and descriptors of the server are not looked at.')
const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) * 1024
const descriptors = () => readdirSync(`/proc/${server.pid}/fd`).length
const mb = (bytes) => (Number.isNaN(bytes) ? '–' : (bytes / MB).toFixed(1))
const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length

async function heap() {
  printed = ''
  server.stdin.write('\n')
  return Number(await says(/heap (\d+)\n/))
}

const before = canLook ? descriptors() : NaN
await churn(200)
const heapBefore = await heap()
await churn(300, 0, () => 'streamableAbandoned')
const perSession = (await heap()) - heapBefore
const after500 = canLook ? rss() : NaN

const samples = []
let after2500 = NaN
const started = Date.now()
const row = (...cells) => console.log(cells.map((cell) => String(cell).padStart(11)).join(''))
row('minute', 'sessions', 'RSS, MB', 'files', 'errors')
const print = () => {
  const { at, memory, files } = samples.at(-1)
  row((at / 60_000).toFixed(1), churned, mb(memory), files, failed())
}
const sampling = setInterval(() => {
  const at = Date.now() - started
  samples.push({ at, memory: canLook ? rss() : NaN, files: canLook ? descriptors() : '–' })
  if (Number.isNaN(after2500) && churned >= 2500) after2500 = samples.at(-1).memory
  const every = Math.min(60_000, minutes * 6_000)
  if (Math.floor(at / every) > Math.floor((samples.at(-2)?.at ?? 0) / every)) print()
}, 500)
await churn(sessions - churned, (minutes * 60_000) / (sessions - churned))
clearInterval(sampling)
print()

agent.destroy()
let left = canLook ? descriptors() : NaN
for (const end = Date.now() + 15_000; left > before && Date.now() < end; left = descriptors()) await sleep(100)
const duration = samples.at(-1).at
const between = (from, to) =>
  mean(samples.filter(({ at }) => at >= from * duration && at <= to * duration).map((one) => one.memory))
const [plateau, end] = [between(1 / 3, 1 / 3 + 0.1), between(0.9, 1)]
server.kill()
await died.catch(() => {})

console.log(`
sessions                          ${churned} in ${(duration / 60_000).toFixed(1)} minutes
heap of an abandoned session      ${(perSession / 300 / 1000).toFixed(1)} kB
RSS after 500, after 2,500        ${mb(after500)} MB, ${mb(after2500)} MB
RSS at the plateau, at the end    ${mb(plateau)} MB, ${mb(end)} MB (allowed: ${mb(ALLOWED)} MB more)
descriptors before, after         ${before}, ${left}
errors                            ${failed()}`)
for (const [message, count] of errors) console.log(`  ${count} times ${message.slice(0, 200)}`)
if (end - plateau > ALLOWED || left > before || failed() > 0) {
  console.log('FAILED')
  process.exitCode = 1
}
