// R-SH-17, T-47, threats section 9: whatever cuts a connection, a client that resumes gets each message once, in order.
// Runs once: it cuts thousands of connections.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { defineTool, serve } from '../../src/index.ts'
import { createParser } from '../../src/sse/index.ts'
import { createRandom } from '../support/random.ts'
import { openEvents, post, type Json } from '../support/wire.ts'

const [CLIENTS, CUTS, KILLS, STEPS] = [20, 50, 3, 40] // cuts and kills of each client, messages before each answer
const READER = fileURLToPath(new URL('../support/reader.mjs', import.meta.url))
const seed = Number(process.env['CUTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const running = new Set<string>()
const counts = defineTool({
  name: 'counts',
  inputSchema: {
    type: 'object',
    properties: { tag: { type: 'string' }, stepMs: { type: 'integer' } },
    required: ['tag', 'stepMs'],
  },
  async run({ tag, stepMs }, { progress }) {
    running.add(tag)
    for (let n = 1; n <= STEPS; n++) {
      progress(n, STEPS)
      await sleep(stepMs)
    }
    running.delete(tag)
    return tag
  },
})
const { url, close } = await serve({ name: 't', version: '1', port: 0, tools: [counts] })
after(close)
const mcp = `${url}/mcp`

/** An event that a client has seen. */
interface Seen {
  id: string
  data: string
}

/** What a reader begins with: a request of its own, or the last event that was seen. */
type From = { request: string } | { lastEventId: string }

/** Reads so many events, then cuts the connection. What comes after them is lost with it. */
type Reader = (session: string, from: From, count: number) => Promise<{ seen: Seen[]; wasCut: boolean }>

const destroysTheSocket: Reader = async (session, from, count) => {
  const isNew = 'request' in from
  const headers = {
    'mcp-session-id': session,
    ...(isNew ? { 'content-type': 'application/json' } : { 'last-event-id': from.lastEventId }),
  }
  const sent = http.request(mcp, { method: isNew ? 'POST' : 'GET', headers, agent: false })
  sent.end(isNew ? from.request : undefined)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  assert.equal(response.statusCode, 200)
  const seen: Seen[] = []
  const parser = createParser({
    onEvent({ lastEventId, data }) {
      if (seen.length < count) seen.push({ id: lastEventId, data })
      if (seen.length === count) response.socket.destroy()
    },
  })
  response.on('data', (chunk: Buffer) => parser.feed(chunk))
  response.on('error', () => {})
  await new Promise((resolve) => response.once('close', resolve))
  return { seen, wasCut: seen.length >= count }
}

const killsTheProcess: Reader = async (session, from, count) => {
  const env = { ...process.env, NODE_OPTIONS: '' } // it only reads: no need to look at what it sends
  const args = [READER, mcp, session, 'request' in from ? from.request : from.lastEventId]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (text.split('\n').length > count) child.kill('SIGKILL')
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  assert.ok(signal === 'SIGKILL' || code === 0, `the reader ended with ${code ?? signal}`)
  const lines = text.split('\n').slice(0, -1) // it may have died in the middle of one
  const seen = lines.map((line) => ({ id: line.slice(0, line.indexOf(' ')), data: line.slice(line.indexOf(' ') + 1) }))
  return { seen, wasCut: signal === 'SIGKILL' }
}

async function openSession(): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {} }
  const { headers } = await post(mcp, { jsonrpc: '2.0', id: 0, method: 'initialize', params })
  return headers['mcp-session-id'] as string
}

const total = { cuts: 0, kills: 0, live: 0, calls: 0, events: 0 }

/** Calls until it was cut often enough. */
async function run(client: number): Promise<void> {
  const random = createRandom(seed + client)
  const session = await openSession()
  let [cuts, kills] = [0, 0]

  /** One call, from its request to its answer: all events that were seen, on however many connections. */
  async function call(tag: string): Promise<Seen[]> {
    const params = { name: 'counts', arguments: { tag, stepMs: random(1, 4) }, _meta: { progressToken: tag } }
    let from: From = { request: JSON.stringify({ jsonrpc: '2.0', id: tag, method: 'tools/call', params }) }
    const all: Seen[] = []
    for (;;) {
      const mayCut = cuts < CUTS
      const isKill = mayCut && kills < KILLS && (CUTS - cuts <= KILLS - kills || random(1, 12) === 1)
      const read = isKill ? killsTheProcess : destroysTheSocket
      const { seen, wasCut } = await read(session, from, mayCut ? random(1, 8) : Infinity)
      all.push(...seen)
      if (seen.some(isAnswer)) return all
      assert.ok(wasCut, `the stream of ${tag} ended before its answer`)
      cuts++
      if (isKill) kills++
      if (running.has(tag)) total.live++
      from = { lastEventId: all.at(-1)!.id }
    }
  }

  for (let number = 1; cuts < CUTS; number++) {
    const tag = `${client}/${number}`
    const events = await call(tag)
    const [stream] = events[0]!.id.split('.')
    const ids = Array.from({ length: STEPS + 2 }, (_, n) => `${stream}.${n}`)
    const steps = Array.from({ length: STEPS }, (_, n) => `${tag}: ${n + 1}`)
    assert.deepEqual(
      events.map(({ id }) => id),
      ids,
    )
    assert.deepEqual(events.map(inShort), ['nothing', ...steps, `answer to ${tag}: ${tag}`])
    const rest = await openEvents(mcp, { 'mcp-session-id': session, 'last-event-id': ids.at(-1)! })
    await rest.ended
    assert.deepEqual([rest.status, rest.raw()], [200, ''], 'there is nothing after the answer')
    total.calls++
    total.events += events.length
  }
  total.cuts += cuts
  total.kills += kills
}

const isAnswer = ({ data }: Seen) => data.includes('"result"')

function inShort({ data }: Seen): string {
  if (data === '') return 'nothing'
  const { id, params, result } = JSON.parse(data) as Json
  return result ? `answer to ${id}: ${result.content[0].text}` : `${params.progressToken}: ${params.progress}`
}

test(
  `R-SH-17, T-47: 20 clients are cut 1,000 times, 60 of them by SIGKILL, and see each event once and in order (CUTS_SEED=${seed})`,
  { timeout: 300_000 },
  async (t) => {
    await Promise.all(Array.from({ length: CLIENTS }, (_, client) => run(client)))
    const { cuts, kills, live, calls, events } = total
    t.diagnostic(`${cuts} cuts (${kills} by SIGKILL, ${live} during the work), ${calls} calls, ${events} events`)
    assert.deepEqual([cuts, kills], [CLIENTS * CUTS, CLIENTS * KILLS])
    assert.ok(live > cuts / 4, `only ${live} cuts were made while the work was under way`)
  },
)
