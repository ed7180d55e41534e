// T-90: a server that is told to go answers what is under way, sends its readers away kindly, and is gone in time.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { test } from 'node:test'
import { defineTool, serve, type ServeOptions } from '../../src/index.ts'
import { connectHttpSse, openEvents, post } from '../support/wire.ts'
import { closedGate } from '../support/gate.ts'

/** A tool that runs until the test lets it go; `started` is fulfilled when so many calls of it run. */
function gated(calls = 1) {
  const [started, released] = [closedGate(), closedGate()]
  let running = 0
  const tool = defineTool({
    name: 'slow',
    inputSchema: { type: 'object' },
    async run() {
      if (++running === calls) started.open()
      await released.opened
      return 'done'
    },
  })
  return { tool, started: started.opened, release: released.open }
}

const start = (options: Partial<ServeOptions> = {}) =>
  serve({ name: 't', version: '1', port: 0, log: () => {}, ...options, limits: { keepAliveMs: 0, ...options.limits } })

const CALL = { name: 'slow' }
const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {} },
}
const body = (id: number, version = '2026-07-28') => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: {
    ...CALL,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': version,
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
})
const STATELESS = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'slow' }

test('T-90: the answer under way arrives; the reader is told when to come back, and its stream ends in good order', async () => {
  const { tool, started, release } = gated()
  const running = await start({ tools: [tool] })
  const client = await connectHttpSse(running.url)
  const answer = client.call('tools/call', CALL)
  await started
  const closed = running.close()
  release()
  assert.equal((await answer).result.content[0].text, 'done')
  await client.ended
  await closed
  const retries = [...client.raw().matchAll(/^retry: (\d+)$/gm)].map(([, ms]) => Number(ms))
  assert.equal(retries.length, 2) // the one of the beginning, and this one
  assert.ok(retries[1]! >= 1000 && retries[1]! < 5000, String(retries[1]))
})

test('T-90: two readers are not told the same instant', async () => {
  const running = await start()
  const clients = await Promise.all(Array.from({ length: 8 }, () => connectHttpSse(running.url)))
  await running.close()
  await Promise.all(clients.map(({ ended }) => ended))
  const waits = clients.map((client) =>
    client
      .raw()
      .match(/retry: \d+/g)!
      .at(-1),
  )
  assert.ok(new Set(waits).size > 1, waits.join())
})

test('T-90: a reader’s body ends with the last chunk: an end, not a cut', async () => {
  const running = await start()
  const socket = net.connect(Number(new URL(running.url).port), '127.0.0.1')
  let got = ''
  socket.on('data', (chunk) => (got += chunk.toString()))
  socket.write('GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n')
  while (!got.includes('retry: 1000')) await once(socket, 'data')
  await running.close()
  if (!socket.closed) await once(socket, 'close')
  assert.match(got, /retry: \d+\n\n\r\n0\r\n\r\n$/)
})

test('T-90: what takes longer than drainMs is answered -32603, "shutting down", in every era', async () => {
  const { tool, started, release } = gated(3)
  const running = await start({ tools: [tool], limits: { drainMs: 50 } })
  const mcp = `${running.url}/mcp`
  const { headers } = await post(mcp, initialize)
  const session = { 'mcp-session-id': headers['mcp-session-id'] as string }
  const client = await connectHttpSse(running.url)
  const answers = [
    client.call('tools/call', CALL),
    post(mcp, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: CALL }, session).then(({ text }) =>
      JSON.parse(text),
    ),
    post(mcp, body(1), STATELESS).then(({ text }) => JSON.parse(text)),
  ]
  await started
  const closed = running.close()
  for (const { error } of await Promise.all(answers))
    assert.deepEqual(error, {
      code: -32603,
      message: 'The server is shutting down. Try again in a moment.',
      data: { reason: 'shutting down' },
    })
  await closed
  release()
})

test('T-90: a request on a connection that is still open gets 503 and the connection closes', async () => {
  const { tool, started, release } = gated()
  const running = await start({ tools: [tool] })
  const socket = net.connect(Number(new URL(running.url).port), '127.0.0.1')
  const text = JSON.stringify(body(1))
  const head = Object.entries(STATELESS)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  const call = `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${head}Content-Length: ${text.length}\r\n\r\n${text}`
  let got = ''
  socket.on('data', (chunk) => (got += chunk.toString()))
  socket.write(call)
  await started
  const closed = running.close()
  const arrived = once(running.server, 'request')
  socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await arrived
  release()
  await closed
  if (!socket.closed) await once(socket, 'close')
  const [first, second] = got.split(/(?=HTTP\/1\.1 )/)
  assert.match(first!, /^HTTP\/1\.1 200 /)
  assert.match(second!, /^HTTP\/1\.1 503 [\s\S]*\r\nConnection: close\r\n/)
  assert.match(second!, /"reason":"shutting down"/)
})

test('T-90: a subscription ends with its notification and its result', async () => {
  const running = await start({ listChanged: true })
  const listen = { ...body(7), method: 'subscriptions/listen' }
  const params = { notifications: { toolsListChanged: true }, _meta: listen.params._meta }
  const stream = await openEvents(
    `${running.url}/mcp`,
    { ...STATELESS, 'mcp-method': 'subscriptions/listen', 'content-type': 'application/json' },
    JSON.stringify({ ...listen, params }),
  )
  await stream.message()
  const closed = running.close()
  assert.equal((await stream.message()).method, 'notifications/cancelled')
  assert.equal((await stream.message()).id, 7)
  await stream.ended
  await closed
})

test('T-90: who never reads does not hold the server longer than shutdownMs, and close may be asked for twice', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { tool, started } = gated()
  const running = await start({ tools: [tool], limits: { drainMs: 1, shutdownMs: 200 } })
  const socket = net.connect(Number(new URL(running.url).port), '127.0.0.1').pause()
  socket.on('error', () => {})
  socket.write(
    'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{',
  )
  const answer = post(`${running.url}/mcp`, body(1), STATELESS)
  await started
  let isClosed = false
  const closed = Promise.all([running.close(), running.close()]).then(() => (isClosed = true))
  t.mock.timers.tick(199)
  assert.match((await answer).text, /shutting down/)
  assert.equal(isClosed, false)
  t.mock.timers.tick(1)
  await closed
  socket.destroy()
})
