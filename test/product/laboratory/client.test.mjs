// The laboratory's client against live servers: messages, bytes, cuts, refusals.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { test } from 'node:test'
import { EventSource } from '../../../dist/event-source.js'
import { defineTool, serve } from '../../../dist/index.js'
import { createParser } from '../../../dist/sse/index.js'
import { encoded, marksOf, mirrored } from '../../../web/laboratory/client-headers.js'
import { createClient } from '../../../web/laboratory/mcp-client.js'
import { createRecord } from '../../../web/laboratory/record.js'
import { startTap } from '../../support/tap.mjs'

const WAYS = [
  { transport: 'sse', revision: '2025-06-18', reader: 'fetch' },
  { transport: 'sse', revision: '2025-06-18', reader: 'EventSource' },
  { transport: 'http', revision: '2025-11-25' },
  { transport: 'stateless', revision: '2026-07-28' },
]
const nameOf = ({ transport, reader = '' }) => `${transport} ${reader}`.trim()

const elicit = (message) => ({
  method: 'elicitation/create',
  params: { message, requestedSchema: { type: 'object', properties: { lumps: { type: 'integer' } } } },
})
const calls = new Map() // what a running tool sees, by the name that the caller gave
const waiting = new Map() // who waits for such a call
const callOf = (name) =>
  new Promise((resolve) => (calls.has(name) ? resolve(calls.get(name)) : waiting.set(name, resolve)))

const TOOLS = [
  defineTool({
    name: 'tea',
    inputSchema: { type: 'object' },
    async run(_args, call) {
      call.progress(1, 2)
      const { sugar } = await call.ask({ sugar: elicit('How many lumps?') })
      return `${sugar.content.lumps} lumps`
    },
  }),
  defineTool({
    name: 'nag',
    inputSchema: { type: 'object' },
    async run(_args, call) {
      for (let i = 0; ; i++) await call.ask({ [`question ${i}`]: elicit('Sure?') })
    },
  }),
  defineTool({
    name: 'echo',
    inputSchema: {
      type: 'object',
      properties: {
        text: { type: 'string', 'x-mcp-header': 'Text' },
        deep: { type: 'object', properties: { count: { type: 'integer', 'x-mcp-header': 'Count' } } },
      },
    },
    run: ({ text, more }) => text ?? more,
  }),
  defineTool({
    name: 'release',
    inputSchema: { type: 'object' },
    run(_args, call) {
      call.progress(1, 2)
      call.releaseConnection(40)
      return 'after all'
    },
  }),
  defineTool({
    name: 'hold',
    inputSchema: { type: 'object', properties: { name: { type: 'string' } } },
    run({ name }, call) {
      call.progress(1)
      const done = new Promise((resolve) => {
        calls.set(name, { call, finish: resolve })
        call.signal.addEventListener('abort', () => resolve('aborted'))
      })
      waiting.get(name)?.(calls.get(name))
      return done
    },
  }),
]

async function startServer(t) {
  const running = await serve({ name: 'tea', version: '1.2.3', tools: TOOLS, port: 0, listChanged: true, log() {} })
  t.after(() => {
    const closed = running.close()
    running.server.closeAllConnections() // fetch keeps some in reserve, on which nothing was ever asked
    return closed
  })
  return running
}

/** A client whose states, notifications and questions are kept. */
function clientFor(t, base, options) {
  const record = createRecord()
  const states = []
  const heard = []
  const waits = []
  const client = createClient({
    base,
    record,
    createParser,
    EventSource,
    capabilities: { elicitation: {} },
    onRequest: async (method, params) => ({ action: 'accept', content: { lumps: params.message.length } }),
    onNotification: (method, params) => heard.push([method, params]),
    onState(state) {
      states.push(state)
      for (const wait of waits.splice(0)) wait()
    },
    ...options,
  })
  t.after(() => client.close())
  /** Fulfilled when the client is in this state. */
  const until = async (state) => {
    while (client.state !== state) await new Promise((resolve) => waits.push(resolve))
  }
  return { client, record, states, heard, until }
}

/** Fulfilled when this holds of the record. */
const when = (record, holds) =>
  new Promise((resolve) => {
    const look = () => holds(record) && resolve()
    record.listen(look)
    look()
  })
const endOf = (record, fits) => when(record, () => record.exchanges.some((one) => one.ending && fits(one)))
const isNotified = ({ frames }) => frames.some(({ way, message }) => way === '↓' && message?.method)

/** A server of a few lines, for what ours does not do. */
async function startRaw(t, answer) {
  const seen = []
  const server = http.createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const one = { method: request.method, url: request.url, headers: request.headers, body: body && JSON.parse(body) }
    seen.push(one)
    answer(one, response, seen)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => (server.closeAllConnections(), server.close()))
  return { base: `http://127.0.0.1:${server.address().port}`, seen }
}
const stream = (response, text) => response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(text)
const json = (response, id, result, status = 200) =>
  response
    .writeHead(status, { 'Content-Type': 'application/json' })
    .end(JSON.stringify({ jsonrpc: '2.0', id, ...result }))

/** The bodies that the record has, put together from its frames. */
function recorded({ exchanges, frames }) {
  return exchanges.map((exchange) => {
    const parts = frames.filter((frame) => frame.way === '↓' && frame.exchange === exchange)
    return Buffer.concat(parts.map(({ bytes }) => bytes)).toString()
  })
}

for (const way of WAYS)
  test(`connects, lists, calls, reports progress, answers what the server asks: ${nameOf(way)}`, async (t) => {
    const { url } = await startServer(t)
    const { client, states, heard } = clientFor(t, url, way)
    await client.connect()
    assert.deepEqual(states, ['connecting', 'open'])
    assert.equal(client.revision, way.revision)
    assert.deepEqual(client.serverInfo, { name: 'tea', version: '1.2.3' })
    assert.ok(client.serverCapabilities.tools)

    const { tools } = await client.request('tools/list')
    assert.equal(tools.length, TOOLS.length)
    const reports = []
    const onProgress = ({ progress, total }) => reports.push([progress, total])
    const { content } = await client.request('tools/call', { name: 'tea' }, { onProgress })
    assert.deepEqual(content, [{ type: 'text', text: '15 lumps' }])
    // The body of the tool begins anew where it is asked by a second call.
    assert.deepEqual(
      reports,
      way.transport === 'stateless'
        ? [
            [1, 2],
            [1, 2],
          ]
        : [[1, 2]],
    )
    assert.ok(heard.every(([method]) => method === 'notifications/progress'))

    await client.close()
    assert.deepEqual(states, ['connecting', 'open', 'closed'])
    await assert.rejects(client.request('tools/list'), /^Error: Not connected\.$/)
    await client.connect()
    assert.equal(client.state, 'open')
  })

for (const way of WAYS.filter(({ reader }) => reader !== 'EventSource'))
  test(`the bytes of the record are the bytes on the wire: ${nameOf(way)}`, async (t) => {
    const { url } = await startServer(t)
    const tap = await startTap(t, url)
    const { client, record } = clientFor(t, tap.base, way)
    await client.connect()
    await client.request('tools/list')
    await client.request('tools/call', { name: 'tea' }, { onProgress() {} })
    await client.request('tools/call', { name: 'echo', arguments: { more: '消息 😀 '.repeat(3000) } })
    await client.request('nothing').catch(() => {})

    // On a stream that is still open more may be under way on the wire than what the page has read: our answers came.
    const wire = tap.bodies().filter(Boolean).toSorted()
    assert.deepEqual(recorded(record).filter(Boolean).toSorted(), wire)
    assert.equal(
      record.totals.bytesIn,
      wire.reduce((sum, body) => sum + Buffer.byteLength(body), 0),
    )
    for (const { bytesIn, number } of record.exchanges) {
      const parts = record.frames.filter(({ way, exchange }) => way === '↓' && exchange?.number === number)
      assert.equal(
        bytesIn,
        parts.reduce((sum, { bytes }) => sum + bytes.length, 0),
      )
      for (const [at, { offset }] of parts.entries())
        assert.equal(
          offset,
          parts.slice(0, at).reduce((sum, { bytes }) => sum + bytes.length, 0),
        )
    }
  })

test('EventSource shows neither bytes nor status, and says what it is doing', async (t) => {
  const { url } = await startServer(t)
  const { client, record } = clientFor(t, url, WAYS[1])
  await client.connect()
  await client.close()
  const [get] = record.exchanges
  assert.deepEqual(
    [get.method, get.url, get.reader, get.status, get.bytesIn, get.ending],
    ['GET', '/sse', 'EventSource', undefined, 0, 'closed'],
  )
  const rows = record.frames.filter(({ exchange }) => exchange === get)
  assert.deepEqual(
    rows.map(({ way, type, text, bytes }) => [way, type, type === 'readyState' ? text : '', bytes]),
    [
      ['↑', 'GET', '', undefined],
      ['·', 'readyState', '0 CONNECTING', undefined],
      ['·', 'readyState', '1 OPEN', undefined],
      ['↓', 'endpoint', '', undefined],
      ['↓', 'message', '', undefined],
      ['·', 'readyState', '2 CLOSED', undefined],
    ],
  )
  assert.equal(rows[4].message.result.serverInfo.name, 'tea')
})

for (const way of WAYS.slice(0, 2))
  test(`HTTP+SSE comes back from a cut as another session, and nothing is done again: ${way.reader}`, async (t) => {
    const { url } = await startServer(t)
    const tap = await startTap(t, url)
    const { client, record, states, until } = clientFor(t, tap.base, way)
    await client.connect()
    const { session, endpoint } = client
    const held = client.request('tools/call', { name: 'hold', arguments: { name: `cut ${way.reader}` } })
    await callOf(`cut ${way.reader}`)
    await endOf(record, ({ body = '' }) => body.includes('hold'))
    const posts = () => record.exchanges.filter(({ method }) => method === 'POST').length
    const before = posts()

    tap.cut()
    await assert.rejects(held, /^Error: The stream was cut, and its session is gone\.$/)
    assert.deepEqual([client.state, client.session, client.endpoint], ['connecting', undefined, undefined])
    await until('open')
    assert.deepEqual(states, ['connecting', 'open', 'connecting', 'open'])
    assert.notEqual(client.session, session)
    assert.deepEqual([client.revision, client.serverInfo, client.reconnects], [undefined, undefined, 1])
    assert.equal(record.totals.reconnects, 1)
    assert.equal(posts(), before)
    const [first, second] = record.exchanges.filter(({ method }) => method === 'GET')
    assert.equal(first.ending, 'cut')
    // The server has told `retry: 1000`.
    assert.ok(second.at - first.endedAt > (way.reader === 'fetch' ? 990 : 0))
    assert.equal((await fetch(endpoint, { method: 'POST' })).status, 404)

    await client.connect()
    assert.equal(client.revision, way.revision)
    await client.request('tools/list')
  })

const INITIALIZED = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'raw', version: '1' } }

/** An HTTP+SSE server of a few lines. `more(message, stream)` takes what is not the handshake. */
function startRawSse(t, begin, more = () => {}) {
  let down
  return startRaw(t, ({ method, body }, response, seen) => {
    if (method === 'GET') {
      down = response
      return stream(response, begin(seen.filter((one) => one.method === 'GET').length))
    }
    response.writeHead(202).end()
    if (body.method === 'initialize')
      down.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id: body.id, result: INITIALIZED })}\n\n`)
    else more(body, down)
  })
}

test('a stream of HTTP+SSE that had IDs is opened again with the last one, after its own retry', async (t) => {
  const { base, seen } = await startRawSse(
    t,
    (number) => `retry: 30\nid: n${number}\nevent: endpoint\ndata: /messages?session_id=${number}\n\n`,
    (message, down) => message.method === 'tools/list' && down.end(),
  )
  const { client, record, until } = clientFor(t, base, WAYS[0])
  await client.connect()
  assert.equal(client.session, '1')
  await assert.rejects(client.request('tools/list'), /cut/)
  await until('open')
  assert.equal(client.session, '2')
  const gets = seen.filter(({ method }) => method === 'GET')
  assert.deepEqual(
    gets.map(({ headers }) => headers['last-event-id']),
    [undefined, 'n1'],
  )
  const [first, second] = record.exchanges.filter(({ method }) => method === 'GET')
  assert.equal(first.ending, 'ended')
  assert.ok(second.at - first.endedAt > 28 && second.at - first.endedAt < 900)
})

for (const way of WAYS.slice(0, 2))
  test(`an endpoint on another origin is refused, and nothing is posted there: ${way.reader}`, async (t) => {
    const foreign = await startRaw(t, (_, response) => response.end())
    const { base, seen } = await startRawSse(t, () => `event: endpoint\ndata: ${foreign.base}/messages\n\n`)
    const { client, record, states } = clientFor(t, base, way)
    await assert.rejects(
      client.connect(),
      new RegExp(`^Error: The endpoint is on another origin, ${foreign.base}: refused\\.$`),
    )
    assert.deepEqual(states, ['connecting', 'closed'])
    assert.deepEqual(foreign.seen, [])
    assert.deepEqual(
      seen.map(({ method }) => method),
      ['GET'],
    )
    assert.equal(record.exchanges[0].ending, 'closed')
  })

test('ping is answered by the client itself; what it does not serve is an error, and so is a refusal', async (t) => {
  const ask = (method, id) => `data: ${JSON.stringify({ jsonrpc: '2.0', id, method, params: {} })}\n\n`
  let answered
  const answers = new Promise((resolve) => (answered = resolve))
  const got = new Map()
  const { base } = await startRawSse(
    t,
    () => 'event: endpoint\ndata: /messages\n\n',
    (message, down) => {
      if (message.method === 'notifications/initialized') down.write(ask('ping', 'p') + ask('roots/list', 0))
      else if (got.set(message.id, message).size === 2) answered()
    },
  )
  const { client } = clientFor(t, base, { ...WAYS[0], onRequest: undefined })
  await client.connect()
  await answers
  assert.deepEqual(got.get('p'), { jsonrpc: '2.0', id: 'p', result: {} })
  assert.deepEqual(got.get(0).error, { code: -32601, message: 'roots/list is not served here.' })
})

test('what the one who is asked throws goes to the server as an error', async (t) => {
  const { url } = await startServer(t)
  const onRequest = () => Promise.reject(Object.assign(new Error('The reader said no.'), { code: -1 }))
  const { client } = clientFor(t, url, { ...WAYS[2], onRequest })
  await client.connect()
  const { content, isError } = await client.request('tools/call', { name: 'tea' })
  assert.deepEqual([isError, content[0].text], [true, 'The client answered: The reader said no.'])
})

test('Streamable HTTP: session and version go with every message, and DELETE ends the session', async (t) => {
  const { url } = await startServer(t)
  const { client, record } = clientFor(t, url, WAYS[2])
  await client.connect()
  const { session } = client
  assert.match(session, /^[!-~]+$/)
  await client.request('tools/list')
  await client.close()
  assert.deepEqual(
    record.exchanges.map(({ method, status, headers }) => [
      method,
      status,
      headers['Mcp-Session-Id'],
      headers['MCP-Protocol-Version'],
    ]),
    [
      ['POST', 200, undefined, undefined],
      ['POST', 202, session, '2025-11-25'],
      ['POST', 200, session, '2025-11-25'],
      ['DELETE', 204, session, '2025-11-25'],
    ],
  )
  const headers = { 'Mcp-Session-Id': session, Accept: 'text/event-stream' }
  assert.equal((await fetch(`${url}/mcp`, { headers })).status, 404)
})

test('Streamable HTTP 2025-03-26 has no version header', async (t) => {
  const { url } = await startServer(t)
  const { client, record } = clientFor(t, url, { ...WAYS[2], revision: '2025-03-26' })
  await client.connect()
  assert.ok(record.exchanges.every(({ headers }) => !('MCP-Protocol-Version' in headers)))
})

test('a reply that the server released is fetched by GET with the last ID, after its retry', async (t) => {
  const { url } = await startServer(t)
  const { client, record } = clientFor(t, url, WAYS[2])
  await client.connect()
  const { content } = await client.request('tools/call', { name: 'release' }, { onProgress() {} })
  assert.deepEqual(content, [{ type: 'text', text: 'after all' }])
  const [post, get] = record.exchanges.slice(-2)
  assert.deepEqual(
    [post.method, post.ending, get.method, get.status, get.body],
    ['POST', 'ended', 'GET', 200, undefined],
  )
  const ids = record.frames.filter(({ exchange, id }) => exchange === post && id).map(({ id }) => id)
  assert.equal(get.headers['Last-Event-ID'], ids.at(-1))
  assert.ok(get.at - post.endedAt > 38)
  assert.equal(client.reconnects, 1)
})

test('a reply that the network cut is fetched by GET: nothing of it is lost or comes twice', async (t) => {
  const { url } = await startServer(t)
  const tap = await startTap(t, url)
  const { client, heard, record } = clientFor(t, tap.base, WAYS[2])
  await client.connect()
  const held = client.request('tools/call', { name: 'hold', arguments: { name: 'resumed' } }, { onProgress() {} })
  const { call, finish } = await callOf('resumed')
  await when(record, isNotified)
  tap.cut()
  call.progress(2)
  finish('late')
  const { content } = await held
  assert.equal(content[0].text, 'late')
  await endOf(record, ({ method }) => method === 'GET')
  assert.deepEqual(
    heard.map(([, { progress }]) => progress),
    [1, 2],
  )
  assert.deepEqual(
    record.exchanges.slice(-2).map(({ method, ending }) => [method, ending]),
    [
      ['POST', 'cut'],
      ['GET', 'ended'],
    ],
  )
})

test('stateless: a cut reply is lost, and only its request fails', async (t) => {
  const { url } = await startServer(t)
  const tap = await startTap(t, url)
  const { client, record } = clientFor(t, tap.base, WAYS[3])
  await client.connect()
  const held = client.request('tools/call', { name: 'hold', arguments: { name: 'lost' } }, { onProgress() {} })
  await when(record, isNotified)
  tap.cut()
  await assert.rejects(held, ({ isCut }) => isCut)
  assert.equal(client.state, 'open')
  await client.request('tools/list')
})

for (const way of WAYS)
  test(`who aborts a request stops the work: ${nameOf(way)}`, async (t) => {
    const { url } = await startServer(t)
    const { client, record } = clientFor(t, url, way)
    await client.connect()
    const stop = new AbortController()
    const name = `aborted ${nameOf(way)}`
    const held = client.request('tools/call', { name: 'hold', arguments: { name } }, { signal: stop.signal })
    const { call } = await callOf(name)
    stop.abort(new Error('Enough.'))
    await assert.rejects(held, /^Error: Enough\.$/)
    if (!call.signal.aborted) await once(call.signal, 'abort')
    const isSaid = record.frames.some(({ message }) => message?.method === 'notifications/cancelled')
    assert.equal(isSaid, way.transport !== 'stateless')
    if (way.transport === 'stateless') assert.equal(record.exchanges.at(-1).ending, 'closed')
    await client.request('tools/list')
  })

for (const way of WAYS)
  test(`close rejects what waits, and ends what is open: ${nameOf(way)}`, async (t) => {
    const { url } = await startServer(t)
    const { client, record, states } = clientFor(t, url, way)
    await client.connect()
    const name = `closed ${nameOf(way)}`
    const held = client.request('tools/call', { name: 'hold', arguments: { name } })
    const { finish } = await callOf(name)
    const rejected = assert.rejects(held, /^Error: The connection is closed\.$/)
    await client.close()
    await rejected
    finish('unheard')
    await client.close()
    assert.deepEqual(states, ['connecting', 'open', 'closed'])
    assert.ok(record.exchanges.every(({ ending }) => ending))
    assert.deepEqual([client.session, client.revision], [undefined, undefined])
  })

test('a refusal carries the status, the code and the sentence of the server', async (t) => {
  const { url } = await startServer(t)
  const refused = async (way, method, params) => {
    const { client } = clientFor(t, url, way)
    await client.connect()
    const error = await client.request(method, params).catch((error) => error)
    return [error.message, error.code, error.status]
  }
  const unknown = ['Method not found: nothing', -32601]
  assert.deepEqual(await refused(WAYS[0], 'nothing'), [...unknown, undefined])
  assert.deepEqual(await refused(WAYS[2], 'nothing'), [...unknown, undefined])
  assert.deepEqual(await refused(WAYS[3], 'nothing'), [...unknown, 404])
  const [message, code, status] = await refused(WAYS[3], 'tools/call', {
    name: 'echo',
    arguments: { text: 'unmarked' },
  })
  assert.deepEqual([code, status], [-32020, 400])
  assert.match(message, /Mcp-Param-Text must repeat/)
})

test('a session that the server has ended answers 404, with its sentence', async (t) => {
  const { url } = await startServer(t)
  const { client } = clientFor(t, url, WAYS[2])
  await client.connect()
  await fetch(`${url}/mcp`, { method: 'DELETE', headers: { 'Mcp-Session-Id': client.session } })
  await assert.rejects(client.request('tools/list'), ({ status, message }) => {
    assert.deepEqual([status, message], [404, 'Unknown or ended session: send initialize again, without its id.'])
    return true
  })
})

test('what is no event stream is no stream: its status and its first words are told', async (t) => {
  for (const [status, type, text, sentence] of [
    [200, 'text/html', '<p>hello', '<p>hello'],
    [204, '', '', 'Answered by 204.'],
    [500, 'text/plain', 'broken', 'broken'],
  ]) {
    const { base } = await startRaw(t, (_, response) => {
      response.writeHead(status, type && { 'Content-Type': type }).end(text)
    })
    const { client, states } = clientFor(t, base, WAYS[0])
    await assert.rejects(client.connect(), { message: sentence, status })
    assert.deepEqual(states, ['connecting', 'closed'])
  }
})

for (const way of WAYS.filter(({ reader }) => reader !== 'EventSource'))
  test(`who is not there is not waited for: ${nameOf(way)}`, async (t) => {
    const { client } = clientFor(t, 'http://127.0.0.1:9', way)
    await assert.rejects(client.connect(), ({ isCut, status }) => isCut && status === undefined)
    assert.equal(client.state, 'closed')
  })

test('EventSource gives up without a reason', async (t) => {
  const { base } = await startRaw(t, (_, response) => response.writeHead(500).end())
  const { client, record } = clientFor(t, base, WAYS[1])
  await assert.rejects(client.connect(), /^Error: EventSource gave up\. It does not tell why\.$/)
  assert.equal(record.frames.at(-1).text, '2 CLOSED')
  assert.equal(record.exchanges[0].ending, 'ended')
})

test('a revision that the client does not speak ends the handshake', async (t) => {
  const { base } = await startRaw(t, ({ body }, response) =>
    json(response, body?.id, { result: { ...INITIALIZED, protocolVersion: '2031-01-01' } }),
  )
  const { client } = clientFor(t, base, WAYS[2])
  await assert.rejects(client.connect(), /^Error: The server chose 2031-01-01, which we do not speak\.$/)
})

test('stateless: a version that is not served is exchanged for one of those the server names', async (t) => {
  const { url } = await startServer(t)
  const { client, record } = clientFor(t, url, { ...WAYS[3], revision: '2031-01-01' })
  await client.connect()
  assert.equal(client.revision, '2026-07-28')
  assert.deepEqual(
    record.exchanges.map(({ status }) => status),
    [400, 200],
  )

  const { base } = await startRaw(t, ({ body }, response) =>
    json(response, body.id, { error: { code: -32022, message: 'No.', data: { supported: ['2031-01-01'] } } }, 400),
  )
  await assert.rejects(clientFor(t, base, WAYS[3]).client.connect(), { message: 'No.', code: -32022, status: 400 })
})

test('stateless: each request says who asks; ids are new in each round; the state goes back untouched', async (t) => {
  const { url } = await startServer(t)
  const { client, record } = clientFor(t, url, WAYS[3])
  await client.connect()
  await client.request('tools/call', { name: 'tea' }, { onProgress() {} })
  const [first, second] = record.frames
    .filter(({ message }) => message?.method === 'tools/call')
    .map(({ message }) => message)
  assert.deepEqual(first.params._meta, {
    progressToken: first.id,
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'sse-mcp-laboratory', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
  })
  const asked = record.frames.find(({ message }) => message?.result?.resultType === 'input_required').message.result
  assert.notEqual(first.id, second.id)
  assert.equal(second.params.requestState, asked.requestState)
  assert.deepEqual(second.params.inputResponses, { sugar: { action: 'accept', content: { lumps: 15 } } })
  assert.equal(record.exchanges.at(-1).headers['Mcp-Session-Id'], undefined)
})

test('stateless: a server that never stops asking is answered twenty times', async (t) => {
  const { url } = await startServer(t)
  const { client } = clientFor(t, url, WAYS[3])
  await client.connect()
  await assert.rejects(client.request('tools/call', { name: 'nag' }), /^Error: The server has asked 20 times\.$/)
})

test('stateless: headers repeat the method, the name, and what the listed tool marks', async (t) => {
  const { url } = await startServer(t)
  const { client, record } = clientFor(t, url, WAYS[3])
  await client.connect()
  await client.request('tools/list')
  const { content } = await client.request('tools/call', {
    name: 'echo',
    arguments: { text: ' 茶 ', deep: { count: 42 } },
  })
  assert.equal(content[0].text, ' 茶 ')
  const { headers } = record.exchanges.at(-1)
  assert.deepEqual(
    ['Mcp-Method', 'Mcp-Name', 'Mcp-Param-Text', 'Mcp-Param-Count'].map((name) => headers[name]),
    ['tools/call', 'echo', '=?base64?IOiMtiA=?=', '42'],
  )
})

test('transports, "Standard Request Headers": what goes plain, and what as Base64', () => {
  for (const plain of ['', 'us west 1', 'a\tb', '~!', '=?base64?x', '42', 'x?=']) assert.equal(encoded(plain), plain)
  for (const text of [' a', 'a ', '\ta', 'a\n', 'é', '世界', '\x7f', '=?base64?eA==?=', '😀'.repeat(50_000)])
    assert.equal(encoded(text), `=?base64?${Buffer.from(text).toString('base64')}?=`)
  assert.deepEqual(mirrored({ method: 'resources/read', params: { uri: 'file:///茶' } }), {
    'Mcp-Method': 'resources/read',
    'Mcp-Name': '=?base64?ZmlsZTovLy/ojLY=?=',
  })
  const marks = marksOf(TOOLS[2].inputSchema)
  assert.deepEqual(marks, [
    { name: 'Text', type: 'string', path: ['text'] },
    { name: 'Count', type: 'integer', path: ['deep', 'count'] },
  ])
  const call = (args) => mirrored({ method: 'tools/call', params: { name: 'x', arguments: args } }, marks)
  assert.deepEqual(call({ text: '', deep: { count: 0 } }), {
    'Mcp-Method': 'tools/call',
    'Mcp-Name': 'x',
    'Mcp-Param-Text': '',
    'Mcp-Param-Count': '0',
  })
  for (const args of [undefined, {}, { text: null, deep: null }])
    assert.deepEqual(call(args), { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'x' })
})

for (const way of WAYS.filter(({ reader }) => reader !== 'EventSource'))
  test(`listen brings what concerns no request, until it is ended: ${nameOf(way)}`, async (t) => {
    const { url, changes } = await startServer(t)
    let heard
    const news = new Promise((resolve) => (heard = resolve))
    const onNotification = (method) => method === 'notifications/tools/list_changed' && heard(method)
    const { client, record } = clientFor(t, url, { ...way, onNotification })
    await client.connect()
    const stop = await client.listen({ toolsListChanged: true })
    changes.publish({ kind: 'toolsListChanged' })
    assert.equal(await news, 'notifications/tools/list_changed')
    const exchange = record.frames.at(-1).exchange
    const ended = new Promise((resolve) => record.listen((_frame, one) => one === exchange && one.ending && resolve()))
    stop()
    if (way.transport !== 'sse') await ended
    assert.equal(client.state, 'open')
  })

test('listen is refused where there is no such stream', async (t) => {
  const { base } = await startRaw(t, ({ method, body }, response) => {
    if (method === 'GET') response.writeHead(405).end()
    else json(response, body.id, { result: INITIALIZED })
  })
  const { client } = clientFor(t, base, WAYS[2])
  await client.connect()
  await assert.rejects(client.listen(), { status: 405, message: 'Answered by 405.' })
  assert.equal(client.state, 'open')
})

test('without a record the client works all the same', async (t) => {
  const { url } = await startServer(t)
  for (const way of WAYS) {
    const { client } = clientFor(t, url, { ...way, record: undefined })
    await client.connect()
    assert.equal((await client.request('tools/list')).tools.length, TOOLS.length)
  }
})
