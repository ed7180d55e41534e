// What goes on which stream, under which id, and what keeps streams and the server alive: R-SH-…, R-SSE-…, R-SE-….
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, test, type TestContext } from 'node:test'
import { definePrompt, defineTool, serve, type RunningServer, type ServeOptions } from '../../src/index.ts'
import { createParser, type SseEvent } from '../../src/sse/index.ts'
import { connectHttpSse, openEvents, post, rawExchange, request, type Json, type OpenStream } from '../support/wire.ts'
import { openGate } from '../support/gate.ts'

const gate = openGate()
const tools = [
  defineTool({
    name: 'echo',
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    run: ({ text }) => text,
  }),
  defineTool({
    name: 'steps',
    inputSchema: { type: 'object', properties: { mark: { type: 'string', default: '' } } },
    async run({ mark }, { progress, log }) {
      progress(1, 2)
      log('info', `${mark} began`)
      await gate.opened
      progress(2, 2)
      return mark
    },
  }),
]
const options = { name: 'test', version: '1', tools, listChanged: true, port: 0, log: () => {} }
const { url, server, changes, close } = await serve(options)
after(close)
const mcp = `${url}/mcp`
const REVISIONS = ['2025-03-26', '2025-06-18', '2025-11-25'] as const

/** A server for one test. */
async function serveFor(t: TestContext, more: ServeOptions): Promise<RunningServer> {
  const running = await serve(more)
  t.after(() => running.close())
  return running
}

const initialize = (protocolVersion: string) => ({
  jsonrpc: '2.0',
  id: 'init',
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 'x', version: '1' } },
})

async function open(version = '2025-11-25', at = mcp): Promise<Record<string, string>> {
  const answer = await post(at, initialize(version))
  const session = { 'mcp-session-id': String(answer.headers['mcp-session-id']) }
  await post(at, { jsonrpc: '2.0', method: 'notifications/initialized' }, session)
  return session
}

const call = (name: string, args: object = {}, id: number | string = 1, progressToken?: number | string) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args, ...(progressToken !== undefined && { _meta: { progressToken } }) },
})
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
const postOpen = (body: object, headers: Record<string, string>): Promise<OpenStream> =>
  openEvents(mcp, { 'content-type': 'application/json', ...headers }, JSON.stringify(body))

/** A subscription of 2026-07-28. */
function listen(at: string): Promise<OpenStream> {
  const version = '2026-07-28'
  const method = 'subscriptions/listen'
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  return openEvents(
    at,
    { 'content-type': 'application/json', 'mcp-protocol-version': version, 'mcp-method': method },
    JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { notifications: {}, _meta } }),
  )
}

/** All messages until the stream ends. */
async function rest(stream: OpenStream): Promise<Json[]> {
  await stream.ended
  return eventsOf(stream.raw())
    .filter(({ data }) => data !== '')
    .map(({ data }) => JSON.parse(data))
}

function eventsOf(text: string): SseEvent[] {
  const events: SseEvent[] = []
  createParser({ onEvent: (event) => events.push(event) }).feed(text)
  return events
}

for (const version of REVISIONS)
  test(`R-SH-1, R-SH-10: one path takes POST and GET, and a GET is answered by a stream: ${version}`, async () => {
    const session = await open(version)
    assert.equal((await post(mcp, ping, session)).status, 200)
    const stream = await openEvents(mcp, { ...session, accept: 'text/event-stream' })
    assert.deepEqual([stream.status, stream.headers['content-type']], [200, 'text/event-stream'])
    stream.destroy()
  })

test('R-SH-10: where no stream is served, a GET is 405 with Allow', async (t) => {
  const apart = await serveFor(t, { ...options, anyUrl: false })
  const answer = await request('GET', `${apart.url}/mcp`, { accept: 'text/event-stream' })
  assert.deepEqual([answer.status, answer.headers.allow], [405, 'POST, DELETE'])
})

test('R-SH-5: what comes before a response belongs to its request, also when two are under way', async () => {
  const session = await open('2025-06-18')
  gate.close()
  const both = await Promise.all(['a', 'b'].map((mark) => postOpen(call('steps', { mark }, mark, mark), session)))
  gate.open()
  for (const [at, mark] of ['a', 'b'].entries()) {
    const messages = await rest(both[at]!)
    assert.deepEqual(
      messages.map(({ id, params }) => id ?? params.progressToken ?? params.data),
      [mark, `${mark} began`, mark, mark],
    )
  }
})

for (const version of REVISIONS)
  test(`R-SH-11, R-SH-12, R-SH-13: what concerns no request goes on the GET stream, all else on its own: ${version}`, async () => {
    const session = await open(version)
    const standing = await openEvents(mcp, session)
    gate.close()
    const stream = await postOpen(call('steps', { mark: 'm' }, 7, 'p'), session)
    const early = await stream.event()
    if (early.data === '') await stream.event()
    changes.publish({ kind: 'toolsListChanged' })
    gate.open()
    const said = await rest(stream)
    assert.equal((await post(mcp, ping, session)).status, 200)
    assert.deepEqual(
      said.map(({ id, method }) => id ?? method),
      ['notifications/progress', 'notifications/message', 'notifications/progress', 7],
    )
    assert.equal((await request('DELETE', mcp, session)).status, 204)
    assert.deepEqual(await rest(standing), [{ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }])
  })

test('R-SH-13: of two GET streams the newer one gets a message, and of two sessions each gets its own', async () => {
  const [session, other] = [await open(), await open()]
  const [older, newer, another] = [
    await openEvents(mcp, session),
    await openEvents(mcp, session),
    await openEvents(mcp, other),
  ]
  changes.publish({ kind: 'toolsListChanged' })
  for (const one of [session, other]) await request('DELETE', mcp, one)
  assert.deepEqual(
    (await Promise.all([older, newer, another].map(rest))).map(({ length }) => length),
    [0, 1, 1],
  )
})

test('R-SH-15, R-SH-16: an id occurs once in a session, names its stream, and leads back to just that one', async () => {
  const session = await open()
  gate.open()
  const standing = await openEvents(mcp, session)
  const answers = [1, 2, 3].map((id) => post(mcp, call('steps', { mark: `m${id}` }, id, id), session))
  const streams = (await Promise.all(answers)).map(({ text }) => eventsOf(text))
  changes.publish({ kind: 'toolsListChanged' })
  streams.push([await standing.event(), await standing.event()])
  const ids = streams.flat().map(({ lastEventId }) => lastEventId)
  assert.equal(ids.length, 3 * 5 + 2)
  assert.equal(new Set(ids).size, ids.length)
  for (const events of streams.slice(0, 3)) {
    const again = await request('GET', mcp, { ...session, 'last-event-id': events[0]!.lastEventId })
    assert.deepEqual(eventsOf(again.text), events.slice(1))
  }
  standing.destroy()
})

test('R-SH-26, R-SH-27: without a version header, or with another one, a session goes on in its own words', async () => {
  for (const version of REVISIONS)
    for (const header of [undefined, ...REVISIONS]) {
      const session = { ...(await open(version)), ...(header && { 'mcp-protocol-version': header }) }
      gate.open()
      const { text } = await post(mcp, call('steps', {}, 1, 1), session)
      assert.equal(eventsOf(text)[0]!.data === '', version === '2025-11-25', `${version}, header ${header}`)
      assert.equal((await post(mcp, [ping], session)).status, version === '2025-03-26' ? 200 : 400)
    }
})

test('R-SH-30: a POST that is no application/json is 415, and nothing is done', async () => {
  const body = JSON.stringify(initialize('2025-11-25'))
  for (const type of [
    undefined,
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json-rpc',
  ]) {
    const answer = await request('POST', mcp, type ? { 'content-type': type } : {}, body)
    assert.deepEqual([answer.status, answer.headers['mcp-session-id']], [415, undefined], type)
  }
  assert.equal((await post(mcp, body, { 'content-type': 'Application/JSON; charset=UTF-8' })).status, 200)
})

test('R-SH-31: too large a body is 413, and another method 405 with Allow, on /mcp too', async (t) => {
  const small = await serveFor(t, { ...options, limits: { maxBodyBytes: 200 } })
  const at = `${small.url}/mcp`
  const padded = (bytes: number) => JSON.stringify(initialize('2025-11-25')).padEnd(bytes)
  assert.equal((await post(at, padded(200))).status, 200)
  assert.equal((await post(at, padded(201))).status, 413)
  for (const method of ['PUT', 'PATCH', 'PROPFIND']) {
    const answer = await request(method, at)
    assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET, POST, DELETE'], method)
  }
})

test('R-SH-32: every stream says that it is not to be collected, cached or changed', async () => {
  const session = await open()
  gate.open()
  for (const stream of [
    await openEvents(`${url}/sse`),
    await openEvents(mcp, session),
    await postOpen(call('steps', {}, 1, 1), session),
    await listen(mcp),
  ]) {
    assert.equal(stream.headers['content-type'], 'text/event-stream')
    assert.equal(stream.headers['x-accel-buffering'], 'no')
    assert.equal(stream.headers['cache-control'], 'no-cache, no-transform')
    stream.destroy()
  }
})

test('R-SSE-9, R-SU-6: comments keep silent streams alive', { timeout: 60_000 }, async (t) => {
  const brisk = await serveFor(t, { ...options, limits: { keepAliveMs: 20 } })
  const at = `${brisk.url}/mcp`
  const session = await open('2025-11-25', at)
  for (const stream of [await openEvents(`${brisk.url}/sse`), await openEvents(at, session), await listen(at)]) {
    assert.equal(await stream.comment(), 'keep-alive')
    assert.equal(await stream.comment(), 'keep-alive')
    assert.match(stream.raw(), /\n: keep-alive\n\n/)
  }
})

test('R-SE-3, R-SSE-5: without a host it listens to this machine and nobody else', () => {
  assert.equal((server.address() as AddressInfo).address, '127.0.0.1')
})

test('R-SE-5: session ids are UUIDs of the system’s random numbers', async (t) => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  const ids = await Promise.all(Array.from({ length: 50 }, async () => (await open())['mcp-session-id']!))
  assert.ok(ids.every((id) => uuid.test(id)))
  assert.equal(new Set(ids).size, ids.length)

  const known = '00000000-0000-4000-8000-000000000001'
  t.mock.method(crypto, 'randomUUID', () => known)
  syncBuiltinESMExports()
  const session = await open()
  const stream = await openEvents(`${url}/sse`)
  assert.deepEqual([session['mcp-session-id'], (await stream.event()).data.split('=')[1]], [known, known])
  stream.destroy()
  t.mock.restoreAll()
  syncBuiltinESMExports()
})

test('R-SE-9: a head of more than 16 KiB is 431, and whoever takes long over a request is not waited for', async () => {
  const { host } = new URL(url)
  const head = `GET /health HTTP/1.1\r\nHost: ${host}\r\nX-Long: ${'x'.repeat(17 * 1024)}\r\n\r\n`
  assert.match(await rawExchange(url, head), /^HTTP\/1\.1 431 /)
  for (const limit of [server.headersTimeout, server.requestTimeout]) assert.ok(limit > 0 && limit <= 20_000)
})

const HOSTILE = ['\r', '\n', '\r\n', '\n\n', '\r\n\r\n', '\0', '\u2028', '\u0085', '\ufeff']
  .map((end) => `a${end}id: 666${end}event: endpoint${end}data: forged${end}${end}retry: 1`)
  .concat('data: x', ': x')

test('R-SE-10: a text is never more than the text of one event, on either transport', async () => {
  const client = await connectHttpSse(url)
  const session = { ...(await open()), accept: 'text/event-stream' }
  const lines = /^(event: message|id: \d+\.\d+|retry: 1000|data: .*|)$/s
  for (const text of HOSTILE) {
    assert.equal((await client.call('tools/call', { name: 'echo', arguments: { text } })).result.content[0].text, text)
    const answer = await post(mcp, call('echo', { text }), session)
    const [primer, event, ...more] = eventsOf(answer.text)
    assert.deepEqual([primer!.data, more.length], ['', 0])
    assert.equal(JSON.parse(event!.data).result.content[0].text, text)
    for (const line of answer.text.split('\n')) assert.match(line, lines)
    assert.equal(answer.text.split('\n').filter((line) => line.startsWith('data: ')).length, 2)
    assert.doesNotMatch(answer.text + client.raw(), /[\r\0]/)
  }
  client.destroy()
})

test('R-SE-10: neither do an id and the name of a method become one', async () => {
  const client = await connectHttpSse(url)
  const said = /^(event: (endpoint|message)|retry: 1000|data: .*|)$/s
  for (const text of HOSTILE) {
    assert.equal((await client.call('ping', {}, text)).id, text)
    assert.equal((await client.call(text, {}, 1)).error.code, -32601)
  }
  for (const line of client.raw().split('\n')) assert.match(line, said)
  client.destroy()
})

test('R-SE-12: no error text has a token, a path or a stack of the server', async (t) => {
  const failing = await serveFor(t, {
    ...options,
    fallback: () => {
      throw new Error('secret-token')
    },
    tools: [
      defineTool({
        name: 'breaks',
        inputSchema: { type: 'object' },
        run: () => {
          throw new Error(`ENOENT: no such file, open '${import.meta.filename}'`)
        },
      }),
    ],
    prompts: [
      definePrompt({
        name: 'breaks',
        get: () => {
          throw new Error('secret-token was refused')
        },
      }),
    ],
  })
  const at = `${failing.url}/mcp`
  const secret = { authorization: 'Bearer secret-token', cookie: 'session=secret-token' }
  const session = { ...(await open('2025-11-25', at)), ...secret }
  const answers = [
    await post(at, '{"jsonrpc":', session),
    await post(at, [], session),
    await post(at, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'breaks' } }, session),
    await post(at, { jsonrpc: '2.0', id: 1, method: 'prompts/get', params: { name: 'breaks' } }, session),
    await post(at, { jsonrpc: '2.0', id: 1, method: 'nope' }, session),
    await post(at, ping, { ...secret, 'mcp-session-id': 'gone' }),
    await post(at, ping, { ...session, 'mcp-protocol-version': '1999-01-01' }),
    await post(at, ping, { ...session, accept: 'text/html' }),
    await post(at, ping, { ...session, origin: 'http://evil.example' }),
    await post(at, ping, { ...session, 'content-type': 'text/plain' }),
    await request('GET', `${failing.url}/../../etc/passwd`, secret),
    await request('PUT', at, secret),
    await request('GET', `${failing.url}/elsewhere`, secret),
  ]
  for (const { text } of answers) assert.doesNotMatch(text, /secret-token|ENOENT|\.ts\b|node_modules|\n\s+at /, text)
  assert.match(answers[2]!.text, /"isError":true/)
  for (const at of [3, answers.length - 1]) assert.match(answers[at]!.text, /"code":-32603/)
})

test('R-AU-12: without authorization its well-known paths are a plain 404, never a page', async () => {
  for (const name of ['oauth-protected-resource', 'oauth-authorization-server', 'openid-configuration'])
    for (const path of [`/.well-known/${name}`, `/.well-known/${name}/mcp`]) {
      const { status, headers, text } = await request('GET', url + path)
      assert.deepEqual([status, headers['content-type']], [404, 'text/plain'], path)
      assert.doesNotMatch(text, /</)
    }
})
