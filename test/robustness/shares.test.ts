// One principal cannot take all there is: the other half is for the others.
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test, type TestContext } from 'node:test'
import { Budget } from '../../src/bounds/budget.ts'
import { serve, type Principal, type ServeOptions } from '../../src/index.ts'
import { openEvents, post, type OpenStream } from '../support/wire.ts'

const auth = {
  authorize: ({ headers }: IncomingMessage): Principal => ({
    issuer: 'i',
    subject: String(headers.authorization),
    ...(headers.authorization === 'shared' && { isShared: true }),
  }),
}
async function start(t: TestContext, options: Partial<ServeOptions>) {
  const running = await serve({ name: 't', version: '1', port: 0, log() {}, listChanged: true, auth, ...options })
  t.after(() => running.close())
  return running
}

test('HTTP+SSE streams: half of the places for one principal, the rest for others; all, where many share a name', async (t) => {
  const { url } = await start(t, { limits: { maxSessions: 4 } })
  const open = (authorization: string) => openEvents(`${url}/sse`, { authorization })
  const streams: OpenStream[] = []
  const statuses = async (authorization: string, count: number) => {
    for (let n = 0; n < count; n++) streams.push(await open(authorization))
    return streams.slice(-count).map(({ status }) => status)
  }
  assert.deepEqual(await statuses('ann', 3), [200, 200, 503])
  assert.deepEqual(await statuses('ben', 3), [200, 200, 503])
  assert.deepEqual(await statuses('cid', 1), [503])
  for (const stream of streams) stream.destroy()
  const other = await start(t, { limits: { maxSessions: 4 } })
  const shared = []
  for (let n = 0; n < 5; n++) shared.push(await openEvents(`${other.url}/sse`, { authorization: 'shared' }))
  assert.deepEqual(
    shared.map(({ status }) => status),
    [200, 200, 200, 200, 503],
  )
  for (const stream of shared) stream.destroy()
})

test('Streamable sessions: beyond its half a principal ends its own idlest, nobody else’s', async (t) => {
  const { url } = await start(t, { limits: { maxSessions: 4 } })
  const initialize = async (authorization: string) => {
    const params = { protocolVersion: '2025-11-25', capabilities: {} }
    const body = { jsonrpc: '2.0', id: 0, method: 'initialize', params }
    const { headers } = await post(`${url}/mcp`, body, { authorization })
    return headers['mcp-session-id'] as string
  }
  const ping = async (authorization: string, id: string) =>
    (await post(`${url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'ping' }, { authorization, 'mcp-session-id': id }))
      .status
  const ben = await initialize('ben')
  const first = await initialize('ann')
  for (let n = 0; n < 5; n++) await initialize('ann')
  assert.equal(await ping('ben', ben), 200)
  assert.equal(await ping('ann', first), 404)
})

test('subscriptions: half of them for one principal', async (t) => {
  const { url } = await start(t, { limits: { maxListens: 4 } })
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'subscriptions/listen',
    params: { notifications: { toolsListChanged: true }, _meta: meta },
  })
  const listen = (authorization: string) =>
    openEvents(
      `${url}/mcp`,
      {
        authorization,
        'content-type': 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'subscriptions/listen',
      },
      body,
    )
  const streams = []
  for (const who of ['ann', 'ann', 'ann', 'ben', 'ben', 'cid']) streams.push(await listen(who))
  assert.deepEqual(
    streams.map(({ status }) => status),
    [200, 200, 503, 200, 200, 503],
  )
  for (const stream of streams) stream.destroy()
})

test('bytes: half of all for one caller, and what is given back is there again', () => {
  const budget = new Budget(100)
  assert.deepEqual(
    [budget.take('a', 50), budget.take('a', 1), budget.take('b', 50), budget.take('c', 1)],
    [true, false, true, false],
  )
  const other = new Budget(100)
  assert.deepEqual([other.take('a', 30), other.take('b', 60), other.take('c', 60)], [true, true, false])
  assert.equal(new Budget(100).take('a', 101), true, 'one alone may be larger than all')
  budget.add('a', -50)
  assert.deepEqual([budget.take('b', 1), budget.take('c', 50), budget.take('a', 1)], [false, true, false])
})
