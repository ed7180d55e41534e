// The body of a POST, whoever has had it in hands before us: no request goes without an answer.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { after, test } from 'node:test'
import { createMcpHandler, type LogEntry } from '../../../src/index.ts'
import { post } from '../../support/wire.ts'

type Posted = IncomingMessage & { body?: unknown; originalUrl?: unknown }

const lines: LogEntry[] = []
const mcp = createMcpHandler({
  name: 't',
  version: '1',
  limits: { maxBodyBytes: 100_000 },
  log: (entry) => void lines.push(entry),
})

/** A server in which something else sees each request before the handler does. */
async function behind(before: (request: Posted) => unknown): Promise<string> {
  const server = createServer((request, response) => {
    const later = before(request)
    if (later instanceof Promise) void later.then(() => mcp(request, response))
    else void mcp(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Reads all, and leaves what `parse` makes of it. */
const parser = (parse: (bytes: Buffer) => unknown) =>
  behind(async (request) => {
    request.body = parse(await readAll(request))
  })

const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 't', version: '1' } },
}
const TEXT = JSON.stringify(initialize)
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const withParams = (json: string) => `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${json}}}`

const parsed = {
  'a value': await parser((bytes) => (bytes.length > 0 ? JSON.parse(bytes.toString()) : {})),
  text: await parser((bytes) => bytes.toString()),
  bytes: await parser((bytes) => bytes),
  'bytes that are no Buffer': await parser((bytes) => new Uint8Array(bytes)),
  'bytes in the midst of others': await parser((bytes) => Buffer.concat([Buffer.from('x'), bytes]).subarray(1)),
}

for (const [what, url] of Object.entries(parsed))
  test(`behind a parser that leaves ${what}, a body is what it is in bytes`, async () => {
    const opened = await post(`${url}/mcp`, TEXT)
    assert.equal(opened.status, 200)
    const session = { 'mcp-session-id': String(opened.headers['mcp-session-id']) }
    const send = async (text: string) => {
      const answer = await post(`${url}/mcp`, text, session)
      return [answer.status, answer.text && JSON.parse(answer.text)] as const
    }
    assert.equal((await send('{"jsonrpc":"2.0","id":"é😀","method":"ping"}'))[1].id, 'é😀')
    assert.equal((await send('{"jsonrpc":"2.0","method":"notifications/initialized"}'))[0], 202)
    assert.equal((await send('[{"jsonrpc":"2.0","id":1,"method":"ping"}]'))[0], 200)
    assert.equal((await send(`[${Array(101).fill('{"jsonrpc":"2.0","id":1,"method":"ping"}').join()}]`))[0], 400)
    assert.equal((await send(withParams(nested(62))))[0], 200)
    for (const depth of [63, 1000, 49_000]) {
      const [status, { error }] = await send(withParams(nested(depth)))
      assert.deepEqual([status, error.code, /64 levels/.test(error.message)], [400, -32600, true], `${depth} levels`)
    }
    for (const id of [`"${'x'.repeat(1025)}"`, '9007199254740993', '1.5', 'null', '{}', '1e400'])
      assert.deepEqual((await send(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`))[0], 400, id)
    for (const text of ['null', '1', 'true', '"text"', '{}', '[]', '{"__proto__":{"jsonrpc":"2.0","method":"ping"}}'])
      assert.equal((await send(text))[0], 400, text)
    const other = await post(`${url}/mcp`, TEXT, { 'content-type': 'text/plain' })
    assert.equal(other.status, 415)
  })

test('bytes that a parser leaves are weighed, and must be UTF-8', async () => {
  const big = await parser(() => Buffer.alloc(100_001, ' '))
  const bigText = await parser(() => ' '.repeat(100_001))
  const bigValue = await parser(() => ({ ...initialize, more: 'x'.repeat(100_001) }))
  for (const url of [big, bigText, bigValue]) assert.equal((await post(`${url}/mcp`, TEXT)).status, 413)
  const latin1 = await parser(() => Buffer.from('{"jsonrpc":"2.0","id":"é","method":"ping"}', 'latin1'))
  assert.match((await post(`${latin1}/mcp`, TEXT)).text, /not UTF-8/)
})

test('a parser has undone the coding of the content', async () => {
  const url = await parser((bytes) => JSON.parse(bytes.toString()))
  assert.equal((await post(`${url}/mcp`, TEXT, { 'content-encoding': 'gzip' })).status, 200)
  const plain = await behind(() => {})
  assert.equal((await post(`${plain}/mcp`, TEXT, { 'content-encoding': 'gzip' })).status, 415)
})

class Form {
  field = 'value'
}

const circle: { self?: unknown } = {}
circle.self = circle

for (const [what, left] of Object.entries({
  nothing: undefined,
  'a function': () => '{}',
  'a stream': new ReadableStream(),
  'a promise': Promise.resolve({}),
  'a form': new Form(),
  'a circle': circle,
  'a BigInt': { id: 1n },
}))
  test(`behind a parser that leaves ${what}, the answer is 500 at once, and the log names cause and cure`, async () => {
    const url = await parser(() => left)
    lines.length = 0
    const answer = await post(`${url}/mcp`, TEXT)
    assert.deepEqual([answer.status, JSON.parse(answer.text).error.code], [500, -32603])
    const said = lines.map(({ level, reason, message }) => [level, reason, /before body parsers/.test(String(message))])
    assert.deepEqual(said, [['error', 'body-already-read', true]])
  })

test('over HTTP+SSE too', async () => {
  for (const [url, status] of [
    [parsed['a value'], 202],
    [await parser(() => undefined), 500],
  ] as const) {
    const stream = await fetch(`${url}/sse`)
    const reader = stream.body!.getReader()
    const { value } = await reader.read()
    const endpoint = /data: (.*)/.exec(Buffer.from(value!).toString())![1]!
    const answer = await post(url + endpoint, { jsonrpc: '2.0', id: 1, method: 'ping' })
    assert.equal(answer.status, status)
    await reader.cancel()
  }
})

test('a body that has nothing is no JSON, whether or not somebody has looked', async () => {
  for (const url of [
    await behind(() => {}),
    await behind((request) => {
      request.body = {} // Express 4, where there is nothing to parse
    }),
    await parser(() => undefined),
  ]) {
    const answer = await post(`${url}/mcp`, '')
    assert.deepEqual([answer.status, JSON.parse(answer.text).error.code], [400, -32700])
  }
})

const onceRead = async (request: IncomingMessage) => {
  await once(request, 'data')
}

for (const [what, status, before] of [
  ['has touched nothing', 200, () => {}],
  ['left a body but did not read', 200, (request) => void (request.body = { not: 'this' })],
  ['paused it and went away', 200, (request) => void request.pause()],
  ['wanted text', 200, (request) => void request.setEncoding('utf8')],
  ['wanted it in base64', 200, (request) => void request.setEncoding('base64')],
  ['counts its bytes', 200, (request) => void request.on('data', () => {})],
  [
    'writes it to something that takes one byte and no more',
    200,
    (request) => void request.pipe(new Writable({ highWaterMark: 1, write() {} })),
  ],
  ['pauses it whenever something comes', 200, (request) => void request.on('data', () => request.pause())],
  [
    'let it run off',
    500,
    async (request) => {
      request.resume()
      await once(request, 'end')
    },
  ],
  [
    'took the first piece',
    500,
    async (request) => {
      await onceRead(request)
      request.pause()
    },
  ],
  ['listens for what is readable', 500, (request) => void request.on('readable', () => {})],
  ['iterates over it at the same time', 500, (request) => void readAll(request).catch(() => {})],
  ['destroyed it', 0, (request) => void request.destroy()],
  ['destroys it while it comes', 0, (request) => void request.on('data', () => request.destroy())],
] as [string, number, (request: Posted) => unknown][])
  test(`no request hangs behind one who ${what}`, async () => {
    const url = await behind(before)
    const sent = post(`${url}/mcp`, TEXT)
    if (status === 0) await assert.rejects(sent, { code: 'ECONNRESET' })
    else assert.equal((await sent).status, status)
  })

test('a body that ends early is no request, and nothing waits for the rest', async () => {
  const server = createServer()
  const handled = new Promise<void>((resolve) =>
    server.on('request', (request, response) => void Promise.resolve(mcp(request, response)).then(resolve)),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  const head = 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{'
  socket.write(head)
  await once(server, 'request')
  socket.destroy()
  await handled
  server.close()
})

test('where a framework has mounted the handler, the endpoint event says so: its path on this host and nothing else', async () => {
  const endpoint = async (url: string, originalUrl: unknown, publicUrl?: string) => {
    const handler = createMcpHandler({ name: 't', version: '1', log() {}, ...(publicUrl && { publicUrl }) })
    const server = createServer((request, response) => {
      Object.assign(request, { url, originalUrl })
      void handler(request, response)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const reader = response.body!.getReader()
    const { value } = await reader.read()
    await reader.cancel()
    await handler.close()
    server.close()
    return /data: (.*)\?sessionId=/.exec(Buffer.from(value!).toString())?.[1]
  }
  for (const [url, originalUrl, expected] of [
    ['/sse', undefined, '/messages'],
    ['/sse', '/sse', '/messages'],
    ['/sse', '/api/sse', '/api/messages'],
    ['/sse/', '/api/v1/sse/?x=1', '/api/v1/messages'],
    ['/sse?a=/b', '/api/sse?a=/b', '/api/messages'],
    ['/sse', 'http://evil.example/api/sse', '/api/messages'],
    ['/sse', '//evil.example/sse', '/messages'],
    ['/sse', '/\\evil.example/sse', '/messages'],
    ['/sse', '///sse', '/messages'],
    ['/sse', 'http://evil.example//evil.example/sse', '/messages'],
    ['/sse', '/a b\n/sse', '/messages'],
    ['/sse', '/elsewhere', '/messages'],
    ['/sse', 42, '/messages'],
  ] as const)
    assert.equal(await endpoint(url, originalUrl), expected, String(originalUrl))
  assert.equal(await endpoint('/sse', '/api/sse', 'https://mcp.example/behind'), '/behind/messages')
  assert.equal(await endpoint('/behind/sse', '/behind/sse', 'https://mcp.example/behind/'), '/behind/messages')
  assert.equal(await endpoint('/sse', '/api/sse', 'https://mcp.example'), '/messages')
})
