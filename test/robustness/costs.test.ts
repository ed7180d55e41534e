// What a message costs, in counts that are the same on every machine.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net, { type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { serve } from '../../src/index.ts'
import { echo } from '../support/tools.ts'

/** What Node calls to hand bytes to the system: one call is one write, and on loopback one packet. */
const WRITES = ['writev', 'writeBuffer', 'writeUtf8String', 'writeLatin1String', 'writeAsciiString', 'writeUcs2String']

type Handle = Record<string, (...args: unknown[]) => unknown>

async function start(t: TestContext) {
  const running = await serve({ name: 'costs', version: '1', tools: [echo], listChanged: true, port: 0 })
  const sockets: Socket[] = []
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    return running.close()
  })
  let writes = 0
  running.server.on('connection', (socket: Socket) => {
    const handle = (socket as unknown as { _handle: Handle })._handle
    for (const name of WRITES) {
      const original = handle[name]!
      handle[name] = (...args) => {
        writes++
        return original.apply(handle, args)
      }
    }
  })
  const { port } = running.server.address() as net.AddressInfo
  return {
    running,
    /** How many writes there were since it was asked last. */
    writes: () => [writes, (writes = 0)][0]!,
    /** A connection that posts, and reads until what it waits for has come. */
    async connect() {
      const socket = net.connect(port, '127.0.0.1').setEncoding('latin1')
      sockets.push(socket)
      let text = ''
      socket.on('data', (some: string) => (text += some))
      const until = async (end: RegExp) => {
        while (!end.test(text)) await once(socket, 'data')
        return [text, (text = '')][0]!
      }
      return { socket, until }
    },
  }
}

const head = (path: string, body: object, more = '') => {
  const text = JSON.stringify(body)
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n${more}\r\n${text}`
}
const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text: 'over' } } }
const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
}
const VERSION = '2026-07-28'
const stateless = {
  ...call,
  params: {
    ...call.params,
    _meta: { 'io.modelcontextprotocol/protocolVersion': VERSION, 'io.modelcontextprotocol/clientCapabilities': {} },
  },
}
const STATELESS = `MCP-Protocol-Version: ${VERSION}\r\nMcp-Method: tools/call\r\nMcp-Name: echo\r\n`
const STREAM = 'Accept: text/event-stream\r\n'

test('an answer leaves in one write: JSON or stream, with a session or without', async (t) => {
  const { connect, writes } = await start(t)
  const { socket, until } = await connect()
  socket.write(head('/mcp', initialize))
  const session = `Mcp-Session-Id: ${/mcp-session-id: (\S+)/i.exec(await until(/\}$/))![1]!}\r\n`
  assert.equal(writes(), 1)
  for (const request of [
    head('/mcp', call, session),
    head('/mcp', call, session + STREAM),
    head('/mcp', stateless, STATELESS),
    head('/mcp', stateless, STATELESS + STREAM),
  ]) {
    socket.write(request)
    assert.match(await until(/"over".*\}\s*(0\s*)?$/s), /^HTTP\/1\.1 200 /)
    assert.equal(writes(), 1, request)
  }
})

test('over HTTP+SSE a call costs two writes: one for each connection', async (t) => {
  const { connect, writes } = await start(t)
  const [events, posts] = [await connect(), await connect()]
  events.socket.write('GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const path = /data: (\S+)/.exec(await events.until(/retry: 1000/))![1]!
  writes()
  posts.socket.write(head(path, { ...initialize, params: { ...initialize.params, protocolVersion: '2024-11-05' } }))
  await Promise.all([events.until(/"id":0/), posts.until(/Accepted$/)])
  assert.equal(writes(), 2)
  for (let i = 0; i < 3; i++) {
    posts.socket.write(head(path, call))
    await Promise.all([events.until(/"over"/), posts.until(/Accepted$/)])
    assert.equal(writes(), 2)
  }
})

test('a change is one write for each stream that hears of it', async (t) => {
  const { connect, writes, running } = await start(t)
  const streams = await Promise.all(Array.from({ length: 5 }, connect))
  for (const { socket, until } of streams) {
    socket.write('GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await until(/retry: 1000/)
  }
  writes()
  running.changes.publish({ kind: 'toolsListChanged' })
  await Promise.all(streams.map(({ until }) => until(/list_changed/)))
  assert.equal(writes(), 5)
})

test('fifty more streams need no timer of their own', async (t) => {
  const { connect } = await start(t)
  const open = async () => {
    const { socket, until } = await connect()
    socket.write('GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await until(/retry: 1000/)
  }
  await open()
  const intervals = t.mock.method(globalThis, 'setInterval')
  const timeouts = t.mock.method(globalThis, 'setTimeout')
  for (let i = 0; i < 50; i++) await open()
  assert.equal(intervals.mock.callCount() + timeouts.mock.callCount(), 0)
})
