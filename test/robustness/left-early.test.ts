// Readers who leave before there is anything to read, and requests that want no body: nothing of them stays.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { after, test } from 'node:test'
import { defineTool, serve } from '../../src/index.ts'
import { site } from '../../src/app/site.ts'
import { intervalsOf } from '../support/intervals.ts'
import { post, request } from '../support/wire.ts'

const KEEP_ALIVE_MS = 12_345 // a number that no other timer has
let gone: Promise<unknown> = Promise.resolve()
const said = { resolve: (): void => {} }
const tools = [
  defineTool({
    name: 'late',
    inputSchema: { type: 'object' },
    async run(_args, { progress }) {
      await gone
      progress(1)
      setImmediate(() => said.resolve())
      return 'done'
    },
  }),
  defineTool({
    name: 'marked',
    inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } },
    run: () => 'done',
  }),
]
const { url, server, close } = await serve({
  name: 't',
  version: '1',
  port: 0,
  tools,
  fallback: site,
  limits: { keepAliveMs: KEEP_ALIVE_MS },
  log: () => {},
})
after(close)

/** What `readdir` itself holds is in both counts. */
const descriptors = () => fs.readdirSync('/proc/self/fd').length

test(
  'T-61: a HEAD, and a reader of a page who leaves, keep no file open',
  { skip: !fs.existsSync('/proc/self/fd') },
  async () => {
    const idle = () =>
      new Promise<void>((resolve) =>
        server.getConnections((_error, count) => (count === 0 ? resolve() : setImmediate(() => idle().then(resolve)))),
      )
    await request('HEAD', `${url}/`)
    await idle()
    const before = descriptors()
    for (let i = 0; i < 50; i++) {
      assert.equal((await request('HEAD', `${url}/`)).text, '')
      const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
      socket.on('error', () => {})
      const arrived = once(server, 'request')
      socket.write('GET /client.js HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await arrived
      socket.resetAndDestroy()
    }
    await request('GET', `${url}/client.js`) // one more file is read, after all of theirs
    await idle()
    assert.ok(descriptors() <= before + 2, `${before} before, ${descriptors()} after`)
  },
)

test('T-13, T-53: a call whose client left before its first word leaves no stream and no timer behind', async (t) => {
  const timers = intervalsOf(t, KEEP_ALIVE_MS)
  const initialize = {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {} },
  }
  const { headers } = await post(`${url}/mcp`, initialize)
  let leave = (): void => {}
  gone = new Promise<void>((resolve) => (leave = resolve))
  const over = new Promise<void>((resolve) => (said.resolve = resolve))
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'late', _meta: { progressToken: 1 } },
  })
  const arrived = once(server, 'request')
  socket.write(
    `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nMcp-Session-Id: ${String(headers['mcp-session-id'])}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  const [, response] = await arrived
  const closed = once(response, 'close')
  socket.destroy()
  await closed
  leave()
  await over
  assert.equal(timers.size, 0)
})

test('T-34: an argument that a header repeats, given as an object without a text, is the caller’s mistake', async () => {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const params = { name: 'marked', arguments: { region: { toString: 1, valueOf: 1 } }, _meta }
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'marked' }
  const { status, text } = await post(`${url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, headers)
  assert.deepEqual([status, JSON.parse(text).result?.isError], [200, true])
})

test('a page’s file that cannot be read to its end is 404, and the process lives', async () => {
  const { read } = fs
  const failing = ((...args: unknown[]) => {
    const done = args.at(-1) as (error: Error) => void
    setImmediate(done, Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }))
  }) as unknown as typeof read
  fs.read = failing
  const { readFile } = fs.promises
  fs.promises.readFile = (() => Promise.reject(new Error('EIO'))) as typeof readFile
  syncBuiltinESMExports()
  try {
    assert.equal((await request('GET', `${url}/style.css`)).status, 404)
  } finally {
    fs.read = read
    fs.promises.readFile = readFile
    syncBuiltinESMExports()
  }
  assert.equal((await request('GET', `${url}/style.css`)).status, 200)
})

test('T-48: who sends a GET behind a call and leaves before its turn holds no session', async () => {
  let start = (): void => {}
  const started = new Promise<void>((resolve) => (start = resolve))
  const slow = defineTool({
    name: 'slow',
    inputSchema: { type: 'object' },
    run: (_args, { signal }) => {
      start()
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve('stopped')))
    },
  })
  const small = await serve({
    name: 't',
    version: '1',
    port: 0,
    tools: [slow],
    limits: { maxSessions: 1 },
    log: () => {},
  })
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'slow', _meta } })
  const head = `Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
  const named = 'MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: slow'
  const socket = net.connect(Number(new URL(small.url).port), '127.0.0.1')
  socket.on('error', () => {})
  const [connection] = (await once(small.server, 'connection')) as [net.Socket]
  socket.write(`POST /mcp HTTP/1.1\r\n${head}\r\n${named}\r\n\r\n${body}GET /sse HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
  await started
  const closed = new Promise((resolve) => connection.once('close', resolve)) // not once(): a reset is an error first
  socket.resetAndDestroy()
  await closed
  await new Promise(setImmediate) // the turn passes on

  const next = await fetch(`${small.url}/sse`)
  assert.equal(next.status, 200)
  await next.body?.cancel()
  await small.close()
})
