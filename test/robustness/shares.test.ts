// One principal cannot take all there is: the other half is for the others.
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test, type TestContext } from 'node:test'
import { Budget } from '../../src/bounds/budget.ts'
import { defineTool, serve, type Principal, type ServeOptions } from '../../src/index.ts'
import { createCaller } from '../../src/mcp/request/client.ts'
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

test('calls: half of those that may run for one principal, all of them where many share a name', async (t) => {
  let begun = () => {}
  const pending: (() => void)[] = []
  const tools = [
    defineTool({
      name: 'slow',
      inputSchema: { type: 'object' },
      run: () =>
        new Promise<string>((resolve) => {
          pending.push(() => resolve('done'))
          begun()
        }),
    }),
  ]
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'slow', _meta } }
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'slow' }
  for (const [callers, refused] of [
    [
      ['ann', 'ann', 'ann', 'ben', 'ben', 'cid'],
      [2, 5],
    ],
    [['shared', 'shared', 'shared', 'shared', 'shared'], [4]],
  ] as const) {
    const { url } = await start(t, { tools, limits: { maxRunning: 4 } })
    const answers: Promise<unknown>[] = []
    const busy: number[] = []
    for (const [index, authorization] of callers.entries()) {
      const began = new Promise<undefined>((resolve) => (begun = () => resolve(undefined)))
      const answer = post(`${url}/mcp`, call, { ...headers, authorization })
      answers.push(answer)
      const early = await Promise.race([answer, began])
      if (!early) continue
      assert.match(early.text, /"reason":"busy"/)
      busy.push(index)
    }
    assert.deepEqual(busy, refused)
    for (const end of pending.splice(0)) end()
    await Promise.all(answers)
  }
})

test('callers of one IPv6 network are one, and of two are two; an IPv4 address in IPv6 is one by itself', () => {
  const keys = (...addresses: string[]) => new Set(addresses.map((one) => createCaller(undefined, one).key)).size
  assert.equal(keys('2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:db8:1:2:3:4:5:6'), 1)
  assert.equal(keys('2001:db8:1:2::1', '2001:db8:1:3::1', '::1', '192.0.2.1', '192.0.2.2'), 5)
  assert.equal(keys('::ffff:192.0.2.1', '::ffff:192.0.2.2'), 2)
  assert.equal(keys('a:b:c:d:e', 'a:b:c:d:f'), 2, 'what is no address stays as it is')
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
