// HTTP+SSE, 2024-11-05: R-SSE-…, R-LC-…, R-TO-…, R-PG-…, R-CA-…, and what real clients need.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { defineTool, serve, ToolError, type LogEntry, type RunningServer } from '../../src/index.ts'
import { connectHttpSse, openEvents, post, rawExchange, request, type HttpSse } from '../support/wire.ts'
import { asksForCity } from '../support/tools.ts'
import { openGate } from '../support/gate.ts'

/** What tools wait for and tell of, so that no test has to sleep. */
const gate = openGate()
const started: string[] = []
let onStart = () => {}
const begin = (name: string) => {
  started.push(name)
  onStart()
}
const untilStarted = (count: number) =>
  new Promise<void>((resolve) => {
    const look = () => {
      if (started.length >= count) resolve()
    }
    onStart = look
    look()
  })
let aborted: Promise<unknown> = Promise.resolve()

const anything = { type: 'object', properties: {} } as const
const tools = [
  defineTool({
    name: 'echo',
    title: 'Echo',
    description: 'Says it again',
    annotations: { readOnlyHint: true },
    inputSchema: {
      type: 'object',
      properties: { text: { type: 'string' }, times: { type: 'integer', default: 1, maximum: 3 } },
      required: ['text'],
      additionalProperties: false,
    },
    run: ({ text, times }) => text.repeat(times),
  }),
  defineTool({
    name: 'gated',
    inputSchema: { type: 'object', properties: { mark: { type: 'string' } } },
    async run({ mark = '' }, { signal }) {
      aborted = once(signal, 'abort')
      begin(mark)
      await Promise.race([gate.opened, aborted])
      signal.throwIfAborted()
      return mark
    },
  }),
  defineTool({
    name: 'talks-on',
    inputSchema: anything,
    async run(_args, { signal, progress, log }) {
      begin('listening')
      await once(signal, 'abort')
      progress(1)
      log('error', 'too late')
      begin('said it')
      return 'nobody hears'
    },
  }),
  defineTool({
    name: 'steps',
    inputSchema: anything,
    async run(_args, { progress, log }) {
      progress(1, 3, 'one')
      progress(1, 3, 'the same again')
      progress(2, 3, 'two')
      log('info', { at: 2 }, 'steps')
      log('debug', 'too fine')
      progress(3, 3)
      return 'done'
    },
  }),
  defineTool({
    name: 'refuses',
    inputSchema: anything,
    run: () => {
      throw new ToolError('No such city: try Paris.')
    },
  }),
  defineTool({
    name: 'breaks',
    inputSchema: anything,
    run: () => {
      throw new Error('ENOENT: /etc/secret')
    },
  }),
  defineTool({
    name: 'circle',
    inputSchema: anything,
    run: () => {
      const a: any = { content: [] }
      a.self = a
      return a
    },
  }),
  defineTool({
    name: 'slow',
    timeoutMs: 30,
    inputSchema: anything,
    run: () => new Promise<string>(() => {}),
  }),
  asksForCity,
]

const logged: LogEntry[] = []
const options = {
  name: 'test',
  version: '1.0.0',
  tools,
  port: 0,
  log: (entry: LogEntry) => void logged.push(entry),
}
const running: RunningServer = await serve(options)
const { url } = running
after(() => running.close())

const text = (answer: any): string => answer.result.content[0].text
const call = (client: HttpSse, name: string, args: object = {}, id: number | string = 1, more: object = {}) =>
  client.post({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args, ...more } })

test('R-SSE-1, R-SSE-2, R-SH-32, T-51: GET /sse opens a stream whose first bytes are the endpoint event, then the reconnection time', async () => {
  const stream = await openEvents(`${url}/sse`)
  assert.equal(stream.status, 200)
  assert.equal(stream.headers['content-type'], 'text/event-stream')
  assert.equal(stream.headers['cache-control'], 'no-cache, no-transform')
  assert.equal(stream.headers['x-accel-buffering'], 'no')
  assert.equal(stream.headers['x-content-type-options'], 'nosniff')
  assert.equal(stream.headers['transfer-encoding'], 'chunked')
  assert.equal(stream.headers['x-powered-by'], undefined)
  assert.equal((await stream.event()).type, 'endpoint')
  assert.match(
    stream.raw(),
    /^event: endpoint\ndata: \/messages\?sessionId=[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n\nretry: 1000\n\n$/,
  )
  stream.destroy()
})

test('R7, T-6: GET /sse needs no Accept, but one that excludes event streams gets 406', async () => {
  for (const accept of ['application/json', 'text/html', '*/*;q=0', 'text/event-stream; q=0.0, text/html'])
    assert.equal((await request('GET', `${url}/sse`, { accept })).status, 406)
  for (const accept of [undefined, '*/*', 'text/*', 'text/event-stream', 'application/json, text/event-stream']) {
    const stream = await openEvents(`${url}/sse`, accept ? { accept } : {})
    assert.equal(stream.status, 200)
    stream.destroy()
  }
})

test('R-SSE-6, R-SSE-3: a POST is answered by 202 Accepted, and the answer is an event of type message on the stream', async () => {
  const client = await connectHttpSse(url)
  const accepted = await client.post({ jsonrpc: '2.0', id: 'a', method: 'ping' })
  assert.equal(accepted.status, 202)
  assert.equal(accepted.text, 'Accepted')
  const event = await client.event()
  assert.equal(event.type, 'message')
  assert.equal(event.data, '{"jsonrpc":"2.0","id":"a","result":{}}') // R-LC-8: no key at all
  client.destroy()
})

for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])
  test(`R-LC-2, R-LC-6, R-SSE-11: ${version} can be negotiated, and its words are used`, async () => {
    const client = await connectHttpSse(url)
    const { result } = await client.call('initialize', {
      protocolVersion: version,
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    })
    assert.equal(result.protocolVersion, version)
    assert.deepEqual(result.serverInfo, { name: 'test', version: '1.0.0' })
    assert.deepEqual(Object.keys(result.capabilities).toSorted(), ['logging', 'tools'])
    const list = await client.call('tools/list')
    const [tool] = list['result'].tools
    const words = {
      '2024-11-05': [],
      '2025-03-26': ['annotations'],
      '2025-06-18': ['annotations', 'title'],
      '2025-11-25': ['annotations', 'title'],
    }
    assert.deepEqual(
      Object.keys(tool).toSorted(),
      ['description', 'inputSchema', 'name', ...words[version as '2024-11-05']].toSorted(),
    )
    client.destroy()
  })

test('R-LC-2, R-LC-3: an unknown version, or one without a handshake, is answered by our newest handshake', async () => {
  for (const protocolVersion of ['2026-07-28', '1999-01-01', '']) {
    const client = await connectHttpSse(url)
    const { result } = await client.call('initialize', { protocolVersion, capabilities: {} })
    assert.equal(result.protocolVersion, '2025-11-25')
    client.destroy()
  }
})

test('initialize without a version is -32602, a second initialize -32600', async () => {
  const client = await connectHttpSse(url)
  assert.equal((await client.call('initialize', {})).error.code, -32602)
  await client.call('initialize', { protocolVersion: '2024-11-05' })
  assert.equal((await client.call('initialize', { protocolVersion: '2024-11-05' })).error.code, -32600)
  client.destroy()
})

test('a client that reconnects is served without a second initialize, in the version it names', async () => {
  const bare = await connectHttpSse(url)
  assert.equal((await bare.call('tools/list')).result.tools[0].annotations, undefined)
  bare.destroy()
  const named = await connectHttpSse(url, { 'mcp-protocol-version': '2025-11-25' })
  assert.deepEqual((await named.call('tools/list')).result.tools[0].annotations, { readOnlyHint: true })
  named.destroy()
})

test('a method nobody knows is answered promptly, before any handshake', async () => {
  const client = await connectHttpSse(url)
  const { error, id } = await client.call('server/discover', {}, 'server-discover-probe-1')
  assert.equal(error.code, -32601)
  assert.equal(id, 'server-discover-probe-1')
  client.destroy()
})

test('R-TO-9, R-TO-10: wrong arguments are a result that names the path and the rule; defaults are filled in', async () => {
  const client = await connectHttpSse(url)
  const wrong = async (args: unknown) => {
    const answer = await client.call('tools/call', { name: 'echo', arguments: args })
    assert.equal(answer['result'].isError, true)
    return text(answer)
  }
  assert.equal(text(await client.call('tools/call', { name: 'echo', arguments: { text: 'x' } })), 'x')
  assert.equal(text(await client.call('tools/call', { name: 'echo', arguments: { text: 'x', times: 3 } })), 'xxx')
  assert.match(await wrong({}), /arguments must have required property 'text' \(rule: required\)/)
  assert.match(await wrong(undefined), /required property 'text'/)
  assert.match(await wrong({ text: 'x', times: 4 }), /arguments\/times must be <= 3 \(rule: maximum\)/)
  assert.match(await wrong({ text: 'x', times: '2' }), /arguments\/times must be integer \(rule: type\)/)
  assert.match(await wrong({ text: 'x', more: 1 }), /additional properties: "more" \(rule: additionalProperties\)/)
  assert.match(await wrong(JSON.parse('{"text":"x","__proto__":{"times":9}}')), /additionalProperties/) // T-33
  client.destroy()
})

test('R-TO-11, R-TO-12: an unknown tool and a call of the wrong shape are -32602', async () => {
  const client = await connectHttpSse(url)
  const unknown = await client.call('tools/call', { name: 'nope' })
  assert.deepEqual(unknown['error'], { code: -32602, message: 'Unknown tool: nope. tools/list names all.' })
  for (const params of [
    { name: 'toString' },
    { name: 7 },
    {},
    { name: 'echo', arguments: [] },
    { name: 'echo', arguments: null },
  ])
    assert.equal((await client.call('tools/call', params)).error.code, -32602, JSON.stringify(params))
  client.destroy()
})

test('R-TO-13, T-14: a ToolError reaches the model; any other failure is told to the log and not outside', async () => {
  const client = await connectHttpSse(url)
  assert.equal(text(await client.call('tools/call', { name: 'refuses' })), 'No such city: try Paris.')
  logged.length = 0
  const broken = await client.call('tools/call', { name: 'breaks' })
  assert.equal(broken['result'].isError, true)
  assert.doesNotMatch(JSON.stringify(broken), /ENOENT|secret|at /)
  assert.match(String(logged[0]!['cause']), /ENOENT: \/etc\/secret/)
  assert.deepEqual((await client.call('tools/call', { name: 'circle' })).error, {
    code: -32603,
    message: 'Internal error',
  })
  client.destroy()
})

test('a tool that takes longer than its timeoutMs is stopped, and the answer says so', async () => {
  const client = await connectHttpSse(url)
  const answer = await client.call('tools/call', { name: 'slow' })
  assert.equal(answer['result'].isError, true)
  assert.equal(text(answer), 'The tool slow took longer than 0.03 s and was stopped.')
  client.destroy()
})

test('R-PG-1, R-PG-2, R-LO-3: progress grows and bears the token with its type, before the result; without a token there is none', async () => {
  for (const progressToken of [7, 'seven']) {
    const client = await connectHttpSse(url)
    await client.call('initialize', { protocolVersion: '2025-11-25' })
    await call(client, 'steps', {}, 1, { _meta: { progressToken } })
    const messages = [
      await client.message(),
      await client.message(),
      await client.message(),
      await client.message(),
      await client.message(),
    ]
    assert.deepEqual(
      messages.map((m) => m['params'] ?? m['result'].content[0].text),
      [
        { progressToken, progress: 1, total: 3, message: 'one' },
        { progressToken, progress: 2, total: 3, message: 'two' },
        { level: 'info', logger: 'steps', data: { at: 2 } },
        { progressToken, progress: 3, total: 3 },
        'done',
      ],
    )
    await call(client, 'steps')
    assert.equal((await client.message())['method'], 'notifications/message')
    assert.equal(text(await client.message()), 'done')
    client.destroy()
  }
})

test('2024-11-05 has no word for a progress message', async () => {
  const client = await connectHttpSse(url)
  await call(client, 'steps', {}, 1, { _meta: { progressToken: 1 } })
  assert.deepEqual((await client.message())['params'], { progressToken: 1, progress: 1, total: 3 })
  client.destroy()
})

test('R-LO-2: logging/setLevel chooses the least severe level; an unknown one is -32602', async () => {
  const client = await connectHttpSse(url)
  assert.deepEqual((await client.call('logging/setLevel', { level: 'debug' })).result, {})
  await call(client, 'steps')
  assert.equal((await client.message())['params'].level, 'info')
  assert.deepEqual((await client.message())['params'], { level: 'debug', data: 'too fine' })
  await client.message()
  assert.deepEqual((await client.call('logging/setLevel', { level: 'error' })).result, {})
  await call(client, 'steps')
  assert.equal(text(await client.message()), 'done')
  assert.equal((await client.call('logging/setLevel', { level: 'loud' })).error.code, -32602)
  client.destroy()
})

test('R-CA-1: a cancelled request stops its tool and is never answered; other requests go on', async () => {
  const client = await connectHttpSse(url)
  gate.close()
  started.length = 0
  await call(client, 'gated', { mark: 'a' }, 'a')
  await untilStarted(1)
  await client.post({
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: 'a', reason: 'enough' },
  })
  await aborted
  assert.deepEqual(await client.call('ping', {}, 'p'), { jsonrpc: '2.0', id: 'p', result: {} })
  client.destroy()
})

test('R-PG-1: what a cancelled tool still has to say is not sent', async () => {
  const client = await connectHttpSse(url)
  started.length = 0
  await call(client, 'talks-on', {}, 'a', { _meta: { progressToken: 1 } })
  await untilStarted(1)
  await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'a' } })
  await untilStarted(2)
  assert.equal((await client.call('ping', {}, 'next')).id, 'next')
  client.destroy()
})

test('R-CA-2, T-39: a cancel that is late, unknown, malformed or repeated does nothing', async () => {
  const client = await connectHttpSse(url)
  for (const params of [{ requestId: 1 }, { requestId: 1 }, {}, { requestId: null }, { requestId: {} }]) {
    const answer = await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params })
    assert.equal(answer.status, 202)
  }
  assert.equal((await client.call('ping', {}, 1)).id, 1)
  client.destroy()
})

test('R-JR-21: two calls with the same id in flight both get their own answer, and one cancel stops both', async () => {
  const client = await connectHttpSse(url)
  gate.close()
  started.length = 0
  await call(client, 'gated', { mark: 'A' }, 1)
  await call(client, 'gated', { mark: 'B' }, 1)
  await untilStarted(2)
  gate.open()
  const both = [await client.message(), await client.message()]
  assert.deepEqual(both.map((m) => [m['id'], text(m)]).toSorted(), [
    [1, 'A'],
    [1, 'B'],
  ])

  gate.close()
  started.length = 0
  await call(client, 'gated', { mark: 'A' }, 1)
  await call(client, 'gated', { mark: 'B' }, 1)
  await untilStarted(2)
  await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
  gate.open()
  assert.equal((await client.call('ping', {}, 'after')).id, 'after')
  client.destroy()
})

test('R-CA-3: a cancel reaches only the requests of its own session', async () => {
  const [one, other] = [await connectHttpSse(url), await connectHttpSse(url)]
  gate.close()
  started.length = 0
  await call(one, 'gated', { mark: 'mine' }, 1)
  await untilStarted(1)
  await other.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
  gate.open()
  assert.equal(text(await one.message()), 'mine')
  one.destroy()
  other.destroy()
})

test('R-SSE-8, T-43: a stream that closes ends its session and stops its work; its URL answers 404 with the remedy', async () => {
  const client = await connectHttpSse(url)
  gate.close()
  started.length = 0
  await call(client, 'gated', { mark: 'left alone' })
  await untilStarted(1)
  client.destroy()
  await aborted
  const answer = await post(client.endpoint, { jsonrpc: '2.0', id: 1, method: 'ping' })
  assert.equal(answer.status, 404)
  assert.deepEqual(JSON.parse(answer.text), {
    jsonrpc: '2.0',
    error: { code: -32600, message: 'Unknown session: its stream is closed. Open GET /sse again.' },
  })
})

test('R-SSE-7, T-44: no session, two sessions, a foreign name: 400 or 404, and the stream stays', async () => {
  const client = await connectHttpSse(url)
  const id = client.endpoint.split('=')[1]
  const status = async (path: string) => (await post(url + path, { jsonrpc: '2.0', id: 1, method: 'ping' })).status
  assert.equal(await status('/messages'), 400)
  assert.equal(await status(`/messages?sessionId=${id}&sessionId=${id}`), 400)
  assert.equal(await status('/messages?sessionId='), 404)
  assert.equal(await status('/messages?sessionId=__proto__'), 404)
  assert.equal(await status(`/messages?sessionId=${id!.toUpperCase()}x`), 404)
  assert.equal((await client.call('ping')).id, 1)
  client.destroy()
})

test('T-30, T-31, R-JR-5, R-JR-9: what is no message is refused in the HTTP answer, and nothing goes to the stream', async () => {
  const client = await connectHttpSse(url)
  const refused = async (body: string) => {
    const answer = await client.post(body)
    return [answer.status, JSON.parse(answer.text).error.code, JSON.parse(answer.text).id]
  }
  assert.deepEqual(await refused('{'), [400, -32700, undefined])
  assert.deepEqual(await refused(''), [400, -32700, undefined])
  assert.deepEqual(await refused('[]'), [400, -32600, undefined])
  assert.deepEqual(await refused('[{"jsonrpc":"2.0","id":1,"method":"ping"}]'), [400, -32600, undefined])
  assert.deepEqual(await refused('{"id":5,"method":"ping"}'), [400, -32600, 5])
  assert.deepEqual(await refused('{"jsonrpc":"2.0","id":null,"method":"ping"}'), [400, -32600, undefined])
  assert.deepEqual(await refused('{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}'), [400, -32600, 1])
  assert.deepEqual(await refused('['.repeat(100_000)), [400, -32600, undefined])
  assert.equal((await client.call('ping', {}, 'still here')).id, 'still here')
  client.destroy()
})

test('T-9: a body that is not UTF-8 is refused, not mended', async () => {
  const client = await connectHttpSse(url)
  const body = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping\xff"}', 'latin1')
  const answer = await request('POST', client.endpoint, { 'content-type': 'application/json' }, body)
  assert.deepEqual([answer.status, JSON.parse(answer.text).error.code], [400, -32700])
  client.destroy()
})

test('R-SSE-7, T-6, T-8: a POST must say application/json, in UTF-8, uncompressed', async () => {
  const client = await connectHttpSse(url)
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json, application/json',
    'application/jsonp',
    '',
  ])
    assert.equal((await client.post(ping, { 'content-type': type })).status, 415, type)
  const gzip = await client.post(ping, { 'content-encoding': 'gzip' })
  assert.deepEqual([gzip.status, gzip.headers['accept-encoding']], [415, 'identity'])
  for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"']) {
    assert.equal((await client.post(ping, { 'content-type': type })).status, 202, type)
    await client.message()
  }
  client.destroy()
})

test('R-SE-9, R-SH-31, T-7: a body over the limit is 413, from its declared length and from its bytes', async () => {
  const small = await serve({ ...options, limits: { maxBodyBytes: 100 } })
  const client = await connectHttpSse(small.url)
  const { pathname, search, host } = new URL(client.endpoint)
  const head = `POST ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`
  assert.match(await rawExchange(small.url, `${head}Content-Length: 101\r\n\r\n`), /^HTTP\/1\.1 413 /)
  assert.match(
    await rawExchange(small.url, `${head}Transfer-Encoding: chunked\r\n\r\n65\r\n${'x'.repeat(101)}\r\n0\r\n\r\n`),
    /^HTTP\/1\.1 413 /,
  )
  assert.equal((await client.call('ping')).id, 1)
  await small.close()
})

test('R-SSE-10, R-SH-31, T-4: another method is 405 with Allow and no JSON-RPC body, before any other check; another path 404', async () => {
  const apart = await serve({ ...options, anyUrl: false })
  for (const [method, target, allow] of [
    ['POST', `${apart.url}/sse`, 'GET'],
    ['DELETE', `${apart.url}/sse`, 'GET'],
    ['PATCH', `${url}/sse`, 'GET, POST, DELETE'],
    ['PUT', `${url}/mcp`, 'GET, POST, DELETE'],
    ['GET', `${url}/messages`, 'POST'],
  ] as const) {
    const answer = await request(method, target)
    assert.deepEqual([answer.status, answer.headers.allow], [405, allow], `${method} ${target}`)
    assert.doesNotMatch(answer.text, /jsonrpc/)
  }
  await apart.close()
  for (const path of [
    '/nothing',
    '/sse//',
    '/SSE',
    '/messages/x',
    '/%2e%2e/etc/passwd',
    '/../src/main.ts',
    '/constructor',
  ])
    assert.equal((await request('GET', url + path)).status, 404, path)
})

test('R-SE-9, T-49: one stream too many is 503 with Retry-After; a place is free again when one closes', async () => {
  const small = await serve({ ...options, limits: { maxSessions: 1 } })
  const first = await connectHttpSse(small.url)
  const second = await request('GET', `${small.url}/sse`)
  assert.deepEqual([second.status, second.headers['retry-after']], [503, '10'])
  assert.equal((await first.call('ping')).id, 1)
  first.destroy()
  for (;;) {
    const again = await openEvents(`${small.url}/sse`)
    if (again.status === 200) break
    await again.ended
  }
  await small.close()
})

test('more requests in flight than the limit are answered by busy at once', async () => {
  const small = await serve({ ...options, limits: { maxInFlight: 1 } })
  const client = await connectHttpSse(small.url)
  gate.close()
  started.length = 0
  await call(client, 'gated', { mark: 'first' }, 1)
  await untilStarted(1)
  const busy = await client.call('tools/call', { name: 'gated', arguments: { mark: 'second' } }, 2)
  assert.deepEqual([busy['id'], busy['error'].code, busy['error'].data], [2, -32603, { reason: 'busy' }])
  assert.deepEqual((await client.call('ping', {}, 3)).result, {}, 'a ping is answered all the same')
  gate.open()
  assert.equal(text(await client.message()), 'first')
  for (const id of [4, 5]) {
    await call(client, 'gated', { mark: `${id}` }, id)
    assert.equal(text(await client.message()), `${id}`, 'there is room again')
  }
  await small.close()
})

test('R-EL-1, R-EL-3, R-EL-4: a tool asks its client on the stream and takes the posted answer', async () => {
  const client = await connectHttpSse(url)
  await client.call('initialize', { protocolVersion: '2025-06-18', capabilities: { elicitation: {} } })
  const answerWith = async (answer: object) => {
    await call(client, 'asks', {}, 'c')
    const question = await client.message()
    assert.equal(question['method'], 'elicitation/create')
    assert.equal(question['params'].message, 'Which city?')
    assert.equal((await client.post({ jsonrpc: '2.0', id: question['id'], ...answer })).status, 202)
    return client.message()
  }
  const paris = { action: 'accept', content: { name: 'Paris' } }
  assert.equal(text(await answerWith({ result: paris })), 'It rains in Paris.')
  const rejected = await answerWith({ error: { code: -1, message: 'User rejected' } })
  assert.deepEqual([rejected['result'].isError, text(rejected)], [true, 'The client answered: User rejected'])
  client.destroy()
})

test('R-EL-1, R-LC-6: a client that did not offer it is not asked, and neither is one whose revision has no such word', async () => {
  for (const params of [
    { protocolVersion: '2025-06-18', capabilities: {} },
    { protocolVersion: '2025-03-26', capabilities: { elicitation: {} } },
  ]) {
    const client = await connectHttpSse(url)
    await client.call('initialize', params)
    const answer = await client.call('tools/call', { name: 'asks' })
    assert.equal(answer['result'].isError, true)
    assert.match(text(answer), /did not declare elicitation/)
    client.destroy()
  }
})

test('T-46: answers to questions are taken in their own session only', async () => {
  const [asked, stranger] = [await connectHttpSse(url), await connectHttpSse(url)]
  await asked.call('initialize', { protocolVersion: '2025-06-18', capabilities: { elicitation: {} } })
  await call(asked, 'asks', {}, 'c')
  const { id } = await asked.message()
  await stranger.post({ jsonrpc: '2.0', id, result: { action: 'accept', content: { name: 'Nowhere' } } })
  await asked.post({ jsonrpc: '2.0', id, result: { action: 'accept', content: { name: 'Rome' } } })
  assert.equal(text(await asked.message()), 'It rains in Rome.')
  asked.destroy()
  stranger.destroy()
})

test('T-38, R-LC-11: notifications nobody knows and stray responses are 202 and silence', async () => {
  const client = await connectHttpSse(url)
  for (const body of [
    { method: 'notifications/unheard/of' },
    { id: 9, result: {} },
    { id: 9, error: { code: 1, message: 'x' } },
  ])
    assert.equal((await client.post({ jsonrpc: '2.0', ...body })).status, 202)
  assert.equal((await client.call('ping', {}, 'next')).id, 'next')
  client.destroy()
})

test('T-46: forty sessions with the same ids at once, and no answer goes astray', async () => {
  const clients = await Promise.all(Array.from({ length: 40 }, () => connectHttpSse(url)))
  await Promise.all(
    clients.map(async (client, n) => {
      await Promise.all(Array.from({ length: 16 }, (_, id) => call(client, 'echo', { text: `${n}.${id}` }, id)))
      const answers = await Promise.all(Array.from({ length: 16 }, () => client.message()))
      assert.deepEqual(
        answers.map((a) => text(a)).toSorted(),
        Array.from({ length: 16 }, (_, id) => `${n}.${id}`).toSorted(),
      )
      assert.ok(answers.every((a) => text(a) === `${n}.${a['id']}`))
    }),
  )
  for (const client of clients) client.destroy()
})

test('closing the server ends every stream in good order', async () => {
  const other = await serve(options)
  const client = await connectHttpSse(other.url)
  await other.close()
  await client.ended
})
