// 2026-07-28, stateless: R-SL-…, R-SU-…, R-CH-…, R-MR-…, R-LO-4 to R-LO-6; T-42, T-45.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { defineTool, serve } from '../../src/index.ts'
import { openEvents, post, request, type Answer, type Json } from '../support/wire.ts'
import { echo } from '../support/tools.ts'

const META = 'io.modelcontextprotocol/'
const VERSION = '2026-07-28'
let aborted: Promise<unknown> = Promise.resolve()
const nothing = { type: 'object', properties: {} } as const
const elicit = (message: string) => ({
  method: 'elicitation/create',
  params: { message, requestedSchema: { type: 'object', properties: {} } },
})
const content = (answer: object) => (answer as { content: { name: string } }).content.name
const tools = [
  echo,
  defineTool({
    name: 'marked',
    inputSchema: {
      type: 'object',
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        size: { type: 'integer', 'x-mcp-header': 'Size' },
        deep: { type: 'object', properties: { sure: { type: 'boolean', 'x-mcp-header': 'Sure' } } },
      },
    },
    run: ({ region }) => `in ${region}`,
  }),
  defineTool({
    name: 'talks',
    inputSchema: nothing,
    run(_args, { progress, log }) {
      log('info', 'hello')
      log('debug', 'fine')
      progress(1)
      return 'done'
    },
  }),
  defineTool({
    name: 'waits',
    inputSchema: nothing,
    async run(_args, { signal, progress }) {
      aborted = once(signal, 'abort')
      progress(1)
      await aborted
      return 'never heard'
    },
  }),
  defineTool({
    name: 'asks',
    inputSchema: { type: 'object', properties: { greeting: { type: 'string', default: 'Hello' } } },
    async run({ greeting }, { ask }) {
      const { name } = await ask({ name: elicit('Name?') })
      const { colour } = await ask({ colour: elicit('Colour?') })
      return `${greeting}, ${content(name!)} in ${content(colour!)}!`
    },
  }),
  defineTool({
    name: 'samples',
    inputSchema: nothing,
    async run(_args, { ask }) {
      const { said } = await ask({
        said: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } },
      })
      return JSON.stringify(said)
    },
  }),
]
const { url, close } = await serve({ name: 'test', version: '1', tools, listChanged: true, port: 0 })
after(close)
const mcp = `${url}/mcp`

interface Changes {
  meta?: object
  params?: object
  headers?: Record<string, string | undefined>
  id?: number | string
}

/** A request as a client of this revision sends it, with whatever a test wants to be different. */
function modern(method: string, { meta = {}, params = {}, headers = {}, id = 1 }: Changes = {}) {
  const _meta = {
    [`${META}protocolVersion`]: VERSION,
    [`${META}clientCapabilities`]: { elicitation: {} },
    ...meta,
  }
  const { name, uri } = params as { name?: string; uri?: string }
  const all = { 'mcp-protocol-version': VERSION, 'mcp-method': method, 'mcp-name': name ?? uri, ...headers }
  return {
    body: { jsonrpc: '2.0', id, method, params: { ...params, _meta } },
    headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<
      string,
      string
    >,
  }
}

async function send(
  method: string,
  changes?: Changes,
  at = mcp,
): Promise<{ status: number; json: Json; answer: Answer }> {
  const { body, headers } = modern(method, changes)
  const answer = await post(at, body, headers)
  return { status: answer.status, json: answer.text === '' ? undefined : JSON.parse(answer.text), answer }
}
const callTool = (name: string, args: object = {}, changes: Changes = {}) =>
  send('tools/call', { ...changes, params: { name, arguments: args, ...changes.params } })
const refusal = ({ status, json }: { status: number; json: Json }) => [status, json.error.code, json.id]

test('R-SL-2, R-SL-27, R-JR-17: a request needs nothing before it; its result says what it is and who answers', async () => {
  const { status, json, answer } = await callTool('echo', { text: 'hi' }, { id: 'a' })
  assert.equal(status, 200)
  assert.equal(answer.headers['mcp-session-id'], undefined)
  assert.deepEqual(json, {
    jsonrpc: '2.0',
    id: 'a',
    result: {
      resultType: 'complete',
      content: [{ type: 'text', text: 'hi' }],
      _meta: { [`${META}serverInfo`]: { name: 'test', version: '1' } },
    },
  })
})

test('R-SL-29, R-CH-1: server/discover says what can be asked for next, and how long that is true', async () => {
  const { result } = (await send('server/discover')).json
  assert.deepEqual(result.supportedVersions, [VERSION])
  assert.deepEqual(result.capabilities.tools, { listChanged: true })
  assert.equal(result.resultType, 'complete')
  assert.ok(Number.isInteger(result.ttlMs) && result.ttlMs >= 0)
  assert.ok(['public', 'private'].includes(result.cacheScope))
  assert.equal('serverInfo' in result, false)
})

test('R-SL-3, T-42: a session id and a last event id are ignored, not looked up', async () => {
  const headers = { 'mcp-session-id': 'whatever', 'last-event-id': 'x' }
  assert.equal((await callTool('echo', {}, { headers })).status, 200)
})

test('R-SL-4, R-SL-20, R-LO-6: _meta without a version or capabilities is 400 -32602, with the id', async () => {
  for (const key of ['protocolVersion', 'clientCapabilities'])
    assert.deepEqual(refusal(await send('tools/list', { meta: { [META + key]: undefined }, id: 'x' })), [
      400,
      -32602,
      'x',
    ])
  const bare = await post(mcp, { jsonrpc: '2.0', id: 7, method: 'tools/list' }, modern('tools/list').headers)
  assert.deepEqual([bare.status, JSON.parse(bare.text).error.code], [400, -32602])
  assert.deepEqual(refusal(await send('tools/list', { meta: { [`${META}logLevel`]: 'loud' } })), [400, -32602, 1])
})

test('R-SL-6: the version header must be there and equal; that is said before anything of the version itself', async () => {
  assert.deepEqual(
    refusal(await send('tools/list', { headers: { 'mcp-protocol-version': undefined } })),
    [400, -32020, 1],
  )
  assert.deepEqual(
    refusal(await send('tools/list', { headers: { 'mcp-protocol-version': '2025-11-25' } })),
    [400, -32020, 1],
  )
  assert.deepEqual(
    refusal(await send('tools/list', { meta: { [`${META}protocolVersion`]: 'v999.0.0' } })),
    [400, -32020, 1],
  )
})

test('R-SL-7, R-SL-8, T-45: a version that is not served this way is -32022 with those that are', async () => {
  for (const version of ['2027-01-01', '2025-11-25', 'v999.0.0']) {
    const { status, json } = await send('tools/list', {
      meta: { [`${META}protocolVersion`]: version },
      headers: { 'mcp-protocol-version': version },
    })
    assert.deepEqual(
      [status, json.error.code, json.error.data],
      [400, -32022, { supported: [VERSION], requested: version }],
    )
  }
})

test('R-SL-9, R-SL-13: Mcp-Method must be there and equal, its name in any case, its value as it is', async () => {
  assert.deepEqual(refusal(await send('tools/list', { headers: { 'mcp-method': undefined } })), [400, -32020, 1])
  assert.deepEqual(refusal(await send('tools/list', { headers: { 'mcp-method': 'TOOLS/LIST' } })), [400, -32020, 1])
  assert.equal(
    (await send('tools/list', { headers: { 'mcp-method': undefined, 'MCP-METHOD': ' tools/list ' } })).status,
    200,
  )
})

test('R-SL-10, R-SL-11, R-SL-12: Mcp-Name repeats the name, as it is or in strict Base64', async () => {
  const named = async (name: string | undefined) => {
    const { status, json } = await callTool('echo', {}, { headers: { 'mcp-name': name } })
    return status === 400 ? json.error.code : status
  }
  assert.equal(await named('echo'), 200)
  assert.equal(await named('  echo '), 200)
  assert.equal(await named('=?base64?ZWNobw==?='), 200)
  for (const wrong of [
    undefined,
    'Echo',
    'other',
    '=?base64?ZWNobw?=',
    '=?base64?ZWNo bw==?=',
    '=?base64?ZWNob_==?=',
    '=?base64?/w==?=',
    '=?BASE64?ZWNobw==?=',
    '=?base64?ZWNobw==',
  ])
    assert.equal(await named(wrong), -32020, wrong)
})

test('R-SL-11, R-SL-14, R-SL-15, R-SL-16: a marked argument is repeated by its header, unless it is absent or null', async () => {
  const marked = async (args: object, headers: Record<string, string>) => {
    const { status, json } = await callTool('marked', args, { headers })
    return status === 200 ? 200 : json.error.code
  }
  assert.equal(await marked({}, {}), 200)
  assert.equal(await marked({ region: null }, {}), 200)
  assert.equal(await marked({ region: 'eu' }, { 'mcp-param-region': 'eu' }), 200)
  assert.equal(
    await marked(
      { region: 'Zürich' },
      { 'mcp-param-region': `=?base64?${Buffer.from('Zürich').toString('base64')}?=` },
    ),
    200,
  )
  for (const literal of ['=?base64?ZXU=', 'ZXU=?=', '=?BASE64?ZXU=?='])
    assert.equal(await marked({ region: literal }, { 'mcp-param-region': literal }), 200, literal)
  for (const [size, text] of [
    [42, '42'],
    [42, '42.0'],
    [42, '4.2e1'],
    [42, '420E-1'],
    [-7, '-7'],
    [0, '0'],
    [0, '-0'],
  ] as const)
    assert.equal(await marked({ size }, { 'mcp-param-size': text }), 200, text)
  assert.equal(await marked({ deep: { sure: true } }, { 'mcp-param-sure': 'true' }), 200)
  assert.equal(await marked({}, { 'mcp-param-unheard': 'of' }), 200)
  assert.equal(await marked({ region: 'eu' }, {}), -32020)
  assert.equal(await marked({ region: 'eu' }, { 'mcp-param-region': 'EU' }), -32020)
  assert.equal(await marked({ region: 'eu' }, { 'mcp-param-region': 'e\xfc' }), -32020)
  assert.equal(await marked({ region: '\ufffd' }, { 'mcp-param-region': '=?base64?/w==?=' }), -32020)
  for (const text of ['', '43', '0x2A', '0b101010', '052', '+42', '42.', '.42e2', '42n', '4 2', 'Infinity'])
    assert.equal(await marked({ size: 42 }, { 'mcp-param-size': text }), -32020, text)
  assert.equal(await marked({ size: 0 }, { 'mcp-param-size': '' }), -32020)
  assert.equal(await marked({ region: '' }, {}), -32020)
  assert.equal(await marked({ deep: { sure: true } }, { 'mcp-param-sure': 'TRUE' }), -32020)
})

test('R-SL-14, R-SL-16: where a marked argument is absent or null its header must be too, since a proxy would have believed it', async () => {
  for (const args of [{}, { region: null }, { deep: {} }] as const)
    for (const [header, text] of [
      ['mcp-param-region', 'us'],
      ['mcp-param-region', ''],
      ['mcp-param-region', 'null'],
      ['mcp-param-region', 'e\xfc'],
      ['mcp-param-size', '42'],
      ['mcp-param-sure', 'false'],
    ] as const) {
      const { status, json } = await callTool('marked', args, { headers: { [header]: text } })
      assert.deepEqual([status, json.error?.code], [400, -32020], `${JSON.stringify(args)} ${header}: ${text}`)
      assert.match(json.error.message, /^Mcp-Param-\w+ must repeat arguments\.[\w.]+ of the body: send none\.$/)
    }
})

test('R-SL-19: unknown methods, and those of the handshake, are 404 -32601', async () => {
  for (const method of [
    'initialize',
    'ping',
    'logging/setLevel',
    'resources/subscribe',
    'resources/unsubscribe',
    'unknown/method',
    'toString',
  ])
    assert.deepEqual(refusal(await send(method, { id: method })), [404, -32601, method])
})

test('R-TO-11: an unknown tool is -32602 with status 200', async () => {
  assert.deepEqual(refusal(await callTool('nope')), [200, -32602, 1])
})

test('R-SL-21, R-SL-22, R-JR-9: a notification is 202, a response and a batch are 400', async () => {
  const { headers } = modern('notifications/cancelled')
  assert.equal(
    (await post(mcp, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }, headers)).status,
    202,
  )
  assert.equal((await post(mcp, { jsonrpc: '2.0', id: 1, result: {} }, headers)).status, 400)
  const batch = await post(mcp, [modern('tools/list').body], headers)
  assert.deepEqual([batch.status, JSON.parse(batch.text).error.code], [400, -32600])
})

test('R-SL-1: GET and DELETE that name this revision are 405', async () => {
  for (const method of ['GET', 'DELETE']) {
    const answer = await request(method, mcp, { 'mcp-protocol-version': VERSION })
    assert.deepEqual([answer.status, answer.headers.allow], [405, 'POST'])
  }
})

test('R-SL-23, R-LO-4: notifications make the reply a stream of bare data lines; no log without a level', async () => {
  const talk = async (meta: object) => {
    const { body, headers } = modern('tools/call', { params: { name: 'talks' }, meta })
    return post(mcp, body, headers)
  }
  assert.equal((await talk({})).headers['content-type'], 'application/json')
  const { text, headers } = await talk({ progressToken: 'p', [`${META}logLevel`]: 'info' })
  assert.equal(headers['content-type'], 'text/event-stream')
  const lines = text.split('\n').filter((line) => line !== '')
  assert.ok(
    lines.every((line) => line.startsWith('data: ')),
    text,
  )
  const messages = lines.map((line) => JSON.parse(line.slice(6)))
  assert.deepEqual(
    messages.map((m) => m.method ?? m.result.resultType),
    ['notifications/message', 'notifications/progress', 'complete'],
  )
})

test('R-SL-25, R-CA-5: a client that closes the reply has cancelled the request', async () => {
  const { body, headers } = modern('tools/call', { params: { name: 'waits' }, meta: { progressToken: 1 } })
  const stream = await openEvents(mcp, { ...headers, 'content-type': 'application/json' }, JSON.stringify(body))
  await stream.message()
  stream.destroy()
  await aborted
})

test('R-MR-1, R-MR-2, R-MR-4: a tool that asks ends with its questions; the retry brings the answers, over as many rounds as it takes', async () => {
  const accept = (name: string) => ({ action: 'accept', content: { name } })
  const first = (await callTool('asks')).json.result
  assert.equal(first.resultType, 'input_required')
  assert.deepEqual(first.inputRequests, { name: elicit('Name?') })
  assert.equal(typeof first.requestState, 'string')
  assert.equal('ttlMs' in first, false)
  const second = (
    await callTool(
      'asks',
      {},
      { id: 2, params: { inputResponses: { name: accept('Ann') }, requestState: first.requestState } },
    )
  ).json.result
  assert.deepEqual(second.inputRequests, { colour: elicit('Colour?') })
  assert.notEqual(second.requestState, first.requestState)
  const third = (
    await callTool(
      'asks',
      {},
      { id: 3, params: { inputResponses: { colour: accept('red') }, requestState: second.requestState } },
    )
  ).json.result
  assert.equal(third.content[0].text, 'Hello, Ann in red!')
})

test('R-MR-7, R-MR-9, R-MR-10: wrong answers are asked again, extra ones ignored, and an answer needs no state', async () => {
  const answered = async (inputResponses: unknown) =>
    (await callTool('asks', {}, { params: { inputResponses } })).json.result
  for (const wrong of [null, {}, { name: 12345 }, { name: null }, { name: { action: 'maybe' } }, { other: {} }])
    assert.deepEqual(Object.keys((await answered(wrong)).inputRequests), ['name'], JSON.stringify(wrong))
  const both = {
    name: { action: 'accept', content: { name: 'A' } },
    colour: { action: 'accept', content: { name: 'b' } },
    extra: {},
  }
  assert.equal((await answered(both)).content[0].text, 'Hello, A in b!')
})

test('R-MR-5, R-MR-6: state that is forged, of another request or of other arguments is an error, not a question', async () => {
  const { requestState } = (await callTool('asks')).json.result
  const withState = async (state: unknown, args = {}) =>
    (await callTool('asks', args, { params: { requestState: state } })).json
  for (const forged of [
    `${requestState}-TAMPERED`,
    'x',
    '',
    7,
    requestState.replace(/^./, (c: string) => (c === 'e' ? 'f' : 'e')),
  ])
    assert.equal((await withState(forged)).error?.code, -32602, String(forged))
  assert.equal((await withState(requestState, { greeting: 'Bye' })).error.code, -32602)
  assert.equal((await withState(requestState)).result.resultType, 'input_required')
})

test('R-SL-28, R-MR-3: what the request does not declare is not asked: 400 -32021 with what is missing', async () => {
  const { status, json } = await callTool('samples')
  assert.deepEqual(
    [status, json.error.code, json.error.data],
    [400, -32021, { requiredCapabilities: { sampling: {} } }],
  )
})

test('R-SU-1, R-SU-2: a subscription acknowledges what it will keep, and ends when the client goes', async () => {
  const { body, headers } = modern('subscriptions/listen', {
    id: 0,
    params: {
      notifications: {
        toolsListChanged: true,
        promptsListChanged: false,
        resourceSubscriptions: ['test://a', 7],
        more: true,
      },
    },
  })
  const stream = await openEvents(mcp, { ...headers, 'content-type': 'application/json' }, JSON.stringify(body))
  assert.deepEqual(await stream.message(), {
    jsonrpc: '2.0',
    method: 'notifications/subscriptions/acknowledged',
    params: {
      notifications: { toolsListChanged: true, resourceSubscriptions: ['test://a'] },
      _meta: { [`${META}subscriptionId`]: 0 },
    },
  })
  stream.destroy()
})

test('R-SU-8: a server that stops says so: the notification, then the result, then the end', async () => {
  const other = await serve({ name: 'test', version: '1', tools, port: 0 })
  const { body, headers } = modern('subscriptions/listen', { id: 'l', params: { notifications: {} } })
  const stream = await openEvents(
    `${other.url}/mcp`,
    { ...headers, 'content-type': 'application/json' },
    JSON.stringify(body),
  )
  await stream.message()
  const [, last, result] = [other.close(), await stream.message(), await stream.message()]
  assert.deepEqual([last.method, last.params.requestId], ['notifications/cancelled', 'l'])
  assert.deepEqual(
    [result.id, result.result.resultType, result.result._meta[`${META}subscriptionId`]],
    ['l', 'complete', 'l'],
  )
  await stream.ended
})
