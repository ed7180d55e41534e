// 10,000 sessions that nobody ends, and what is left of them: run with --expose-gc, it prints what it measured as JSON.
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import http, { type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTool, serve } from '../../src/index.ts'
import { openEvents } from './wire.ts'

const [EACH, AT_ONCE, IDLE_MS] = [5_000, 20, 2_000]
const FDS = '/proc/self/fd'

const steps = defineTool({
  name: 'steps',
  inputSchema: { type: 'object' },
  run(_args, { progress }) {
    for (let n = 1; n <= 5; n++) progress(n)
    return 'x'.repeat(500)
  },
})
const { url, close } = await serve({
  name: 't',
  version: '1',
  port: 0,
  tools: [steps],
  limits: { sessionIdleMs: IDLE_MS, handshakeIdleMs: IDLE_MS, maxSessions: 2 * EACH },
  log: () => {},
})
let agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE })

async function ask(method: string, path: string, headers: http.OutgoingHttpHeaders = {}, message?: object) {
  const type = message && { 'content-type': 'application/json' }
  const sent = http.request(url + path, { method, agent, headers: { ...headers, ...type } })
  sent.end(message && JSON.stringify({ jsonrpc: '2.0', ...message }))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'close')
  return response
}

const call = { id: 1, method: 'tools/call', params: { name: 'steps', arguments: {}, _meta: { progressToken: 1 } } }
const hello = (protocolVersion: string) => ({
  id: 0,
  method: 'initialize',
  params: { protocolVersion, capabilities: {} },
})

/** A client of HTTP+SSE whose connection is cut; every second one with an answer on the way. */
async function cut(n: number): Promise<void> {
  const stream = await openEvents(`${url}/sse`)
  const endpoint = (await stream.event()).data
  if (n % 2 === 0) await ask('POST', endpoint, {}, hello('2024-11-05'))
  if (n % 4 === 0) await ask('POST', endpoint, {}, call)
  stream.destroy()
}

const abandoned: string[] = []

/** A client of Streamable HTTP that never comes back: after its handshake, after an answer, or off its own stream. */
async function leave(n: number): Promise<void> {
  const { headers } = await ask('POST', '/mcp', {}, hello('2025-11-25'))
  const id = headers['mcp-session-id'] as string
  abandoned.push(id)
  if (n % 2 === 0) return
  await ask('POST', '/mcp', { 'mcp-session-id': id }, call)
  if (n % 5 > 0) return
  const stream = await openEvents(`${url}/mcp`, { 'mcp-session-id': id, accept: 'text/event-stream' })
  await stream.event()
  stream.destroy()
}

async function many(count: number, life: (n: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await life(next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** Whether the session was there still. It is not any more: whoever asks in another way keeps it alive. */
const wasThere = async (id: string) => (await ask('DELETE', '/mcp', { 'mcp-session-id': id })).statusCode === 204

/** Waits for the store to forget by itself, and says how many of the sessions had to be asked for that. */
async function forgotten(): Promise<number> {
  let asked = 0
  while (await wasThere(abandoned.pop()!)) {
    asked++
    await sleep(250)
  }
  for (const id of abandoned.splice(0)) if (await wasThere(id)) throw new Error(`${id} is there still`)
  return asked
}

interface State {
  heap: number
  resources: Record<string, number>
  files: number
}

/** What the process holds, without connections that wait for a next request. */
async function state(): Promise<State> {
  agent.destroy()
  agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const resources: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
  for (let round = 0; round < 3; round++) {
    globalThis.gc!()
    await sleep(10)
  }
  const files = existsSync(FDS) ? readdirSync(FDS).length : 0
  return { heap: process.memoryUsage().heapUsed, resources, files }
}

/** The same once connections that were cut are closed on both sides, or what is left of them after 1,000 looks. */
async function settled(like?: State): Promise<State> {
  let now = await state()
  const same = ({ resources, files }: State) =>
    !like || (files <= like.files && JSON.stringify(resources) === JSON.stringify(like.resources))
  for (let looks = 0; looks < 1_000 && !same(now); looks++) {
    await sleep(50)
    now = await state()
  }
  return now
}

await many(200, cut)
await many(200, leave)
for (const id of abandoned.splice(0)) await wasThere(id)
await state()
await sleep(500)
const before = await settled()
await many(EACH, cut)
const afterCuts = await settled(before)
await many(EACH, leave)
const held = await settled(before)
const asked = await forgotten()
const after = await settled(before)
await close()
console.log(JSON.stringify({ each: EACH, before, afterCuts, held, asked, after }))
