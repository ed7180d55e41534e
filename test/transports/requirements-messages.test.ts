// Messages, codes, lifecycle, tools, log messages: R-JR-…, R-LC-…, R-TO-…, R-LO-7, R-CA-6.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  createMcpServer,
  defineResource,
  defineTool,
  serve,
  type JsonSchema,
  type LogEntry,
  type RunningServer,
  type ServeOptions,
} from '../../src/index.ts'
import { createClient } from '../../src/mcp/request/client.ts'
import { newestHandshake } from '../../src/mcp/revisions/index.ts'
import { createHackerNews } from '../../src/tools/hacker-news.ts'
import { connectHttpSse, openEvents, post, type Json } from '../support/wire.ts'
import { openGate } from '../support/gate.ts'

const META = 'io.modelcontextprotocol/'
const nothing = { type: 'object' } as const
const elicit = (message: string) => ({
  method: 'elicitation/create',
  params: { message, requestedSchema: { type: 'object', properties: {} } },
})
const gate = openGate()
const ran: unknown[] = []
const logged: LogEntry[] = []
const options = {
  name: 'test',
  version: '1',
  listChanged: true,
  pageSize: 3,
  port: 0,
  log: (entry: LogEntry) => void logged.push(entry),
  tools: [
    defineTool({
      name: 'echo',
      description: 'Says it again',
      inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
      run(args, { progress }) {
        ran.push(args)
        progress(1, 2, args.text)
        return args.text
      },
    }),
    defineTool({
      name: 'asks',
      inputSchema: nothing,
      async run(_args, { ask }) {
        const answers = await ask({ a: elicit('a'), b: elicit('b') })
        return Object.keys(answers).join()
      },
    }),
    defineTool({
      name: 'breaks',
      inputSchema: nothing,
      run: (_args, { log }) => {
        log('debug', 'before')
        throw new Error('password=hunter2 at /etc/secret')
      },
    }),
    defineTool({
      name: 'waits',
      inputSchema: nothing,
      async run() {
        await gate.opened
        return 'waited'
      },
    }),
  ],
  resources: [
    defineResource({
      uri: 'test://breaks',
      name: 'breaks',
      read: () => {
        throw new Error('no')
      },
    }),
  ],
}
const { url, changes, close } = await serve(options)
after(close)
const mcp = `${url}/mcp`

/** A server for one test. */
async function serveFor(t: TestContext, more: ServeOptions): Promise<RunningServer> {
  const running = await serve(more)
  t.after(() => running.close())
  return running
}

async function open(version = '2025-11-25', capabilities: object = {}): Promise<Record<string, string>> {
  const params = { protocolVersion: version, capabilities, clientInfo: { name: 'x', version: '1' } }
  const answer = await post(mcp, { jsonrpc: '2.0', id: 'init', method: 'initialize', params })
  return { 'mcp-session-id': String(answer.headers['mcp-session-id']) }
}

/** A request of 2026-07-28 as a client sends it. */
function modern(method: string, params: Json = {}, meta: object = {}, version = '2026-07-28') {
  const _meta = { [`${META}protocolVersion`]: version, [`${META}clientCapabilities`]: {}, ...meta }
  const name = params.name ?? params.uri
  return {
    body: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } },
    headers: { 'mcp-protocol-version': version, 'mcp-method': method, ...(name && { 'mcp-name': name }) },
  }
}
async function send(method: string, params?: object, meta?: object, more: Record<string, string> = {}): Promise<Json> {
  const { body, headers } = modern(method, params, meta)
  const answer = await post(mcp, body, { ...headers, ...more })
  return JSON.parse(answer.text)
}
const call = (name: string, args: object = {}, more: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args, ...more },
})

test('R-JR-1: every message says "2.0" and is UTF-8, on all three ways', async () => {
  const text = 'né 你好 😀 \u{10ffff}'
  const bytes = Buffer.from(text).toString('latin1')
  const client = await connectHttpSse(url)
  await client.post(call('echo', { text }, { _meta: { progressToken: 1 } }))
  const messages = [await client.message(), await client.message()]
  assert.ok(client.raw().includes(bytes))
  client.destroy()

  const inSession = { ...(await open()), 'content-type': 'application/json' }
  const { body, headers } = modern('tools/call', { name: 'echo', arguments: { text } }, { progressToken: 1 })
  const streams = [
    await openEvents(mcp, inSession, JSON.stringify(call('echo', { text }, { _meta: { progressToken: 1 } }))),
    await openEvents(mcp, { ...headers, 'content-type': 'application/json' }, JSON.stringify(body)),
  ]
  await streams[0]!.event() // primes the stream
  for (const stream of streams) {
    messages.push(await stream.message(), await stream.message())
    await stream.ended
    assert.ok(stream.raw().includes(bytes))
  }
  messages.push(JSON.parse((await post(mcp, call('echo', { text }), inSession)).text))
  messages.push(JSON.parse((await post(mcp, '{', inSession)).text))
  for (const { jsonrpc } of messages) assert.equal(jsonrpc, '2.0')
  assert.equal(messages.filter(({ result }) => result?.content[0].text === text).length, 4)
})

test('R-JR-3: no id of the server’s own occurs twice in a session, not even when it asks twice at once', async () => {
  const client = await connectHttpSse(url)
  await client.call('initialize', { protocolVersion: '2025-11-25', capabilities: { elicitation: {} } })
  const ids = new Set<string>()
  for (let n = 0; n < 5; n++) {
    await client.post(call('asks'))
    await client.post(call('asks'))
    const asked = [await client.message(), await client.message(), await client.message(), await client.message()]
    for (const { id } of asked) {
      ids.add(id)
      await client.post({ jsonrpc: '2.0', id, result: { action: 'accept', content: {} } })
    }
    for (let done = 0; done < 2; done++) assert.equal((await client.message()).result.content[0].text, 'a,b')
  }
  assert.equal(ids.size, 20)
  client.destroy()
})

/** One request for each of the five codes of JSON-RPC, in a session. */
const MISTAKES = [
  ['{"jsonrpc":"2.0",', -32700],
  ['{"jsonrpc":"2.0","id":1}', -32600],
  ['{"id":1,"method":"ping"}', -32600],
  ['{"jsonrpc":"2.0","id":1,"method":"nope"}', -32601],
  ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}', -32602],
  ['{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"test://breaks"}}', -32603],
] as const

test('R-JR-6, R-JR-12: each mistake has its code, an integer, and a text', async () => {
  const session = await open()
  for (const [body, code] of MISTAKES) {
    const { error } = JSON.parse((await post(mcp, body, session)).text)
    assert.equal(error.code, code, body)
    assert.equal(typeof error.message, 'string')
    assert.notEqual(error.message, '')
  }
})

test('R-JR-16: -32020; -32021 with what is required; -32022 with what is supported and what was asked for', async () => {
  const mismatch = await send('tools/list', {}, {}, { 'mcp-method': 'tools/call' })
  assert.deepEqual([mismatch.error.code, mismatch.error.data], [-32020, undefined])
  const missing = await send('tools/call', { name: 'asks' })
  assert.deepEqual([missing.error.code, missing.error.data], [-32021, { requiredCapabilities: { elicitation: {} } }])
  const { body, headers } = modern('tools/list', {}, {}, '2026-12-31')
  const { error } = JSON.parse((await post(mcp, body, headers)).text)
  assert.deepEqual([error.code, error.data], [-32022, { supported: ['2026-07-28'], requested: '2026-12-31' }])
})

test('R-JR-13: a request of 2026-07-28 gets no code but those of its own specification', async () => {
  const answers = [
    await send('resources/read', { uri: 'test://unknown' }),
    await send('resources/read', { uri: 'test://breaks' }),
    await send('resources/read', { uri: 'no uri' }),
    await send('tools/call', { name: 'unknown' }),
    await send('tools/call', { name: 'asks' }),
    await send('tools/call', { name: 'asks', requestState: 'forged' }, { [`${META}clientCapabilities`]: ALL }),
    await send('tools/list', { cursor: 'forged' }),
    await send('tools/list', {}, { [`${META}logLevel`]: 'loud' }),
    await send('tools/list', {}, {}, { 'mcp-method': 'x' }),
    await send('unknown/method'),
    await send('subscriptions/listen', {}),
    ...(await Promise.all(MISTAKES.slice(0, 3).map(([body]) => post(mcp, body, modern('tools/list').headers)))).map(
      ({ text }) => JSON.parse(text),
    ),
  ]
  const own = new Set([-32700, -32600, -32601, -32602, -32603, -32020, -32021, -32022])
  for (const { error } of answers) assert.ok(own.has(error.code), JSON.stringify(error))
})
const ALL = { elicitation: {}, sampling: {}, roots: {} }

test('R-JR-13, R-JR-14, R-JR-15: the source has the codes of JSON-RPC and MCP, and makes up none', () => {
  const source = fileURLToPath(new URL('../../src', import.meta.url))
  const found = (readdirSync(source, { recursive: true }) as string[])
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [...readFileSync(join(source, name), 'utf8').matchAll(/-3\d{4}\b/g)].map(([code]) => code))
  assert.deepEqual(
    [...new Set(found)].toSorted(),
    ['-32002', '-32020', '-32021', '-32022', '-32600', '-32601', '-32602', '-32603', '-32700'],
    '-32002 is of the specification until 2025-11-25, and a test of its own says that 2026-07-28 has it no more',
  )
})

const ODD_META = [
  { 'com.example/x': 1, x: [], '': null },
  { [`${META}unheard`]: { of: [] }, 'dev.mcp/x': 7, 'com.modelcontextprotocol.api/x': 'x', 'com.example.mcp/x': {} },
  { progressToken: {} },
  { progressToken: null, [`${META}subscriptionId`]: [], [`${META}serverInfo`]: 7, [`${META}related-task`]: false },
  { traceparent: 'garbage', tracestate: 7, baggage: null },
  JSON.parse('{"__proto__":{"progressToken":1},"constructor":1}'),
]

test('R-JR-18: unknown keys of _meta change nothing, nor does what stands under reserved ones', async () => {
  const session = await open('2025-06-18')
  for (const odd of ODD_META) {
    const answer = await post(mcp, call('echo', { text: 'x' }, { _meta: odd }), session)
    assert.equal(answer.text, '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"x"}]}}')
    const { result } = await send('tools/call', { name: 'echo', arguments: { text: 'x' } }, odd)
    assert.deepEqual(result, {
      resultType: 'complete',
      content: [{ type: 'text', text: 'x' }],
      _meta: { [`${META}serverInfo`]: { name: 'test', version: '1' } },
    })
  }
  for (const odd of [7, 'x', [], null, true]) {
    const answer = await post(mcp, call('echo', { text: 'x' }, { _meta: odd }), session)
    assert.equal(answer.status, 200, JSON.stringify(odd))
  }
})

test('R-SL-5: clientInfo is not needed, and nothing depends on it', async () => {
  const answers = await Promise.all(
    [undefined, { name: 'a', version: '1' }, { name: 'b', version: '0' }, 7, null].map((info) =>
      send('tools/list', {}, info === undefined ? {} : { [`${META}clientInfo`]: info }),
    ),
  )
  assert.equal(answers[0].result.tools.length, 3)
  for (const answer of answers) assert.deepEqual(answer, answers[0])
})

test('R-JR-19: every key of _meta that we send has the shape of one', async (t) => {
  const news = await serveFor(t, { ...options, tools: [createHackerNews({ source: 'snapshot' })] })
  const { body, headers } = modern('tools/call', {
    name: 'get-hackernews-top-stories',
    arguments: { type: 'topstories' },
  })
  const { text } = await post(`${news.url}/mcp`, body, headers)
  const keys = keysOfMeta([JSON.parse(text), await send('server/discover'), await send('tools/list')])
  assert.ok(keys.size >= 2, [...keys].join())
  for (const key of keys)
    assert.match(key, /^([a-z]([a-z0-9-]*[a-z0-9])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?\/[a-z0-9]([\w.-]*[a-z0-9])?$/i)
})

function keysOfMeta(value: unknown, keys = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return keys
  for (const [name, member] of Object.entries(value)) {
    if (name === '_meta') for (const key of Object.keys(member as object)) keys.add(key)
    keysOfMeta(member, keys)
  }
  return keys
}

test('R-CA-6: a cancel does not reach initialize', async () => {
  const server = createMcpServer(options)
  const client = createClient(newestHandshake)
  const channel = { send() {}, canSend: false }
  const params = { protocolVersion: '2025-11-25', capabilities: {} }
  const answer = server.handle({ jsonrpc: '2.0', id: 1, method: 'initialize', params }, client, channel)
  const cancel = { jsonrpc: '2.0' as const, method: 'notifications/cancelled', params: { requestId: 1 } }
  await server.handle(cancel, client, channel)
  assert.ok('result' in (await answer)!)
})

test('R-LC-5: requests before notifications/initialized are served', async () => {
  const session = await open()
  assert.equal(JSON.parse((await post(mcp, call('echo', { text: 'x' }), session)).text).result.content[0].text, 'x')
  const client = await connectHttpSse(url)
  await client.call('initialize', { protocolVersion: '2024-11-05', capabilities: {} })
  assert.equal((await client.call('tools/list')).result.tools.length, 3)
  client.destroy()
})

test('R-LC-4: before notifications/initialized, and after it, the server asks nothing of its own accord', async () => {
  const client = await connectHttpSse(url)
  await client.call('initialize', { protocolVersion: '2025-11-25', capabilities: ALL })
  changes.publish({ kind: 'toolsListChanged' })
  const told = await client.message()
  assert.deepEqual([told.method, told.id], ['notifications/tools/list_changed', undefined])
  await client.post({ jsonrpc: '2.0', method: 'notifications/initialized' })
  assert.deepEqual(await client.call('ping', {}, 'p'), { jsonrpc: '2.0', id: 'p', result: {} })
  client.destroy()
})

test('R-TO-2: every tool that is listed has a name, an inputSchema of type object, and ours a description', async (t) => {
  for (const inputSchema of [{}, { type: 'array' }, { type: 'string' }, { $ref: '#' }, true, null])
    assert.throws(() => defineTool({ name: 'x', inputSchema: inputSchema as JsonSchema, run: () => '' }), TypeError)
  const news = await serveFor(t, { ...options, tools: [createHackerNews({ source: 'snapshot' })] })
  const client = await connectHttpSse(news.url)
  for (const { name, description, inputSchema } of (await client.call('tools/list')).result.tools) {
    assert.match(name, /./)
    assert.match(description, /./)
    assert.equal(inputSchema.type, 'object')
  }
})

test('R-TO-3: names are 1 to 64 of A-Za-z0-9_.-, each once, and case counts', async (t) => {
  const named = (name: string) => defineTool({ name, inputSchema: nothing, run: () => name })
  for (const name of ['', 'a b', 'a/b', 'ä', 'a,b', 'a\n', 'x'.repeat(65)])
    assert.throws(() => named(name), TypeError, name)
  await assert.rejects(serve({ ...options, tools: [named('a'), named('a')] }), TypeError)
  const names = ['a', 'A', 'a.b_c-D9', 'x'.repeat(64)]
  const many = await serveFor(t, { ...options, tools: names.map(named) })
  const client = await connectHttpSse(many.url)
  for (const name of names) assert.equal((await client.call('tools/call', { name })).result.content[0].text, name)
})

test('R-TO-17: a changed list is told on the old stream, on the GET stream, and to a subscription that asked', async () => {
  const { body, headers } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
  const [old, standing, listening] = [
    await connectHttpSse(url),
    await openEvents(mcp, await open('2025-06-18')),
    await openEvents(mcp, { ...headers, 'content-type': 'application/json' }, JSON.stringify(body)),
  ]
  await listening.message()
  changes.publish({ kind: 'toolsListChanged' })
  for (const stream of [old, standing, listening]) {
    assert.equal((await stream.message()).method, 'notifications/tools/list_changed')
    stream.destroy()
  }
})

test('R-TO-18: a tool runs with checked arguments only, and a client has a bounded number of calls under way', async (t) => {
  const busy = await serveFor(t, { ...options, limits: { maxInFlight: 2 } })
  const client = await connectHttpSse(busy.url)
  ran.length = 0
  for (const args of [{}, { text: 7 }, { text: ['x'] }])
    assert.equal((await client.call('tools/call', { name: 'echo', arguments: args })).result.isError, true)
  assert.deepEqual(ran, [])
  gate.close()
  for (const id of [1, 2]) await client.post({ ...call('waits'), id })
  assert.deepEqual((await client.call('tools/call', { name: 'echo', arguments: { text: 'x' } }, 3)).error.data, {
    reason: 'busy',
  })
  assert.deepEqual(ran, [])
  gate.open()
  // In whichever order: one of them may have waited for the schema of its tool.
  assert.deepEqual([(await client.message()).id, (await client.message()).id].toSorted(), [1, 2])
})

test('R-LO-7: what a tool did not mean to say is in no log message to the client', async () => {
  const client = await connectHttpSse(url)
  await client.call('initialize', { protocolVersion: '2025-11-25', capabilities: {} })
  await client.call('logging/setLevel', { level: 'debug' })
  logged.length = 0
  await client.post(call('breaks'))
  const said = [await client.message(), await client.message()]
  assert.deepEqual(said[0].params, { level: 'debug', data: 'before' })
  assert.equal(said[1].result.isError, true)
  assert.equal((await client.call('ping', {}, 'next')).id, 'next')
  assert.doesNotMatch(client.raw(), /hunter2|secret/)
  assert.match(JSON.stringify(logged), /hunter2/)
  client.destroy()
})
