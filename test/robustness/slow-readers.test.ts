// T-52, threats section 6: a reader who stops costs nobody else anything, and loses nothing that matters.
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import { after, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { defineTool, serve, type LogEntry, type ServeOptions } from '../../src/index.ts'
import { connectHttpSse, openEvents, post, type Json } from '../support/wire.ts'

const BLOCK = 'x'.repeat(2 ** 20)
const finished = new EventEmitter()

const large = defineTool({ name: 'large', inputSchema: { type: 'object' }, run: () => BLOCK })
const huge = defineTool({ name: 'huge', inputSchema: { type: 'object' }, run: () => BLOCK.repeat(12) })
const chatty = defineTool({
  name: 'chatty',
  inputSchema: { type: 'object' },
  run(_args, call) {
    for (let n = 1; n <= 10_000; n++) call.progress(n)
    for (let n = 1; n <= 10_000; n++) call.log('error', 'x'.repeat(200))
    finished.emit('done')
    return 'done'
  },
})

async function start(options: Partial<ServeOptions> = {}) {
  const logged: LogEntry[] = []
  const log = (entry: LogEntry) => void logged.push(entry)
  const tools = [large, huge, chatty]
  const limits = { keepAliveMs: 0, drainMs: 0, ...options.limits }
  const running = await serve({ name: 't', version: '1', port: 0, tools, log, ...options, limits })
  after(() => running.close())
  return { ...running, logged }
}

const call = (id: number, name: string, more: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, ...more },
})

test('T-52: while a reader lags, progress is merged, log messages are dropped, and the answers wait', async () => {
  const { url, logged } = await start({ limits: { maxUnreadBytes: 64 * 2 ** 20 } })
  const client = await connectHttpSse(url)
  client.pause()
  // Full: what the kernel takes, and then some.
  for (let id = 1; id <= 24; id++) await client.post(call(id, 'large'))
  const done = once(finished, 'done')
  await client.post(call(25, 'chatty', { _meta: { progressToken: 'p' } }))
  await done
  client.resume()
  const seen: Json[] = []
  const answered = () => new Set(seen.flatMap(({ id }) => id ?? []))
  while (answered().size < 25) seen.push(await client.message())
  assert.deepEqual(
    seen.filter(({ method }) => method).map(({ method, params }) => [method, params.progress]),
    [['notifications/progress', 10_000]],
  )
  assert.deepEqual(logged, [])
  client.destroy()
})

test('T-52: over HTTP+SSE the session of a reader who never reads ends, with one line in the log; the others notice nothing', async () => {
  const { url, logged } = await start()
  const [slow, other] = [await connectHttpSse(url), await connectHttpSse(url)]
  slow.pause()
  for (let id = 1; id <= 64; id++) {
    const { status } = await slow.post(call(id, 'large'))
    if (status === 404) break
    assert.equal(status, 202)
  }
  const { status, text } = await slow.post(call(65, 'large'))
  assert.equal(status, 404)
  assert.match(text, /Open GET \/sse again/)
  const lines = logged.filter(({ reason }) => reason === 'slow-reader')
  assert.equal(lines.length, 1)
  assert.equal(lines[0]!.level, 'warn')
  assert.ok((lines[0]!['unread'] as number) > 2 ** 20)
  assert.equal((await other.call('ping')).id, 1)
  other.destroy()
  slow.destroy()
})

test('T-52: a Streamable session outlives its slow reader, and the replay store has the answer', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { url, server, logged } = await start()
  const mcp = `${url}/mcp`
  const params = { protocolVersion: '2025-11-25', capabilities: {} }
  const { headers } = await post(mcp, { jsonrpc: '2.0', id: 0, method: 'initialize', params })
  const session = { 'mcp-session-id': headers['mcp-session-id'] as string }
  const json = { 'content-type': 'application/json', accept: 'text/event-stream', ...session }
  const connected = once(server, 'connection')
  const slow = await openEvents(mcp, json, JSON.stringify(call(1, 'huge')))
  const [connection] = (await connected) as [Socket]
  const primed = (await slow.event()).lastEventId
  slow.pause()
  // Half a minute of not reading, as soon as the answer waits.
  for (; !connection.destroyed; await setImmediate()) t.mock.timers.tick(10_000)
  t.mock.timers.reset()
  assert.deepEqual(
    logged.map(({ reason }) => reason),
    ['slow-reader'],
  )
  slow.destroy()
  const resumed = await openEvents(mcp, { ...session, 'last-event-id': primed })
  const answer = await resumed.message()
  assert.deepEqual([answer.id, answer.result.content[0].text.length], [1, 12 * BLOCK.length])
  await resumed.ended
})
