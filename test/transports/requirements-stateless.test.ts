// Streams, subscriptions and caching in 2026-07-28, and updates of resources everywhere: R-SL-…, R-SU-…, R-CH-…, R-LO-5.
import assert from 'node:assert/strict'
import { after, test, type TestContext } from 'node:test'
import {
  definePrompt,
  defineResource,
  defineResourceTemplate,
  defineTool,
  serve,
  type Change,
  type RunningServer,
  type ServeOptions,
} from '../../src/index.ts'
import { connectHttpSse, openEvents, post, type Json, type OpenStream } from '../support/wire.ts'
import { openGate } from '../support/gate.ts'

const META = 'io.modelcontextprotocol/'
const SUBSCRIPTION = `${META}subscriptionId`
const VERSION = '2026-07-28'
const gate = openGate()
const form = { message: 'Which city?', requestedSchema: { type: 'object', properties: {} } }
const options = {
  name: 'test',
  version: '1',
  listChanged: true,
  pageSize: 1,
  port: 0,
  tools: [
    defineTool({
      name: 'talks',
      inputSchema: { type: 'object', properties: { mark: { type: 'string', default: '' } } },
      async run({ mark }, { progress, log }) {
        progress(1)
        log('error', `${mark} 1`)
        await gate.opened
        log('error', `${mark} 2`)
        return mark
      },
    }),
    defineTool({
      name: 'asks',
      inputSchema: { type: 'object' },
      async run(_args, { ask, progress }) {
        progress(1)
        return JSON.stringify(await ask({ it: { method: 'elicitation/create', params: form } }))
      },
    }),
    defineTool({
      name: 'slow',
      timeoutMs: 30,
      inputSchema: { type: 'object' },
      run(_args, { progress }) {
        progress(1)
        return new Promise<string>(() => {})
      },
    }),
  ],
  resources: ['test://a', 'test://b'].map((uri) => defineResource({ uri, name: uri, read: () => uri })),
  resourceTemplates: ['test://x/{id}', 'test://y/{id}'].map((uriTemplate) =>
    defineResourceTemplate({ uriTemplate, name: uriTemplate, read: () => '' }),
  ),
  prompts: ['p', 'q'].map((name) => definePrompt({ name, get: () => name })),
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

interface Changed {
  id?: number | string
  meta?: object
}

function modern(method: string, params: Json = {}, { id = 1, meta = {} }: Changed = {}) {
  const _meta = { [`${META}protocolVersion`]: VERSION, [`${META}clientCapabilities`]: { elicitation: {} }, ...meta }
  const name = params.name ?? params.uri
  return {
    body: { jsonrpc: '2.0', id, method, params: { ...params, _meta } },
    headers: { 'mcp-protocol-version': VERSION, 'mcp-method': method, ...(name && { 'mcp-name': name }) },
  }
}

async function send(method: string, params?: object, changed?: Changed): Promise<{ status: number; json: Json }> {
  const { body, headers } = modern(method, params, changed)
  const { status, text } = await post(mcp, body, headers)
  return { status, json: JSON.parse(text) }
}

function openModern(method: string, params: object, changed?: Changed, at = mcp): Promise<OpenStream> {
  const { body, headers } = modern(method, params, changed)
  return openEvents(at, { ...headers, 'content-type': 'application/json' }, JSON.stringify(body))
}
const call = (name: string, args: object = {}, changed: Changed = {}) =>
  openModern('tools/call', { name, arguments: args }, changed)
const listen = (notifications: object, id: number | string, at?: string) =>
  openModern('subscriptions/listen', { notifications }, { id }, at)

/** All messages until the stream ends. */
async function rest(stream: OpenStream): Promise<Json[]> {
  await stream.ended
  const data = stream.raw().match(/^data: .*$/gm) ?? []
  return data.map((line) => JSON.parse(line.slice('data: '.length)))
}
const withToken = { meta: { progressToken: 1 } }

const ALL_CHANGES: Change[] = [
  { kind: 'toolsListChanged' },
  { kind: 'promptsListChanged' },
  { kind: 'resourcesListChanged' },
  { kind: 'resourceUpdated', uri: 'test://a' },
  { kind: 'resourceUpdated', uri: 'test://b' },
]

test('R-SU-3, R-SU-4, R-SU-5, R-SU-7, R-RE-8: each subscription gets what it asked for under its own id, and nothing else', async () => {
  const other = await serve(options)
  const at = `${other.url}/mcp`
  const wishes = [
    [0, { toolsListChanged: true, resourceSubscriptions: ['test://a'] }],
    ['0', { promptsListChanged: true, toolsListChanged: false }],
    ['all', { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }],
    ['none', {}],
  ] as const
  const streams = []
  for (const [id, filter] of wishes) streams.push(await listen(filter, id, at))
  gate.open()
  const talk = modern('tools/call', { name: 'talks' }, { meta: { progressToken: 1, [`${META}logLevel`]: 'debug' } })
  await post(at, talk.body, talk.headers)
  for (const change of ALL_CHANGES) other.changes.publish(change)
  await other.close()
  const heard = await Promise.all(streams.map(rest))

  const ack = 'notifications/subscriptions/acknowledged'
  const end = 'notifications/cancelled'
  const changed = (list: string) => `notifications/${list}/list_changed`
  assert.deepEqual(
    heard.map((messages) => messages.map(({ method, result }) => method ?? result.resultType)),
    [
      [ack, changed('tools'), 'notifications/resources/updated', end, 'complete'],
      [ack, changed('prompts'), end, 'complete'],
      [ack, changed('tools'), changed('prompts'), changed('resources'), end, 'complete'],
      [ack, end, 'complete'],
    ],
  )
  assert.equal(heard[0]![2].params.uri, 'test://a')
  for (const [at, [id]] of wishes.entries())
    for (const { params, result } of heard[at]!) assert.strictEqual((params ?? result)._meta[SUBSCRIPTION], id)
})

test('R-SU-2: lists that never change are not acknowledged', async (t) => {
  const still = await serveFor(t, { ...options, listChanged: false })
  const stream = await listen({ toolsListChanged: true, resourceSubscriptions: [] }, 1, `${still.url}/mcp`)
  assert.deepEqual((await stream.message()).params.notifications, { resourceSubscriptions: [] })
})

test('R-SU-7: one subscription ends without the other, and a new one hears nothing of before', async () => {
  const [one, two] = [await listen({ toolsListChanged: true }, 1), await listen({ toolsListChanged: true }, 1)]
  for (const stream of [one, two]) await stream.message()
  changes.publish({ kind: 'toolsListChanged' })
  for (const stream of [one, two]) assert.match((await stream.message()).method, /list_changed$/)
  one.destroy()
  await one.ended
  const three = await listen({ toolsListChanged: true, promptsListChanged: true }, 1)
  await three.message()
  changes.publish({ kind: 'promptsListChanged' })
  changes.publish({ kind: 'toolsListChanged' })
  assert.equal((await two.message()).method, 'notifications/tools/list_changed')
  assert.equal((await three.message()).method, 'notifications/prompts/list_changed')
  two.destroy()
  three.destroy()
})

test('R-SU-9: what server/discover declares can be listened to', async () => {
  const { capabilities } = (await send('server/discover')).json.result
  assert.deepEqual(
    [capabilities.tools.listChanged, capabilities.prompts.listChanged, capabilities.resources],
    [true, true, { subscribe: true, listChanged: true }],
  )
  const all = {
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: true,
    resourceSubscriptions: ['test://a'],
  }
  const stream = await listen(all, 1)
  assert.equal(stream.status, 200)
  assert.deepEqual((await stream.message()).params.notifications, all)
  stream.destroy()
})

test('R-LO-5: a log message goes on the reply of the request that named the level, and on no other stream', async () => {
  gate.close()
  const level = { [`${META}logLevel`]: 'debug' }
  const listening = await listen({ toolsListChanged: true }, 'l')
  const replies = [
    await call('talks', { mark: 'a' }, { meta: { progressToken: 1, ...level } }),
    await call('talks', { mark: 'b' }, withToken),
    await call('talks', { mark: 'c' }, { meta: { progressToken: 1, ...level } }),
  ]
  gate.open()
  const said = await Promise.all(replies.map(rest))
  const logs = said.map((messages) =>
    messages.filter(({ method }) => method === 'notifications/message').map(({ params }) => params.data),
  )
  assert.deepEqual(logs, [['a 1', 'a 2'], [], ['c 1', 'c 2']])
  changes.publish({ kind: 'toolsListChanged' })
  await listening.message()
  assert.equal((await listening.message()).method, 'notifications/tools/list_changed')
  listening.destroy()
})

test(
  'R-SL-24, R-SL-26: no stream has a request of the server’s, and none but a subscription a cancellation',
  { timeout: 60_000 },
  async () => {
    gate.open()
    const streams = [
      await call('asks', {}, withToken),
      await call('slow', {}, withToken),
      await call('talks', {}, withToken),
    ]
    const said = await Promise.all(streams.map(rest))
    assert.deepEqual(
      said.map((messages) => messages.map(({ id, method, result }) => [id, method ?? result.resultType])),
      [
        [
          [undefined, 'notifications/progress'],
          [1, 'input_required'],
        ],
        [
          [undefined, 'notifications/progress'],
          [1, 'complete'],
        ],
        [
          [undefined, 'notifications/progress'],
          [1, 'complete'],
        ],
      ],
    )
    assert.equal(said[1]![1].result.isError, true)

    const other = await serve(options)
    gate.close()
    const cut = await openModern('tools/call', { name: 'talks' }, withToken, `${other.url}/mcp`)
    await cut.message()
    const closed = other.close()
    gate.open()
    await closed
    assert.deepEqual(
      (await rest(cut)).map(({ method }) => method).filter((method) => method === 'notifications/cancelled'),
      [],
    )
  },
)

test('R-SL-32: a request with extensions that we do not have is served as without, and their methods are unknown', async () => {
  const plain = await send('tools/list')
  const extensions = { 'io.modelcontextprotocol/tasks': {}, 'com.example/x': { y: 1 } }
  const meta = { [`${META}clientCapabilities`]: { extensions } }
  assert.deepEqual((await send('tools/list', {}, { meta })).json, plain.json)
  assert.equal((await send('server/discover', {}, { meta })).json.result.capabilities.extensions, undefined)
  for (const method of ['tasks/get', 'tasks/cancel', 'com.example/x'])
    assert.deepEqual([(await send(method, {}, { meta })).status, (await send(method)).json.error.code], [404, -32601])
})

const LISTS = [
  ['tools/list', 3],
  ['resources/list', 2],
  ['resources/templates/list', 2],
  ['prompts/list', 2],
] as const

test('R-CH-3: all pages of a list have one cacheScope', async () => {
  for (const [method, pages] of LISTS) {
    const scopes: string[] = []
    let cursor: string | undefined
    do {
      const { result } = (await send(method, cursor === undefined ? {} : { cursor })).json
      scopes.push(result.cacheScope)
      cursor = result.nextCursor
    } while (cursor !== undefined)
    assert.equal(scopes.length, pages, method)
    assert.equal(new Set(scopes).size, 1, method)
  }
})

test('R-CH-4: nothing is called public, since a server cannot know what of its lists depends on the caller', async () => {
  const results = [send('server/discover'), ...LISTS.map(([method]) => send(method))]
  results.push(send('resources/read', { uri: 'test://a' }))
  for (const { json } of await Promise.all(results)) assert.equal(json.result.cacheScope, 'private')
})

test('R-RE-7: an update of a resource reaches the sessions that subscribed to it, until they unsubscribe', async () => {
  const [one, two] = [await connectHttpSse(url), await connectHttpSse(url)]
  const uri = 'test://a'
  await one.call('resources/subscribe', { uri })
  await two.call('resources/subscribe', { uri: 'test://b' })
  changes.publish({ kind: 'resourceUpdated', uri })
  assert.deepEqual(await one.message(), { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } })
  assert.equal((await two.call('ping', {}, 'nothing before')).id, 'nothing before')
  await one.call('resources/unsubscribe', { uri })
  changes.publish({ kind: 'resourceUpdated', uri })
  assert.equal((await one.call('ping', {}, 'nothing more')).id, 'nothing more')
  one.destroy()
  two.destroy()
})
