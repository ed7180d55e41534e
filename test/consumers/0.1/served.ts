// A whole server in one call, asked in three ways.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { LIMITS, serve, type LogEntry, type RunningServer, type ServeOptions } from 'sse-mcp'
import { EventSource } from 'sse-mcp/event-source'
import { prompts, resources, resourceTemplates, tools } from './definitions.js'
import { call, messagesOf, post } from './wire.mjs'

const logged: LogEntry[] = []
const options: ServeOptions = {
  name: 'consumer',
  version: '3.2.1',
  title: 'A consumer',
  instructions: 'Greet first.',
  websiteUrl: 'https://example.com/',
  tools,
  resources,
  resourceTemplates,
  prompts,
  listChanged: true,
  pageSize: 50,
  anyUrl: true,
  host: '127.0.0.1',
  port: 0,
  allowedHosts: ['127.0.0.1'],
  allowedOrigins: ['https://app.example.com'],
  limits: { maxSessions: 10, keepAliveMs: 5_000, maxBodyBytes: LIMITS.maxBodyBytes[0], maxRequestsPerMinute: 10_000 },
  log: (entry) => void logged.push(entry),
  fallback: (request, response) => void response.end(`Not MCP: ${request.url}`),
}
const running: RunningServer = await serve(options)
after(() => running.close())
const mcp = `${running.url}/mcp`

test('2026-07-28: tools, resources, prompts and completion', async () => {
  const result = async (method: string, params?: Record<string, unknown>) => {
    const { messages } = await call(mcp, method, params)
    const last = messages.at(-1)
    assert.ok(last?.result, JSON.stringify(last))
    return last.result
  }
  const use = (name: string, args: object) => result('tools/call', { name, arguments: args })

  const listed = (await result('tools/list')).tools as { name: string }[]
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['greet', 'sum', 'work', 'order', 'loose'],
  )
  assert.equal(
    (await use('greet', { who: 'you', times: 2, tone: 'kind' })).content[0].text,
    'Hello, you! (kind) Hello, you! (kind)',
  )
  assert.equal((await use('greet', { who: 'you', tone: 'cold' })).isError, true)
  assert.equal((await use('greet', {})).isError, true)
  assert.deepEqual((await use('sum', { numbers: [1, 2, 3] })).structuredContent, { total: 6 })
  assert.equal((await use('loose', { any: 'thing' })).content[0].text, '{"any":"thing"}')
  assert.equal((await result('resources/read', { uri: 'note://one' })).contents[0].text, 'The first note.')
  assert.equal((await result('resources/read', { uri: 'note://bytes' })).contents[0].blob, 'AQID')
  assert.equal((await result('resources/read', { uri: 'note://by/ada/a/b' })).contents[0].text, 'ada: a/b')
  const prompt = await result('prompts/get', { name: 'review', arguments: { what: 'code' } })
  assert.equal(prompt.messages[0].content.text, 'Review code, well.')
  const ref = { type: 'ref/resource', uri: 'note://by/{author}/{+path}' }
  const completed = await result('completion/complete', { ref, argument: { name: 'author', value: 'al' } })
  assert.deepEqual(completed.completion.values, ['alan'])
  assert.equal((await call(mcp, 'tools/call', { name: 'nobody' })).messages[0]?.error?.code, -32602)
})

test('2026-07-28: a tool that asks', async () => {
  const first = (await call(mcp, 'tools/call', { name: 'order' })).messages.at(-1)?.result
  assert.equal(first.inputRequests.size.method, 'elicitation/create')
  const inputResponses = { size: { action: 'accept', content: { size: 'small' } } }
  const { requestState } = first
  const second = await call(mcp, 'tools/call', { name: 'order', inputResponses, requestState })
  assert.equal(second.messages.at(-1)?.result.content[0].text, 'A small one.')
})

test('2025-11-25: a session, progress and log on the stream of the call', async () => {
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'consumer', version: '1' },
  }
  const opened = await post(mcp, { id: 1, method: 'initialize', params })
  const session = { 'Mcp-Session-Id': opened.headers.get('mcp-session-id') ?? '' }
  const hello = (await messagesOf(opened)).at(-1)?.result
  assert.deepEqual(
    [hello.serverInfo.name, hello.serverInfo.version, hello.instructions],
    ['consumer', '3.2.1', 'Greet first.'],
  )
  assert.equal((await post(mcp, { method: 'notifications/initialized' }, session)).status, 202)
  const worked = { name: 'work', _meta: { progressToken: 'p' } }
  const messages = await messagesOf(await post(mcp, { id: 2, method: 'tools/call', params: worked }, session))
  const methods = messages.map(({ method }) => method ?? 'result')
  assert.deepEqual(methods, ['notifications/progress', 'notifications/message', 'notifications/progress', 'result'])
})

test('2024-11-05: an EventSource and POSTs, and a change that is told', async () => {
  const source = new EventSource(`${running.url}/sse`, { livenessMs: 60_000 })
  const [{ data }] = (await once(source, 'endpoint')) as [MessageEvent]
  const ask = async (message: object) => {
    assert.equal((await post(`${running.url}${String(data)}`, message)).status, 202)
  }
  const next = async () => JSON.parse(((await once(source, 'message')) as [MessageEvent])[0].data as string)
  const initialized = next()
  await ask({
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
  })
  assert.equal((await initialized).result.protocolVersion, '2024-11-05')
  await ask({ method: 'notifications/initialized' })
  const pong = next()
  await ask({ id: 2, method: 'ping' })
  assert.deepEqual((await pong).result, {})
  const changed = next()
  running.changes.publish({ kind: 'toolsListChanged' })
  assert.equal((await changed).method, 'notifications/tools/list_changed')
  source.close()
  assert.equal(source.readyState, EventSource.CLOSED)
})

test('what is not MCP goes to the fallback, and a page of strangers nowhere', async () => {
  assert.equal(await (await fetch(`${running.url}/else`)).text(), 'Not MCP: /else')
  const foreign = await fetch(`${running.url}/else`, { headers: { Origin: 'https://evil.example' } })
  assert.equal(foreign.status, 403)
  assert.ok(running.server.listening)
})

test('options that could not work are refused by name', async () => {
  await assert.rejects(serve({ ...options, host: '0.0.0.0', auth: undefined } as ServeOptions), TypeError)
  // @ts-expect-error no limit is called so
  await assert.rejects(serve({ ...options, limits: { maxSession: 1 } }), /maxSession/)
})
