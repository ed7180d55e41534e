// The fetch face: what goes in is a Request, what comes out a Response, to the byte.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { createFetchHandler, type FetchOptions } from '../../../src/fetch/index.ts'
import { FetchResponse } from '../../../src/fetch/response.ts'
import { bearerToken } from '../../../src/auth/index.ts'
import { defineTool, type LogEntry, type Principal } from '../../../src/index.ts'
import { closedGate } from '../../support/gate.ts'
import type { Json } from '../../support/wire.ts'

const NEWEST = '2026-07-28'
const JSON_TYPE = { 'content-type': 'application/json' }

const echo = defineTool({
  name: 'echo',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  run: ({ text = '' }) => text,
})
const counts = defineTool({
  name: 'counts',
  inputSchema: { type: 'object' },
  run(_args, call) {
    for (const n of [1, 2, 3]) call.progress(n, 3)
    return 'counted'
  },
})

interface Face {
  log: LogEntry[]
  fetch(path: string, init?: RequestInit & { duplex?: 'half' }, info?: unknown): Promise<Response>
  post(body: unknown, headers?: Record<string, string>, more?: RequestInit): Promise<Response>
  changes: ReturnType<typeof createFetchHandler>['changes']
  close(): Promise<void>
}

function face(t: TestContext, options: Partial<FetchOptions> = {}, base = 'http://localhost:3000'): Face {
  const log: LogEntry[] = []
  const handler = createFetchHandler({
    name: 'test',
    version: '1',
    tools: [echo, counts],
    log: (entry) => log.push(entry),
    ...options,
  })
  t.after(() => handler.close())
  const ask: Face['fetch'] = (path, init, info) => handler(new Request(base + path, init), info)
  return {
    log,
    changes: handler.changes,
    close: () => handler.close(),
    fetch: ask,
    post: (body, headers = {}, more = {}) =>
      ask('/mcp', {
        method: 'POST',
        headers: { ...JSON_TYPE, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...more,
      }),
  }
}

const initialize = (protocolVersion = '2025-11-25') => ({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 't', version: '1' } },
})

async function session(server: Face, version = '2025-11-25'): Promise<Record<string, string>> {
  const opened = await server.post(initialize(version))
  assert.equal(opened.status, 200)
  return { 'mcp-session-id': opened.headers.get('mcp-session-id')!, 'mcp-protocol-version': version }
}

/** A request of the newest revision, and the headers that repeat it. */
function stateless(method: string, params: Record<string, unknown> = {}, meta: object = {}) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': NEWEST,
    'io.modelcontextprotocol/clientCapabilities': {},
    ...meta,
  }
  const name = params['name']
  return {
    body: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } },
    headers: {
      'mcp-protocol-version': NEWEST,
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': name }),
    },
  }
}

/** The text of a body, piece by piece. */
function reading(response: Response) {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  return {
    next: async () => (await reader.read()).value,
    cancel: () => reader.cancel(),
  }
}

/** A body that gives what it is told to, and tells whether it was asked for more. */
function bodyOf(pieces: (string | Promise<string>)[]) {
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = await pieces.shift()
        if (piece === undefined) controller.close()
        else controller.enqueue(new TextEncoder().encode(piece))
      },
    },
    { highWaterMark: 0 },
  )
  return { method: 'POST', headers: JSON_TYPE, body, duplex: 'half' as const }
}

const never = new Promise<never>(() => {})

test('a whole answer is one body with its length', async (t) => {
  const server = face(t)
  const response = await server.post(initialize())
  const text = await response.text()
  assert.equal(response.headers.get('content-type'), 'application/json')
  assert.equal(response.headers.get('content-length'), String(Buffer.byteLength(text)))
  assert.equal(JSON.parse(text).result.serverInfo.name, 'test')
})

test('every revision is served: a session, its standalone stream, its end', async (t) => {
  const server = face(t)
  for (const version of ['2025-03-26', '2025-06-18', '2025-11-25']) {
    const headers = await session(server, version)
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text: 'é€😀' } } }
    const answered = (await (await server.post(call, headers)).json()) as Json
    assert.equal(answered.result.content[0].text, 'é€😀')
    const stream = await server.fetch('/mcp', { headers: { ...headers, accept: 'text/event-stream' } })
    assert.equal(stream.headers.get('content-type'), 'text/event-stream')
    const ended = await server.fetch('/mcp', { method: 'DELETE', headers })
    assert.deepEqual([ended.status, ended.body], [204, null])
    assert.match(await stream.text(), version === '2025-11-25' ? /^id: get\.0\nretry: 1000\ndata: \n\n$/ : /^$/)
  }
})

test('HTTP+SSE: the endpoint event comes at once, answers on the stream, and posts are accepted', async (t) => {
  const server = face(t)
  const stream = await server.fetch('/sse', { headers: { accept: 'text/event-stream' } })
  const read = reading(stream)
  const first = (await read.next())!
  const [, endpoint] = /^event: endpoint\ndata: (\/messages\?sessionId=[\w-]+)\n\n$/.exec(first)!
  assert.equal(await read.next(), 'retry: 1000\n\n')
  const post = (body: object) =>
    server.fetch(endpoint!, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) })
  const accepted = await post({ jsonrpc: '2.0', id: 1, method: 'ping' })
  assert.deepEqual([accepted.status, await accepted.text()], [202, 'Accepted'])
  assert.equal(await read.next(), 'event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n')
  await read.cancel()
  assert.equal((await post({ jsonrpc: '2.0', id: 2, method: 'ping' })).status, 404, 'the session went with its stream')
})

test('without a session: progress and the answer are events of one body', async (t) => {
  const server = face(t)
  const { body, headers } = stateless('tools/call', { name: 'counts' }, { progressToken: 'p' })
  const response = await server.post(body, headers)
  const events = (await response.text()).split('\n\n').filter(Boolean)
  const messages = events.map((event) => JSON.parse(event.replace(/^data: /, '')) as Json)
  assert.deepEqual(
    messages.map(({ method, id }) => method ?? id),
    ['notifications/progress', 'notifications/progress', 'notifications/progress', 1],
  )
})

test('HEAD has a head and no body', async (t) => {
  const response = await face(t).fetch('/sse', { method: 'HEAD' })
  assert.deepEqual(
    [response.status, response.headers.get('content-type'), response.body],
    [200, 'text/event-stream', null],
  )
})

test('the Host header counts, and the host of the URL too: each must be ours', async (t) => {
  for (const [base, host, status] of [
    ['http://localhost:3000', undefined, 200],
    ['http://evil.example', undefined, 403],
    ['http://localhost:3000', 'evil.example', 403],
    ['http://evil.example', 'localhost', 403],
    ['http://127.0.0.1', 'localhost:8080', 200],
  ] as const) {
    const server = face(t, {}, base)
    const { status: given } = await server.post(initialize(), host === undefined ? {} : { host })
    assert.equal(given, status, `${base} with Host ${host}`)
  }
})

test('an Origin is allowed or refused, and a preflight answered', async (t) => {
  const server = face(t, { allowedOrigins: ['https://app.example'] })
  const refused = await server.post(initialize(), { origin: 'http://evil.example' })
  assert.deepEqual([refused.status, refused.headers.get('access-control-allow-origin')], [403, null])
  const allowed = await server.post(initialize(), { origin: 'https://app.example' })
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://app.example')
  const preflight = await server.fetch('/mcp', { method: 'OPTIONS', headers: { origin: 'https://app.example' } })
  assert.deepEqual([preflight.status, preflight.body], [204, null])
})

test('a body that is too large is refused by its length, and where it lies, once it is', async (t) => {
  const server = face(t, { limits: { maxBodyBytes: 100 } })
  assert.equal((await server.post('x'.repeat(101), { 'content-length': '101' })).status, 413)
  const pieces = ['x'.repeat(60), 'x'.repeat(60), 'x'.repeat(60)]
  assert.equal((await server.fetch('/mcp', bodyOf(pieces))).status, 413)
  assert.equal(pieces.length, 1, 'the rest is not asked for')
})

test('a body is read whatever its pieces are, and none is JSON', async (t) => {
  const server = face(t)
  const text = JSON.stringify(initialize())
  assert.equal((await server.fetch('/mcp', bodyOf([...text]))).status, 200)
  assert.equal((await server.fetch('/mcp', { method: 'POST', headers: JSON_TYPE })).status, 400)
  assert.equal(
    (await server.fetch('/mcp', { ...bodyOf([text]), headers: { 'content-type': 'text/plain' } })).status,
    415,
  )
})

test('a body that does not arrive is 408', async (t) => {
  const server = face(t, { bodyMs: 1 })
  const response = await server.fetch('/mcp', bodyOf(['{', never]))
  assert.deepEqual([response.status, response.headers.get('connection')], [408, 'close'])
})

test('a body that was read before is 500 and a line of the log', async (t) => {
  const log: LogEntry[] = []
  const handler = createFetchHandler({ name: 't', version: '1', log: (entry) => log.push(entry) })
  t.after(() => handler.close())
  const body = JSON.stringify(initialize())
  const request = new Request('http://localhost/mcp', { method: 'POST', headers: JSON_TYPE, body })
  const text = await request.text()
  assert.equal((await handler(request)).status, 500)
  assert.deepEqual(
    log.map(({ reason }) => reason),
    ['body-already-read'],
  )
  assert.equal((await handler(new Request(request, { method: 'POST', body: text }))).status, 200, 'the way round it')
})

test('a body that somebody else is reading is refused, and ends nothing', async (t) => {
  const request = () => new Request('http://localhost/mcp', { method: 'POST', headers: JSON_TYPE, body: '{}' })
  const principal = { issuer: 'i', subject: 's', client: 'c' } as Principal
  const auth = { authorize: () => Promise.resolve(principal) }
  const handler = createFetchHandler({ name: 't', version: '1', auth, log: () => {} })
  t.after(() => handler.close())
  const [before, meanwhile] = [request(), request()]
  before.body!.getReader()
  assert.equal((await handler(before)).status, 500)
  const refused = handler(meanwhile)
  meanwhile.body!.getReader() // while the caller is authorized
  assert.equal((await refused).status, 400)
})

test('a request that is aborted: the call is cancelled, and the promise is settled', async (t) => {
  const started = closedGate()
  const aborted = closedGate()
  const waits = defineTool({
    name: 'waits',
    inputSchema: { type: 'object' },
    async run(_args, { signal }) {
      started.open()
      await once(signal, 'abort')
      aborted.open()
      return ''
    },
  })
  const server = face(t, { tools: [waits] })
  const client = new AbortController()
  const { body, headers } = stateless('tools/call', { name: 'waits' })
  const answer = server.post(body, headers, { signal: client.signal })
  await started.opened
  client.abort()
  await aborted.opened
  assert.equal((await answer).status, 500)
  const left = AbortSignal.abort()
  assert.equal((await server.post(body, headers, { signal: left })).status, 500, 'it had left before it came')
})

test('a client that aborts while its body comes', async (t) => {
  const server = face(t)
  const client = new AbortController()
  const answer = server.fetch('/mcp', { ...bodyOf(['{', never]), signal: client.signal })
  client.abort()
  assert.equal((await answer).status, 500)
})

test('a client who leaves a stream is no error of its body: servers write that to their log', async (t) => {
  const server = face(t)
  const client = new AbortController()
  const read = reading(await server.fetch('/sse', { signal: client.signal }))
  const endpoint = /data: (.*)/.exec((await read.next())!)![1]!
  client.abort()
  while ((await read.next()) !== undefined);
  assert.equal((await server.fetch(endpoint, { ...bodyOf(['{}']), headers: JSON_TYPE })).status, 404)
})

test('on Bun, which keeps the head back until there is a byte, a silent stream begins with a comment', async (t) => {
  Object.assign(globalThis, { Bun: {} })
  t.after(() => Reflect.deleteProperty(globalThis, 'Bun'))
  const server = face(t)
  const headers = await session(server, '2025-06-18')
  assert.equal(await reading(await server.fetch('/mcp', { headers })).next(), ':\n\n')
  assert.match((await reading(await server.fetch('/sse')).next())!, /^event: endpoint\n/)
})

test('a URL that is none, as workerd makes one of two Host headers, is refused', async (t) => {
  const handler = createFetchHandler({ name: 'test', version: '1', log: () => {} })
  t.after(() => handler.close())
  const request = new Request('http://localhost/sse', { headers: { host: 'localhost' } })
  Object.defineProperty(request, 'url', { value: 'http://localhost, evil.example/sse' })
  assert.equal((await handler(request)).status, 400)
})

test('a response that is cut off lets go of who waits to write the rest of it', () => {
  for (const how of ['destroy', 'leave'] as const) {
    const response = new FetchResponse(() => {}, false)
    response.write('x'.repeat(100_000))
    response.once('drain', () => {})
    response[how]()
    assert.equal(response.listenerCount('drain'), 0, how)
  }
})

test('a stream that is cancelled is closed: its call ends', async (t) => {
  const aborted = closedGate()
  const waits = defineTool({
    name: 'waits',
    inputSchema: { type: 'object' },
    async run(_args, call) {
      call.progress(1)
      await once(call.signal, 'abort')
      aborted.open()
      return ''
    },
  })
  const server = face(t, { tools: [waits] })
  const { body, headers } = stateless('tools/call', { name: 'waits' }, { progressToken: 1 })
  const read = reading(await server.post(body, headers))
  assert.match((await read.next())!, /notifications\/progress/)
  await read.cancel()
  await aborted.opened
})

test('a reader that takes nothing is cut once too much waits, and its body is an error', async (t) => {
  const server = face(t, { limits: { maxUnreadBytes: 20_000, unreadMs: 60_000 }, listChanged: true })
  const stream = await server.fetch('/sse')
  const reader = stream.body!.getReader()
  const endpoint = /data: (.*)/.exec(new TextDecoder().decode((await reader.read()).value))![1]!
  const text = 'x'.repeat(9_000)
  const statuses: number[] = []
  for (let id = 1; id <= 8; id++) {
    const body = { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo', arguments: { text } } }
    statuses.push(
      (await server.fetch(endpoint, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) })).status,
    )
    await new Promise(setImmediate)
  }
  assert.equal(statuses.at(-1), 404, 'the stream was cut, and with it the session ended')
  await assert.rejects(async () => {
    while (!(await reader.read()).done);
  }, /cut off/)
  assert.ok(server.log.some(({ reason }) => reason === 'slow-reader'))
})

test('a reader that takes nothing of a large answer is cut after unreadMs', async (t) => {
  const server = face(t, { limits: { unreadMs: 3 } })
  const { body, headers } = stateless('tools/call', { name: 'echo', arguments: { text: 'x'.repeat(300_000) } })
  const response = await server.post(body, headers)
  while (!server.log.some(({ reason }) => reason === 'slow-reader')) await new Promise(setImmediate)
  await assert.rejects(response.text(), /cut off/)
})

test('a reader that waits gets what is written in pieces of 16 KiB, and drain comes when all was taken', async () => {
  const begun = closedGate<Response>()
  const writer = new FetchResponse(begun.open, false)
  writer.flushHeaders()
  const reader = (await begun.opened).body!.getReader()
  const first = reader.read()
  let drains = 0
  writer.on('drain', () => drains++)
  assert.equal(writer.write('x'.repeat(40_000)), false)
  const lengths = [(await first).value!.length, (await reader.read()).value!.length]
  assert.equal(writer.write('y'), true, 'there is room again')
  assert.deepEqual([drains, writer.writableLength], [0, 7_233])
  lengths.push((await reader.read()).value!.length, (await reader.read()).value!.length)
  assert.deepEqual(lengths, [16_384, 16_384, 7_232, 1])
  assert.equal(drains, 1)
  writer.end()
  assert.equal((await reader.read()).done, true)
})

test('a large answer arrives whole at a reader that reads', async (t) => {
  const server = face(t)
  const text = 'é😀'.repeat(200_000)
  const { body, headers } = stateless('tools/call', { name: 'echo', arguments: { text } })
  const answered = (await (await server.post(body, headers)).json()) as Json
  assert.equal(answered.result.content[0].text, text)
})

test('authorization reads the head of a Request', async (t) => {
  const token = 'a'.repeat(32)
  const server = face(t, { auth: bearerToken(token) })
  const refused = await server.post(initialize())
  assert.deepEqual([refused.status, refused.headers.get('www-authenticate')], [401, 'Bearer realm="mcp"'])
  assert.equal((await server.post(initialize(), { authorization: `Bearer ${token}` })).status, 200)
})

test('addressOf, admit and fallback are given the Request and what the server handed over', async (t) => {
  const seen: unknown[] = []
  const server = face(t, {
    addressOf: (request, info) => (seen.push('address', request.method, info), '192.0.2.1'),
    admit: async (request, info) => void seen.push('admit', request.method, info),
    fallback: (request, info) => Response.json([new URL(request.url).pathname, info]),
  })
  await server.fetch('/sse', { method: 'HEAD' }, 'info')
  assert.deepEqual(seen, ['address', 'HEAD', 'info', 'admit', 'HEAD', 'info'])
  assert.deepEqual(await (await server.fetch('/page', {}, 7)).json(), ['/page', 7])
})

test('a fallback is behind the guard, and one that fails is 500', async (t) => {
  const broken = { fallback: () => Promise.reject(new Error('broken')) }
  assert.equal((await face(t, broken, 'http://evil.example').fetch('/page')).status, 403)
  assert.equal((await face(t, broken).fetch('/page')).status, 500)
  const forgetful = { fallback: () => undefined as unknown as Response }
  assert.equal((await face(t, forgetful).fetch('/page')).status, 500)
})

test('a fallback is for pages of its own origin, unless it says otherwise', async (t) => {
  const answers: Record<string, () => Response> = {
    '/page': () => new Response('page'),
    '/moved': () => Response.redirect('http://localhost:3000/page', 302), // its headers cannot be changed
    '/picture': () => new Response('', { headers: { 'Cross-Origin-Resource-Policy': 'cross-origin' } }),
  }
  const server = face(t, { fallback: ({ url }) => answers[new URL(url).pathname]!() })
  const policyOf = async (path: string) => {
    const { status, headers } = await server.fetch(path)
    return [status, headers.get('location'), headers.get('cross-origin-resource-policy')]
  }
  assert.deepEqual(await policyOf('/page'), [200, null, 'same-origin'])
  assert.deepEqual(await policyOf('/moved'), [302, 'http://localhost:3000/page', 'same-origin'])
  assert.deepEqual(await policyOf('/picture'), [200, null, 'cross-origin'])
})

test('what is not MCP is 404, another method 405', async (t) => {
  const server = face(t)
  assert.equal((await server.fetch('/page')).status, 404)
  const refused = await server.fetch('/mcp', { method: 'PUT' })
  assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET, POST, DELETE'])
})

test('under a path that publicUrl names, whether or not somebody has taken it away', async (t) => {
  const server = face(t, { publicUrl: 'https://example.com/api' })
  for (const path of ['/sse', '/api/sse']) {
    const read = reading(await server.fetch(path))
    assert.match((await read.next())!, /data: \/api\/messages\?/)
    await read.cancel()
  }
})

test('close ends the streams in good order, and refuses what is new', async (t) => {
  const server = face(t)
  const stream = await server.fetch('/sse')
  await server.close()
  assert.match(await stream.text(), /endpoint[^]*retry: \d+\n\n$/)
  assert.equal((await server.post(initialize())).status, 503)
})

test('options that cannot be are refused at once', () => {
  const options = { name: 't', version: '1' }
  assert.throws(() => createFetchHandler(undefined as never), /needs options/)
  assert.throws(() => createFetchHandler({ ...options, bodyMs: 0 }), /bodyMs must be a whole number/)
  assert.throws(() => createFetchHandler({ ...options, addressOf: 'me' as never }), /addressOf must be a function/)
  assert.throws(() => createFetchHandler({ ...options, allowedHosts: ['*'] }), /never matches/)
})
