// The extension Tasks over HTTP: it survives its connection, its headers are checked, subscriptions hear of it.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { defineTool, serve } from '../../src/index.ts'
import { tasks } from '../../src/tasks/index.ts'
import { closedGate } from '../support/gate.ts'
import { openEvents, post, type Json } from '../support/wire.ts'

const META = 'io.modelcontextprotocol/'
const ID = `${META}tasks`
const gates = new Map<string, ReturnType<typeof closedGate<string>>>()

/** The gate at which the tool waits that is called with this key. */
function gateOf(key: string) {
  if (!gates.has(key)) gates.set(key, closedGate<string>())
  return gates.get(key)!
}

const waits = defineTool({
  name: 'waits',
  inputSchema: { type: 'object', properties: { key: { type: 'string' } }, required: ['key'] },
  run: ({ key }) => gateOf(key).opened,
})

const { url, close } = await serve({
  name: 'test',
  version: '1',
  port: 0,
  tools: [waits],
  listChanged: true,
  extensions: [tasks({ tools: { waits: { required: true } } })],
})
after(close)

let lastId = 0
const bodyOf = (method: string, params: Json, declares: boolean) => {
  const extensions = declares ? { extensions: { [ID]: {} } } : {}
  const _meta = { [`${META}protocolVersion`]: '2026-07-28', [`${META}clientCapabilities`]: extensions }
  return { jsonrpc: '2.0', id: ++lastId, method, params: { ...params, _meta } }
}
const headersOf = (method: string, params: Json) => ({
  'content-type': 'application/json',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': method,
  'mcp-name': params.name ?? params.taskId ?? '',
})

async function ask(method: string, params: Json, { declares = true, headers = {} } = {}): Promise<Json> {
  const { status, text } = await post(`${url}/mcp`, bodyOf(method, params, declares), {
    ...headersOf(method, params),
    ...headers,
  })
  return { status, ...JSON.parse(text) }
}

const start = async (key: string): Promise<string> =>
  (await ask('tools/call', { name: 'waits', arguments: { key } })).result.taskId

/** The task once it is over. */
async function ended(taskId: string): Promise<Json> {
  for (;;) {
    const { result } = await ask('tasks/get', { taskId })
    if (result.status !== 'working') return result
  }
}

/** Opens a subscription. */
const listen = async (notifications: Json) => {
  const body = bodyOf('subscriptions/listen', { notifications }, true)
  const headers = { ...headersOf('subscriptions/listen', {}), accept: 'application/json, text/event-stream' }
  return { id: body.id, ...(await openEvents(`${url}/mcp`, headers, JSON.stringify(body))) }
}

test('server/discover declares the extension', async () => {
  const { result } = await ask('server/discover', {})
  assert.deepEqual(result.capabilities.extensions, { [ID]: {} })
})

test('a task goes on without its connection, and another connection has the result', async () => {
  const taskId = await start('a')
  gateOf('a').open('done')
  assert.deepEqual((await ended(taskId)).result.content, [{ type: 'text', text: 'done' }])
})

test('a method of a task needs Mcp-Name, which repeats its id', async () => {
  const taskId = await start('b')
  for (const [method, params] of Object.entries({
    'tasks/get': { taskId },
    'tasks/update': { taskId, inputResponses: {} },
    'tasks/cancel': { taskId },
  })) {
    const { status, error } = await ask(method, params, { headers: { 'mcp-name': 'another' } })
    assert.deepEqual([status, error.code], [400, -32020])
  }
  assert.equal((await ask('tasks/cancel', { taskId })).status, 200)
})

test('who does not declare the extension is told what is missing, with status 400', async () => {
  for (const [method, params] of [
    ['tools/call', { name: 'waits', arguments: { key: 'c' } }],
    ['tasks/get', { taskId: 'a' }],
    ['subscriptions/listen', { notifications: { taskIds: [] } }],
  ] as const) {
    const { status, error } = await ask(method, params, { declares: false })
    assert.deepEqual([status, error.code], [400, -32021])
    assert.deepEqual(error.data, { requiredCapabilities: { extensions: { [ID]: {} } } })
  }
})

test('a subscription hears how a task ends, with all that tasks/get would say', async () => {
  const taskId = await start('d')
  const stream = await listen({ toolsListChanged: true, taskIds: [taskId, 'nobody'] })
  const acknowledged = await stream.message()
  assert.equal(acknowledged.method, 'notifications/subscriptions/acknowledged')
  assert.deepEqual(acknowledged.params.notifications, { toolsListChanged: true, taskIds: [taskId] })
  gateOf('d').open('heard')
  const { method, params } = await stream.message()
  assert.equal(method, 'notifications/tasks')
  assert.deepEqual(params._meta, { [`${META}subscriptionId`]: stream.id })
  assert.equal(params.status, 'completed')
  const { resultType: _type, _meta, ...answered } = await ended(taskId)
  const { _meta: _subscription, ...told } = params
  assert.deepEqual(told, answered)
  stream.destroy()
})

for (const taskIds of ['a', [7], Array.from({ length: 101 }, (_, i) => String(i))])
  test(`a subscription to ${JSON.stringify(taskIds).slice(0, 20)} is refused`, async () => {
    assert.equal((await ask('subscriptions/listen', { notifications: { taskIds } })).error.code, -32602)
  })

test('a subscription that does not speak of tasks is as it was', async () => {
  const stream = await listen({ toolsListChanged: true })
  assert.deepEqual((await stream.message()).params.notifications, { toolsListChanged: true })
  stream.destroy()
})

test('shutdown ends a subscription to tasks in good order, and the tasks', async () => {
  const other = await serve({
    name: 'test',
    version: '1',
    port: 0,
    tools: [waits],
    limits: { drainMs: 0 },
    extensions: [tasks({ tools: { waits: {} } })],
  })
  const call = { name: 'waits', arguments: { key: 'never' } }
  const created = await post(`${other.url}/mcp`, bodyOf('tools/call', call, true), headersOf('tools/call', call))
  const { taskId } = JSON.parse(created.text).result
  const listening = bodyOf('subscriptions/listen', { notifications: { taskIds: [taskId] } }, true)
  const stream = await openEvents(
    `${other.url}/mcp`,
    { ...headersOf('subscriptions/listen', {}), accept: 'text/event-stream, application/json' },
    JSON.stringify(listening),
  )
  assert.deepEqual((await stream.message()).params.notifications, { taskIds: [taskId] })
  await other.close()
  const methods = []
  for (let i = 0; i < 2; i++) methods.push((await stream.message()).method ?? 'result')
  assert.ok(methods.includes('notifications/cancelled') && methods.includes('result'), methods.join())
  await stream.ended
})

test('a subscription hears of a task once, and ten subscriptions at most hear of it', async () => {
  const taskId = await start('crowd')
  const heard: unknown[] = []
  const streams = []
  for (let i = 0; i < 12; i++) {
    const stream = await listen({ taskIds: [taskId, taskId] })
    streams.push(stream)
    heard.push((await stream.message()).params.notifications.taskIds.length)
  }
  for (const stream of streams) stream.destroy()
  gateOf('crowd').open('over')
  assert.deepEqual(heard, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0])
})
