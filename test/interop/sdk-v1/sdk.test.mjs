// The official SDK's client against the product and against a server of the product's parts, over HTTP+SSE.
// Needs: sdk-v1
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { after, before, test as nodeTest } from 'node:test'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import {
  CallToolRequestSchema,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  EmptyResultSchema,
  InitializeResultSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ProgressNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { connect, createTransport } from './client.mjs'
import { deferred, startFixture, startProduct } from './server.mjs'
import { CAPTURED_TOOL } from '../../support/hacker-news-tool.mjs'

/** A client that waits in vain must not wait for ever. */
const test = (name, run) => nodeTest(name, { timeout: 120_000 }, run)
const HACKER_NEWS = CAPTURED_TOOL.name
const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']

let product
let fixture
before(async () => {
  product = await startProduct()
  fixture = await startFixture()
})
after(() => Promise.all([product?.close(), fixture?.close()]))

/** Connects, and disconnects when the test is over. */
async function connected(t, base, options) {
  const connection = await connect(base, options)
  t.after(() => connection.close())
  return connection
}

/** The official transport without a client, started. */
async function openTransport(t, base) {
  const raw = createTransport(base)
  await raw.transport.start()
  t.after(() => raw.transport.close())
  return raw
}

const textOf = ({ content }) => content[0].text
const toolCall = (id, name, args, meta) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args, ...(meta && { _meta: meta }) },
})

test('R-LC-1, R-LC-2: the SDK client connects to the product and gets the newest revision it offers', async (t) => {
  const { client, negotiated, received } = await connected(t, product.url)
  assert.equal(negotiated, '2025-11-25')
  const { name, version } = client.getServerVersion()
  assert.ok(name.length > 0 && version.length > 0)
  assert.deepEqual(client.getServerCapabilities().tools, {})
  assert.equal(received[0].id, 0) // the SDK counts from 0, and 0 is an id
})

test('R-LC-3: a revision that is none of ours is answered by our newest', async (t) => {
  for (const revision of ['2024-10-07', '2026-07-28']) {
    const { negotiated, client } = await connected(t, product.url, { revision })
    assert.equal(negotiated, '2025-11-25')
    assert.equal((await client.listTools()).tools.length, 1)
  }
})

for (const revision of REVISIONS)
  test(`R-LC-2, R-LC-7, R-SSE-11: revision ${revision} is negotiated, and the tool has its words only`, async (t) => {
    const { client, call, negotiated, next, requests } = await connected(t, product.url, { revision })
    assert.equal(negotiated, revision)

    const answered = next(({ result }) => result?.tools)
    await client.listTools()
    const [{ annotations, title, ...tool }, ...others] = (await answered).result.tools
    assert.deepEqual(others, [])
    assert.deepEqual(tool, CAPTURED_TOOL)
    if (revision === '2024-11-05') assert.equal(annotations, undefined)
    else assert.deepEqual([annotations.readOnlyHint, annotations.openWorldHint], [true, true])
    if (revision < '2025-06-18') assert.equal(title, undefined)

    assert.equal(requests.at(-1).headers.get('mcp-protocol-version'), revision)
    const { content, isError } = await call(HACKER_NEWS, { type: 'newstories', amount: 1 })
    assert.equal(isError, undefined)
    assert.equal(JSON.parse(content[0].text).type, 'story')
  })

test('R-LC-7: 2024-11-05 has no word for a progress message, 2025-03-26 has', async (t) => {
  for (const [revision, message] of [
    ['2024-11-05', undefined],
    ['2025-03-26', 'step 1'],
  ]) {
    const { call, received } = await connected(t, fixture.url, { revision })
    await call('count', { to: 1 }, { onprogress() {} })
    const progress = received.find(({ method }) => method === 'notifications/progress')
    assert.equal(progress.params.message, message)
  }
})

test('the product returns as many stories as asked for, each as the snapshot has it', async (t) => {
  const { lists, items } = JSON.parse(await readFile(new URL('../../../data/hackernews.json', import.meta.url), 'utf8'))
  const byId = new Map(items.map((item) => [item.id, item]))
  const { call } = await connected(t, product.url)
  for (const [type, amount] of [
    ['topstories', 3],
    ['topstories', 500],
    ['beststories', undefined],
  ]) {
    const { content, isError } = await call(HACKER_NEWS, { type, ...(amount && { amount }) })
    assert.equal(isError, undefined)
    const wanted = lists[type].slice(0, amount ?? 10).map((id) => byId.get(id))
    const stories = content.filter(({ text }) => text.startsWith('{'))
    assert.deepEqual(
      stories.map(({ text }) => JSON.parse(text)),
      wanted,
    )
  }
})

test('R-TO-10: wrong arguments are a result with isError that names the path and the rule', async (t) => {
  const { call } = await connected(t, product.url)
  for (const [args, ...words] of [
    [{ type: 'topstories', amount: 501 }, '/amount', 'maximum'],
    [{ type: 'topstories', amount: 0 }, '/amount', 'minimum'],
    [{ type: 'topstories', amount: '3' }, '/amount', 'type'],
    [{ type: 'oldstories' }, '/type', 'enum', 'beststories'],
    [{}, 'type', 'required'],
    [{ type: 'topstories', limit: 3 }, 'limit', 'additionalProperties'],
  ]) {
    const result = await call(HACKER_NEWS, args)
    assert.equal(result.isError, true)
    for (const word of words) assert.ok(textOf(result).includes(word), `${textOf(result)} names ${word}`)
  }
})

test('R-TO-11: an unknown tool is -32602, an unknown method -32601', async (t) => {
  const { client, call } = await connected(t, product.url)
  await assert.rejects(call('no-such-tool', {}), { code: -32602, message: /Unknown tool: no-such-tool/ })
  await assert.rejects(client.request({ method: 'no/such' }, EmptyResultSchema), { code: -32601 })
  // Not offered, so not there: a client that asks all the same is told so.
  await assert.rejects(client.request({ method: 'prompts/list' }, EmptyResultSchema), { code: -32601 })
})

test('R-TO-13: what a tool says on purpose reaches the model, what it did not mean to stays inside', async (t) => {
  const { call } = await connected(t, fixture.url)
  const told = await call('fail', { how: 'on purpose' })
  assert.deepEqual([told.isError, textOf(told)], [true, 'No such city. Try Oslo.'])
  const hidden = await call('fail', { how: 'by accident' })
  assert.equal(hidden.isError, true)
  assert.doesNotMatch(JSON.stringify(hidden), /secret|passwd|at .*\.mjs/)
  assert.match(fixture.log.at(-1).cause, /secret: \/etc\/passwd/)
})

test('R-PG-1, R-PG-2: progress comes whole, in order, before the result, and bears the token with its type', async (t) => {
  const { post, next, received } = await openTransport(t, fixture.url)
  const initialized = next(({ id }) => id === 'init')
  await post({
    jsonrpc: '2.0',
    id: 'init',
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  })
  await initialized
  for (const progressToken of [7, 0, '7', 'listen:0', '6f1c0a52-8f7e-4a9c-a8a7-0d3c6b1de0f1']) {
    const id = `with ${progressToken}`
    received.length = 0
    const answered = next((message) => message.id === id)
    assert.equal(await post(toolCall(id, 'count', { to: 5 }, { progressToken })), 202)
    await answered
    assert.deepEqual(
      received.map((message) => message.params ?? message.id),
      [
        ...[1, 2, 3, 4, 5].map((step) => ({
          progressToken,
          progress: step,
          total: 5,
          message: `step ${step}`,
        })),
        id,
      ],
    )
  }
})

test('R-PG-1: a client that gives no token gets no progress', async (t) => {
  const { client, call, received } = await connected(t, fixture.url)
  client.setNotificationHandler(ProgressNotificationSchema, () => assert.fail('progress without a token'))
  assert.equal(textOf(await call('count', { to: 5 })), 'counted to 5')
  assert.deepEqual(
    received.filter(({ method }) => method),
    [],
  )
})

test('the SDK client hears every step: the last notification leaves before the result does', async (t) => {
  const { call } = await connected(t, fixture.url)
  let whole = 0
  for (let time = 0; time < 20; time++) {
    const heard = []
    await call('count', { to: 5 }, { onprogress: ({ progress }) => heard.push(progress) })
    if (heard.length === 5) whole++
  }
  // The SDK drops a notification that it reads together with the result; a busy machine may join two reads now and then.
  assert.ok(whole >= 15, `all five steps were heard in ${whole} of 20 calls`)
})

test('R-CA-1: AbortSignal at the client stops the tool at the server; no answer comes, and later calls work', async (t) => {
  const { call, received, requests } = await connected(t, fixture.url)
  const run = fixture.run('cancelled by its client')
  const giveUp = new AbortController()
  const calling = call('wait', { key: 'cancelled by its client' }, { signal: giveUp.signal })
  await run.started.promise
  giveUp.abort('no longer needed')
  await assert.rejects(calling, /no longer needed/)
  assert.equal((await run.stopped.promise).name, 'AbortError')
  run.released.resolve('too late')
  assert.equal(textOf(await call('echo', { text: 'still here', turns: 3 })), 'still here')
  const { id } = requests.find(({ message }) => message?.params?.name === 'wait').message
  assert.ok(Number.isInteger(id))
  assert.deepEqual(
    received.filter((message) => message.id === id),
    [],
  )
})

test('a tool that outstays its timeoutMs is stopped, and the answer says so', async (t) => {
  const { call } = await connected(t, fixture.url)
  const result = await call('too-slow', { key: 'outstayed' })
  assert.equal(result.isError, true)
  assert.match(textOf(result), /too-slow .*0\.05 s/)
  await fixture.run('outstayed').stopped.promise
})

test('two clients with the same ids and interleaved calls: no answer goes astray', async (t) => {
  const clients = [await connected(t, fixture.url), await connected(t, fixture.url)]
  const texts = []
  const answers = []
  for (let number = 0; number < 30; number++)
    for (const [index, { call }] of clients.entries()) {
      const text = `client ${index}, call ${number}`
      texts.push(text)
      answers.push(call('echo', { text, turns: (number * 7 + index * 3) % 11 }))
    }
  assert.deepEqual((await Promise.all(answers)).map(textOf), texts)
  const ids = clients.map(({ requests }) => requests.map(({ message }) => message?.id).filter(Number.isInteger))
  assert.deepEqual(ids[0].toSorted(), ids[1].toSorted())
})

test('R-JR-21: two calls with the same id in flight both get their own answer, as from the official server', async (t) => {
  const outcomes = {}
  const official = await startOfficial()
  t.after(() => official.close())
  for (const [name, { url, run }] of Object.entries({ ours: fixture, official })) {
    const { post, next, received } = await openTransport(t, url)
    const [first, second] = [run('same id, first'), run('same id, second')]
    const statuses = [
      await post(toolCall(7, 'wait', { key: 'same id, first' })),
      await post(toolCall(7, 'wait', { key: 'same id, second' })),
    ]
    await Promise.all([first.started.promise, second.started.promise])
    for (const [tool, text] of [
      [second, 'answer to the second'],
      [first, 'answer to the first'],
    ]) {
      const answered = next(({ id }) => id === 7)
      tool.released.resolve(text)
      await answered
    }
    outcomes[name] = { statuses, answers: received.map(({ id, result }) => [id, textOf(result)]) }
    t.diagnostic(`${name}: ${JSON.stringify(outcomes[name])}`)
  }
  assert.deepEqual(outcomes.ours, {
    statuses: [202, 202],
    answers: [
      [7, 'answer to the second'],
      [7, 'answer to the first'],
    ],
  })
  assert.deepEqual(outcomes.ours, outcomes.official)
})

test('R-EL-1, R-EL-3: a tool asks for elicitation, sampling and roots over SSE and gets the answers', async (t) => {
  const asked = []
  const { call } = await connected(t, fixture.url, {
    capabilities: { elicitation: {}, sampling: {}, roots: {} },
    answer: [
      [
        ElicitRequestSchema,
        ({ params }) => {
          asked.push(params.message)
          return { action: 'accept', content: { city: 'Oslo' } }
        },
      ],
      [
        CreateMessageRequestSchema,
        ({ params }) => {
          asked.push(params.messages[0].content.text)
          return { model: 'm', role: 'assistant', content: { type: 'text', text: 'Hello.' } }
        },
      ],
      [ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///home', name: 'home' }] })],
    ],
  })
  const result = await call('ask', { for: ['elicitation', 'sampling', 'roots'] })
  assert.equal(result.isError, undefined)
  assert.deepEqual(JSON.parse(textOf(result)), {
    elicitation: { action: 'accept', content: { city: 'Oslo' } },
    sampling: { model: 'm', role: 'assistant', content: { type: 'text', text: 'Hello.' } },
    roots: { roots: [{ uri: 'file:///home', name: 'home' }] },
  })
  assert.deepEqual(asked, ['Which city?', 'Say hello.'])
})

test('R-EL-1, R-EL-4: a client that cannot be asked, or says no, makes the tool fail with a reason, and nothing hangs', async (t) => {
  const silent = await connected(t, fixture.url)
  for (const capability of ['elicitation', 'sampling', 'roots']) {
    const result = await silent.call('ask', { for: [capability] })
    assert.equal(result.isError, true)
    assert.match(textOf(result), new RegExp(`did not declare ${capability}`))
  }
  assert.deepEqual(
    silent.received.filter(({ method }) => method),
    [],
  )

  // 2025-03-26 has no elicitation, even where the client offers it.
  const older = await connected(t, fixture.url, {
    revision: '2025-03-26',
    capabilities: { elicitation: {} },
    answer: [[ElicitRequestSchema, () => ({ action: 'decline' })]],
  })
  const unasked = await older.call('ask', { for: ['elicitation'] })
  assert.equal(unasked.isError, true)
  assert.deepEqual(
    older.received.filter(({ method }) => method),
    [],
  )

  const unwilling = await connected(t, fixture.url, {
    capabilities: { roots: {} },
    answer: [[ListRootsRequestSchema, () => Promise.reject(new Error('My folders are mine.'))]],
  })
  const refused = await unwilling.call('ask', { for: ['roots'] })
  assert.equal(refused.isError, true)
  assert.match(textOf(refused), /My folders are mine\./)
})

test('R-LO-2, R-LO-3: log messages from info up, until setLevel says otherwise; an unknown level is -32602', async (t) => {
  const { client, call, received } = await connected(t, fixture.url)
  client.setNotificationHandler(LoggingMessageNotificationSchema, () => {})
  const heard = async () => {
    received.length = 0
    await call('talk', {})
    assert.ok('result' in received.at(-1))
    return received.slice(0, -1).map(({ params }) => params)
  }
  const message = (level) => ({ level, logger: 'talk', data: `a message of ${level}` })
  assert.deepEqual(await heard(), ['info', 'warning', 'error'].map(message))
  assert.deepEqual(await client.setLoggingLevel('error'), {})
  assert.deepEqual(await heard(), [message('error')])
  await assert.rejects(client.request({ method: 'logging/setLevel', params: { level: 'loud' } }, EmptyResultSchema), {
    code: -32602,
  })
  assert.deepEqual(await heard(), [message('error')])
  await client.setLoggingLevel('debug')
  assert.deepEqual(await heard(), ['debug', 'info', 'warning', 'error'].map(message))
})

test('R-LC-8: ping is answered by {}, before and after initialize, also while a tool runs', async (t) => {
  const raw = await openTransport(t, product.url)
  const answered = raw.next(({ id }) => id === 'first')
  await raw.post({ jsonrpc: '2.0', id: 'first', method: 'ping' })
  assert.deepEqual((await answered).result, {})

  const { client, call } = await connected(t, fixture.url)
  const run = fixture.run('runs during a ping')
  const calling = call('wait', { key: 'runs during a ping' })
  await run.started.promise
  assert.deepEqual(await client.ping(), {})
  run.released.resolve('done')
  assert.equal(textOf(await calling), 'done')
})

test('a client whose stream is cut reconnects by itself, without a second initialize, and is served', async (t) => {
  const own = await startFixture()
  t.after(() => own.close())
  const { client, call, transport, received, requests, endpoint } = await connected(t, own.url)
  await client.ping()
  const old = endpoint()
  // The SDK's own EventSource: its listener has taken the new endpoint when ours is called.
  const reopened = new Promise((resolve) =>
    transport._eventSource.addEventListener('endpoint', resolve, { once: true }),
  )
  const timers = t.mock.method(globalThis, 'setTimeout')
  own.cut()
  await reopened
  const waits = timers.mock.calls.map(({ arguments: [, ms] }) => ms)
  timers.mock.restore()
  assert.ok(waits.includes(1000) && !waits.includes(3000), `${waits}: retry: 1000 was sent, 3000 is its default`)

  assert.equal(textOf(await call('echo', { text: 'served again' })), 'served again')
  // It is still spoken to in its revision: the oldest has no message here.
  await call('count', { to: 1 }, { onprogress() {} })
  assert.equal(received.find(({ method }) => method === 'notifications/progress').params.message, 'step 1')
  assert.equal((await client.listTools()).tools.length, 7)
  assert.notEqual(endpoint(), old)
  assert.equal(requests.filter(({ message }) => message?.method === 'initialize').length, 1)
  const gets = own.requests.filter(({ method }) => method === 'GET')
  assert.equal(gets.length, 2)
  assert.equal(gets[1].headers['mcp-protocol-version'], '2025-11-25')
})

test('a second initialize is -32600, and the session goes on', async (t) => {
  const { client, call } = await connected(t, fixture.url)
  const params = {
    protocolVersion: '2024-11-05',
    capabilities: {},
    clientInfo: { name: 'again', version: '1' },
  }
  await assert.rejects(client.request({ method: 'initialize', params }, InitializeResultSchema), {
    code: -32600,
  })
  assert.equal(textOf(await call('echo', { text: 'on' })), 'on')
})

test('R-LC-11: a stray response and an unknown notification are 202 and silence', async (t) => {
  const { post, next, received } = await openTransport(t, fixture.url)
  for (const message of [
    { jsonrpc: '2.0', id: 'ask-1', result: {} },
    { jsonrpc: '2.0', id: 99, error: { code: -1, message: 'nobody asked' } },
    { jsonrpc: '2.0', method: 'notifications/of-tomorrow', params: { a: 1 } },
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 12345 } },
    { jsonrpc: '2.0', method: 'notifications/roots/list_changed' },
  ])
    assert.equal(await post(message), 202)
  const answered = next(() => true)
  await post({ jsonrpc: '2.0', id: 'last', method: 'ping' })
  assert.equal((await answered).id, 'last')
  assert.equal(received.length, 1)
})

test('R-SSE-8: a client that leaves stops its tools, and its session answers 404 with the remedy', async (t) => {
  const { client, call, endpoint } = await connect(fixture.url)
  const bystander = await connected(t, fixture.url)
  const runs = ['left, one', 'left, two'].map((key) => {
    call('wait', { key }).catch(() => {})
    return fixture.run(key)
  })
  await Promise.all(runs.map(({ started }) => started.promise))
  const url = endpoint()
  await client.close()
  for (const { stopped } of runs) assert.equal((await stopped.promise).name, 'AbortError')

  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  })
  assert.equal(response.status, 404)
  assert.match((await response.json()).error.message, /Open GET \/sse again/)
  assert.deepEqual(await bystander.client.ping(), {})
})

test('the product had nothing to complain about', () => {
  assert.doesNotMatch(product.output(), /"level":"error"/)
})

/** The official SDK's server with the fixture's tool `wait`, over its own HTTP+SSE transport. */
async function startOfficial() {
  const runs = new Map()
  const run = (key) => {
    if (!runs.has(key)) runs.set(key, { started: deferred(), released: deferred() })
    return runs.get(key)
  }
  const transports = new Map()
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost')
    if (request.method === 'POST' && pathname === '/messages')
      return transports.get(searchParams.get('sessionId')).handlePostMessage(request, response)
    const mcp = new Server({ name: 'official', version: '1.0.0' }, { capabilities: { tools: {} } })
    mcp.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
      const { started, released } = run(params.arguments.key)
      started.resolve()
      return { content: [{ type: 'text', text: await released.promise }] }
    })
    const transport = new SSEServerTransport('/messages', response)
    transports.set(transport.sessionId, transport)
    await mcp.connect(transport)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    run,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
