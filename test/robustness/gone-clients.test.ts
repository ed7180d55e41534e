// What is done for a client that has gone: it holds nothing, and what it asked for and nobody waits for is not begun.
import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import net from 'node:net'
import { test, type TestContext } from 'node:test'
import { createMcpHandler, defineTool, serve } from '../../src/index.ts'
import { watchSlowReader } from '../../src/sse/index.ts'
import { intervalsOf } from '../support/intervals.ts'
import { post, type Json } from '../support/wire.ts'

const accept = 'application/json, text/event-stream'
const LARGE = 'x'.repeat(100_000)
const UNREAD_MS = 77_777 // a number that no other timer has

/** A server whose tool `late` answers at length once its client has gone, and the session to call it in. */
async function start(t: TestContext, acts: { progress?: boolean } = {}) {
  const events = new EventEmitter()
  const server = await serve({
    name: 't',
    version: '1',
    port: 0,
    log() {},
    limits: { unreadMs: UNREAD_MS, maxUnreadBytes: 300_000, maxUnreadTotal: 300_000 },
    tools: [
      defineTool({
        name: 'late',
        inputSchema: { type: 'object' },
        async run(_args, { progress }) {
          const go = once(events, 'go')
          events.emit('begun')
          await go
          if (acts.progress) progress(1)
          setImmediate(() => events.emit('said'))
          return LARGE
        },
      }),
      defineTool({ name: 'large', inputSchema: { type: 'object' }, run: () => LARGE }),
    ],
  })
  t.after(() => server.close())
  const initialize = { protocolVersion: '2025-11-25', capabilities: {} }
  const opened = await post(`${server.url}/mcp`, { jsonrpc: '2.0', id: 0, method: 'initialize', params: initialize })
  const session = { accept, 'mcp-session-id': String(opened.headers['mcp-session-id']) }
  const call = (name: string) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, _meta: META } })
  const META = { progressToken: 'p' }

  /** Calls `late`, and has it answer once the server knows that the client has gone. */
  async function leave(): Promise<void> {
    const body = JSON.stringify(call('late'))
    const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => {})
    const [connection] = (await once(server.server, 'connection')) as [net.Socket]
    const head = `Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
    const begun = once(events, 'begun')
    socket.write(`POST /mcp HTTP/1.1\r\n${head}\r\nAccept: ${accept}\r\nMcp-Session-Id: ${session['mcp-session-id']}`)
    socket.write(`\r\n\r\n${body}`)
    await begun
    const closed = new Promise((resolve) => connection.once('close', resolve))
    socket.resetAndDestroy()
    await closed
    const said = once(events, 'said')
    events.emit('go')
    await said
    await new Promise(setImmediate)
  }
  return { ...server, leave, large: () => post(`${server.url}/mcp`, call('large'), session) }
}

test('long answers to clients who have gone take no room from those who read, and leave no timer', async (t) => {
  const { leave, large } = await start(t)
  const timers = intervalsOf(t, UNREAD_MS / 3)
  for (let i = 0; i < 6; i++) await leave()
  assert.equal(timers.size, 0)
  const answer = await large()
  assert.equal(answer.status, 200)
  assert.ok(answer.text.includes(LARGE))
})

test('a stream that is opened for a client who has gone is not counted as open', async (t) => {
  const { leave } = await start(t, { progress: true })
  let open = 0
  const onOpen = () => void open++
  const onClose = () => void open--
  const [opening, closing] = [channel('tracing:sse-mcp:stream:start'), channel('tracing:sse-mcp:stream:asyncEnd')]
  opening.subscribe(onOpen)
  closing.subscribe(onClose)
  t.after(() => {
    opening.unsubscribe(onOpen)
    closing.unsubscribe(onClose)
  })
  await leave()
  assert.equal(open, 0)
})

test('the reader of a response that is closed is not watched', () => {
  const response = { destroyed: true, writableLength: 1, on: assert.fail, once: assert.fail, off: assert.fail }
  watchSlowReader(response as unknown as ServerResponse, 1, assert.fail)()
})

test('2026-07-28: what a client asked who left before the handler was called is not begun, and holds no place', async (t) => {
  let runs = 0
  const handler = createMcpHandler({
    name: 't',
    version: '1',
    listChanged: true,
    limits: { maxListens: 1 },
    tools: [defineTool({ name: 'act', inputSchema: { type: 'object' }, run: () => `run ${++runs}` })],
  })
  const events = new EventEmitter()
  const server = createServer((request: IncomingMessage & { body?: unknown }, response) => {
    void (async () => {
      let text = ''
      for await (const chunk of request.setEncoding('utf8')) text += chunk
      request.body = JSON.parse(text) as unknown
      if (request.headers['x-leaves']) {
        const closed = once(response, 'close')
        events.emit('read')
        await closed
      }
      await handler(request, response)
      events.emit('served')
    })()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    await handler.close()
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/mcp`
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const ask = (method: string, params: Json, more: { headers?: object; signal?: AbortSignal } = {}) =>
    fetch(url, {
      method: 'POST',
      headers: {
        accept,
        'content-type': 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        ...(params.name && { 'mcp-name': params.name }),
        ...more.headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }),
      ...(more.signal && { signal: more.signal }),
    })
  for (const [method, params] of [
    ['tools/call', { name: 'act' }],
    ['subscriptions/listen', { notifications: { toolsListChanged: true } }],
  ] as const) {
    const leaving = new AbortController()
    const [read, served] = [once(events, 'read'), once(events, 'served')]
    const left = ask(method, params, { headers: { 'x-leaves': 'yes' }, signal: leaving.signal })
    await read
    leaving.abort()
    await assert.rejects(left)
    await served
  }
  const answer: Json = await (await ask('tools/call', { name: 'act' })).json()
  assert.equal(answer.result.content[0].text, 'run 1')
  const listening = await ask('subscriptions/listen', { notifications: { toolsListChanged: true } })
  assert.equal(listening.status, 200)
  await listening.body?.cancel()
})

test('a call that is cancelled while it waits for its schema is not begun', async (t) => {
  let runs = 0
  const server = await serve({
    name: 't',
    version: '1',
    port: 0,
    log() {},
    tools: [defineTool({ name: 'act', inputSchema: { type: 'object' }, run: () => `run ${++runs}` })],
  })
  t.after(() => server.close())
  const params = { protocolVersion: '2025-03-26', capabilities: {} }
  const opened = await post(`${server.url}/mcp`, { jsonrpc: '2.0', id: 0, method: 'initialize', params }, { accept })
  const session = { accept, 'mcp-session-id': String(opened.headers['mcp-session-id']) }
  const call = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'act' } }
  const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }
  await post(`${server.url}/mcp`, [{ ...call, id: 1 }, cancel], session)
  assert.equal(runs, 0)
  assert.match((await post(`${server.url}/mcp`, { ...call, id: 2 }, session)).text, /run 1/)
})
