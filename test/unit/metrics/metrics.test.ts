// The diagnostics channels, and what is counted by them: /metrics, who may read it, and what strangers cannot do to it.
import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test, type TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import * as all from '../../../src/diagnostics/channels.ts'
import { bearerToken } from '../../../src/auth/index.ts'
import { createClient, definePrompt, defineTool, serve, ToolError, type ServeOptions } from '../../../src/index.ts'
import { newestHandshake } from '../../../src/mcp/revisions/index.ts'
import { metrics, type MetricsOptions } from '../../../src/metrics/index.ts'
import { createOperationLabels } from '../../../src/metrics/operation-labels.ts'
import { createGetJson } from '../../../src/upstream/get-json.ts'
import { connectHttpSse, openEvents, post, rawExchange, request } from '../../support/wire.ts'

const SECRET = 'a-secret-of-more-than-32-characters'
const inputSchema = { type: 'object' } as const
const tools = [
  defineTool({ name: 'at-once', inputSchema, run: () => 'done' }),
  defineTool({ name: 'later', inputSchema, run: async () => 'done' }),
  defineTool({ name: 'says', inputSchema, run: ({ long }) => String(long) }),
  defineTool({
    name: 'fails',
    inputSchema,
    run() {
      throw new ToolError('no')
    },
  }),
]
const UPSTREAM = {
  connectMs: 2_000,
  requestMs: 2_000,
  answerBytes: 1_000,
  requests: 1,
  waiting: 1,
  backoffMs: 1,
  retryAfterMs: 1,
}
const prompts = [definePrompt({ name: 'line\n"break"\\', get: () => 'text' })]

async function start(t: TestContext, options: MetricsOptions = {}, more: Partial<ServeOptions> = {}) {
  const shown = metrics(options)
  const name = { name: 'test', version: '1' }
  const server = await serve({ ...name, tools, prompts, port: 0, log: () => {}, ...more, fallback: shown.fallback })
  t.after(async () => {
    await server.close()
    shown.close()
  })
  const get = (headers = {}, method = 'GET') => request(method, `${server.url}/metrics`, headers)
  return { ...server, shown, get }
}

/** The value of a series. */
const valueOf = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

/** The labels of all series of a metric. */
const seriesOf = (text: string, name: string): string[] =>
  text
    .split('\n')
    .flatMap((line) => (line.startsWith(`${name}{`) ? [line.slice(name.length, line.indexOf('} ') + 1)] : []))

/** The name of a diagnostics channel. */
function nameOf(one: unknown): string | undefined {
  const { name, start: began } = one as { name?: unknown; start?: { name: string } }
  return began ? /^tracing:(.*):start$/.exec(began.name)?.[1] : typeof one === 'object' ? String(name) : undefined
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn()
}

const OPERATIONS = 'mcp_server_operation_duration_seconds_count'

test('the text is of the format’s version 0.0.4, and is kept by no cache; HEAD has the same head', async (t) => {
  const { get } = await start(t)
  const { status, headers, text } = await get()
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(headers['cache-control'], 'no-store')
  const head = await get({}, 'HEAD')
  assert.deepEqual([head.status, head.text], [200, ''])
  assert.equal((await get({}, 'POST')).status, 405)
  const line = /^(# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+(\{([a-z_]+="([^"\\\n]|\\[\\"n])*",?)+\})? [\d.e+-]+)$/
  for (const one of text.trimEnd().split('\n')) assert.match(one, line)
})

test('calls are counted by method, tool, revision and error', async (t) => {
  const { url, get } = await start(t)
  const client = await connectHttpSse(url)
  await client.call('tools/call', { name: 'at-once' })
  await client.call('tools/call', { name: 'later' })
  await client.call('tools/call', { name: 'later' })
  await client.call('tools/call', { name: 'fails' })
  await client.call('prompts/get', { name: 'line\n"break"\\' })
  const { text } = await get()
  client.destroy()
  const rest = 'mcp_protocol_version="2024-11-05",network_transport="tcp"}'
  const call = `${OPERATIONS}{mcp_method_name="tools/call"`
  assert.equal(valueOf(text, `${call},gen_ai_tool_name="at-once",${rest}`), 1)
  assert.equal(valueOf(text, `${call},gen_ai_tool_name="later",${rest}`), 2)
  assert.equal(valueOf(text, `${call},gen_ai_tool_name="fails",error_type="tool_error",${rest}`), 1)
  const prompt = 'gen_ai_prompt_name="line\\n\\"break\\"\\\\"'
  assert.equal(valueOf(text, `${OPERATIONS}{mcp_method_name="prompts/get",${prompt},${rest}`), 1)
  assert.equal(valueOf(text, 'sse_mcp_requests_in_flight'), 0)
})

test('methods, tools and prompts that a stranger makes up become no labels', async (t) => {
  const { url, get } = await start(t)
  const client = await connectHttpSse(url)
  const progressToken = 'x'.repeat(2_000) // refused before anybody looks at the method
  for (let i = 0; i < 50; i++) {
    await client.call(`made/up-${i}`)
    await client.call(`made/up-${i}`, { _meta: { progressToken } })
    await client.call('tools/call', { name: `made-up-${i}` })
    await client.call('tools/call', { name: `made-up-${i}`, _meta: { progressToken } })
    await client.call('prompts/get', { name: `made-up-${i}"\n` })
    await client.post({ jsonrpc: '2.0', method: `notifications/made-up-${i}` })
    await client.post({ jsonrpc: '2.0', method: `made/up-${i}` })
  }
  await client.call('ping')
  const { text } = await get()
  client.destroy()
  assert.doesNotMatch(text, /made.up/)
  const operations = seriesOf(text, OPERATIONS)
  assert.ok(operations.length <= 8, operations.join('\n'))
  assert.ok(operations.some((labels) => labels.includes('mcp_method_name="_OTHER",error_type="-32601"')))
})

test('where an extension answers any name by a result, 1,000 become labels', () => {
  const labelsOf = createOperationLabels()
  const trace = (method: string, name: string) =>
    labelsOf({
      message: { jsonrpc: '2.0', id: 1, method, params: { name } },
      client: createClient(newestHandshake),
      result: { jsonrpc: '2.0', id: 1, result: {} },
    })
  const names = Array.from({ length: 1_500 }, (_, i) => trace('tools/call', `tool-${i}`)['gen_ai_tool_name'])
  assert.deepEqual([new Set(names).size, names[0], names.at(-1)], [1_000, 'tool-0', '_OTHER'])
  assert.equal(trace('tools/call', 'tool-7')['gen_ai_tool_name'], 'tool-7')
  assert.equal(trace('prompts/list', '')['mcp_method_name'], 'prompts/list')
})

// A subscriber that throws ends the process (`uncaughtException`): the test would fail.
test('a name that is no text at all becomes no label, and ends nothing', async (t) => {
  const { url, get } = await start(t)
  const client = await connectHttpSse(url)
  for (const method of ['tools/call', 'prompts/get', 'made/up'])
    for (const name of [{ toString: 1, valueOf: 1 }, [[{}]], 5, true, null, undefined])
      assert.ok((await client.call(method, { name })).error.code <= -32601)
  const { text } = await get()
  client.destroy()
  assert.doesNotMatch(text, /(tool|prompt)_name="(?!_OTHER")/)
})

test('sessions and streams are counted while they are open, and sessions measured when they end', async (t) => {
  const { url, shown } = await start(t)
  const client = await connectHttpSse(url)
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }
  const answer = await post(`${url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'initialize', params: hello })
  const session = { 'mcp-session-id': String(answer.headers['mcp-session-id']) }
  const stream = await openEvents(`${url}/mcp`, { ...session, accept: 'text/event-stream' })
  await post(`${url}/mcp`, { jsonrpc: '2.0', id: 2, method: 'ping' }, { ...session, accept: 'text/event-stream' })
  const open = shown.text()
  assert.equal(valueOf(open, 'sse_mcp_sessions'), 2)
  assert.equal(valueOf(open, 'sse_mcp_streams'), 2)
  assert.ok(valueOf(open, 'sse_mcp_replay_chars')! > 0, 'the answer of a stream is kept')
  await request('DELETE', `${url}/mcp`, session)
  await stream.ended
  client.destroy()
  await until(() => valueOf(shown.text(), 'sse_mcp_sessions') === 0 && valueOf(shown.text(), 'sse_mcp_streams') === 0)
  const ended = shown.text()
  assert.equal(valueOf(ended, 'sse_mcp_replay_chars'), 0)
  const durations = seriesOf(ended, 'mcp_server_session_duration_seconds_count')
  assert.deepEqual(durations.toSorted(), [
    '{mcp_protocol_version="2024-11-05",network_transport="tcp"}',
    '{mcp_protocol_version="2025-11-25",network_transport="tcp"}',
  ])
})

test('what waits for the reader of a stream is counted, until it is gone', async (t) => {
  const { url, shown } = await start(t)
  const client = await connectHttpSse(url)
  client.pause()
  const long = 'x'.repeat(100_000)
  // Until the system takes no more of it.
  while (valueOf(shown.text(), 'sse_mcp_unread_bytes') === 0)
    await client.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'says', arguments: { long } } })
  client.destroy()
  await until(() => valueOf(shown.text(), 'sse_mcp_unread_bytes') === 0)
})

test('each request to another server is measured, by its address and by how it failed', async (t) => {
  const { shown } = await start(t)
  const settings = { ...UPSTREAM, baseUrl: new URL('http://127.0.0.1:1') } // where nobody listens
  const signal = new AbortController().signal
  await assert.rejects(createGetJson(settings)('item', signal))
  const stood = createServer((_request, response) =>
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}'),
  )
  t.after(() => stood.close())
  await once(stood.listen(0, '127.0.0.1'), 'listening')
  const { port } = stood.address() as AddressInfo
  await createGetJson({ ...settings, baseUrl: new URL(`http://127.0.0.1:${port}`) })('item', signal)
  const counts = seriesOf(shown.text(), 'http_client_request_duration_seconds_count')
  const own = (serverPort: number) =>
    `{http_request_method="GET",server_address="127.0.0.1",server_port="${serverPort}"`
  assert.deepEqual(counts.toSorted(), [`${own(1)},error_type="NoConnection"}`, `${own(port)}}`].toSorted())
})

test('refusals are counted by the reason that the log has', async (t) => {
  const { url, shown } = await start(t)
  for (let i = 0; i < 30; i++) await request('GET', `${url}/sse`, { origin: 'https://evil.example' })
  assert.equal(valueOf(shown.text(), 'sse_mcp_log_entries_total{level="warn",reason="forbidden"}'), 30)
})

test('a stranger gets 403: from elsewhere, by a proxy, by another name, as a part of a page', async (t) => {
  const { get } = await start(t)
  const proxies = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']
  for (const name of proxies) assert.equal((await get({ [name]: '203.0.113.9' })).status, 403, name)
  assert.equal((await get({ host: 'evil.example' })).status, 403)
  assert.equal((await get({ origin: 'https://evil.example' })).status, 403)
  assert.equal((await get({ 'sec-fetch-site': 'cross-site' })).status, 403)

  const closed = await start(t, { loopback: false })
  const { status, text } = await closed.get()
  assert.equal(status, 403)
  assert.doesNotMatch(text, /HELP/)
})

test('a proxy on this machine that adds no header is known by the name it passes on, or by its HTTP/1.0', async (t) => {
  const { url, get } = await start(t, {}, { allowedHosts: ['mcp.example.com', 'upstream', 'localhost', '[::1]'] })
  for (const host of ['mcp.example.com', 'mcp.example.com:443', 'upstream'])
    assert.equal((await get({ host })).status, 403, host)
  for (const host of ['localhost', 'localhost:3000', '[::1]:3000'])
    assert.equal((await get({ host })).status, 200, host)
  assert.match(await rawExchange(url, 'GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n'), /^HTTP\/1\.1 403 /)
})

test('only an address of this machine is local, in each way in which Node writes it', async (t) => {
  const shown = metrics()
  t.after(() => shown.close())
  const ask = async (remoteAddress: string | undefined): Promise<boolean> => {
    let isShown = false
    const response = { writeHead: () => response, end: () => (isShown = true) } as unknown as ServerResponse
    const asked = { url: '/metrics', method: 'GET', headers: { host: 'localhost' }, socket: { remoteAddress } }
    await Promise.resolve(shown.fallback(asked as IncomingMessage, response)).catch(() => {})
    return isShown
  }
  for (const local of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) assert.equal(await ask(local), true, local)
  for (const other of [
    '203.0.113.9',
    '10.0.0.1',
    '::ffff:10.0.0.1',
    'fe80::1',
    '127.0.0.1.evil.example',
    '',
    undefined,
  ])
    assert.equal(await ask(other), false, String(other))
})

test('an authorized caller may read them from anywhere, and nobody guesses the token here', async (t) => {
  const { get } = await start(t, { auth: bearerToken(SECRET), loopback: false })
  assert.equal((await get({ authorization: `Bearer ${SECRET}` })).status, 200)
  const without = await get()
  assert.equal(without.status, 401)
  assert.match(String(without.headers['www-authenticate']), /^Bearer/)
  const statuses = new Set<number>()
  for (let i = 0; i < 70; i++) statuses.add((await get({ authorization: `Bearer ${'x'.repeat(40)}` })).status)
  assert.deepEqual([...statuses], [401, 429])
})

test('what is not /metrics is left to the fallback, or is 404', async (t) => {
  const { url } = await start(t)
  for (const path of ['/', '/metrics/', '/metrics/x', '//metrics'])
    assert.equal((await request('GET', url + path)).status, 404, path)
  const site = await start(t, { fallback: (_request, response) => void response.end('site') })
  assert.equal((await request('GET', `${site.url}/`)).text, 'site')
})

test('after close nothing is counted, and nobody listens to the channels', async (t) => {
  const { url, shown } = await start(t)
  shown.close()
  const client = await connectHttpSse(url)
  await client.call('ping')
  client.destroy()
  assert.deepEqual(seriesOf(shown.text(), OPERATIONS), [])
  for (const name of ['request', 'session', 'stream', 'upstream'])
    assert.equal(tracingChannel(`sse-mcp:${name}`).hasSubscribers, false, name)
})

test('docs/operations names every metric and every channel, and no other, in both languages', async (t) => {
  const { shown } = await start(t)
  const types = shown.text().match(/(?<=^# TYPE )\w+ \w+/gm)
  for (const file of ['operations.md', 'operations.zh-CN.md']) {
    const page = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8')
    const rows = [...page.matchAll(/^\| `(\w+)` \| (histogram|counter|gauge) \|/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    )
    assert.deepEqual(rows, types, file)
    const named = [...page.matchAll(/^\| `(sse-mcp:\w+)` \|/gm)].map(([, name]) => name)
    const channels = Object.values(all).flatMap((one) => nameOf(one) ?? [])
    assert.deepEqual(named.toSorted(), [...new Set(channels)].toSorted(), file)
  }
})

test('the channel of requests tells start and end, and asyncStart and asyncEnd of what takes longer', async (t) => {
  const { url } = await start(t)
  const client = await connectHttpSse(url)
  await client.call('tools/call', { name: 'at-once' }) // its schema is compiled
  await client.call('tools/call', { name: 'later' })
  const told: string[] = []
  const tell = (event: string) => (trace: unknown) => {
    const { message, result } = trace as { message: { id?: number; method: string }; result?: { id?: number } }
    const what = result instanceof Promise ? 'promise' : result === undefined ? 'nothing' : `answer to ${result.id}`
    told.push(`${event} ${message.method} ${event === 'start' ? '' : what}`.trim())
  }
  const events = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const
  const subscribers = Object.fromEntries(events.map((event) => [event, tell(event)]))
  const requests = tracingChannel('sse-mcp:request')
  requests.subscribe(subscribers as never)
  after(() => requests.unsubscribe(subscribers as never))
  await client.call('ping', undefined, 7)
  await client.call('tools/call', { name: 'later' }, 8)
  await client.post({ jsonrpc: '2.0', method: 'notifications/initialized' })
  await client.call('nothing', undefined, 9)
  client.destroy()
  assert.deepEqual(told, [
    'start ping',
    'end ping answer to 7',
    'start tools/call',
    'end tools/call promise',
    'asyncStart tools/call answer to 8',
    'asyncEnd tools/call answer to 8',
    'start notifications/initialized',
    'end notifications/initialized nothing',
    'start nothing',
    'end nothing answer to 9',
  ])
})
