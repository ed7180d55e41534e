// The official JSON Schemas: every method of every revision fits them, and what does not fit is noticed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { definePrompt, serve, type RunningServer } from '../../src/index.ts'
import { asking } from './asking.ts'
import { prompts } from './prompts.ts'
import { resources, resourceTemplates } from './resources.ts'
import { tools, triggers } from './tools.ts'
import { methodsOf, violations } from './schema/rules.mjs'
import { watch } from './schema/traffic.mjs'
import { connectHttpSse, openEvents, post, type Json } from '../support/wire.ts'

const STATELESS = '2026-07-28'
const META = 'io.modelcontextprotocol/'

const said = watch()

const folder = mkdtempSync(join(tmpdir(), 'sse-mcp-schema-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const here = (path: string) => new URL(path, import.meta.url).href

/** A test file whose one test passes, whatever its server says. */
async function runTestOf(name: string, content: object) {
  const file = join(folder, `${name}.test.mjs`)
  writeFileSync(
    file,
    `import { test } from 'node:test'
    import { defineTool, serve } from '${here('../../src/index.ts')}'
    import { post } from '${here('../support/wire.ts')}'
    test('passes', async () => {
      const run = () => ({ content: [${JSON.stringify(content)}] })
      const tool = defineTool({ name: 'a', inputSchema: { type: 'object' }, run })
      const { url, close } = await serve({ name: 'test', version: '1', tools: [tool], port: 0 })
      const params = { protocolVersion: '2025-06-18', capabilities: {} }
      const { headers } = await post(url + '/mcp', { jsonrpc: '2.0', id: 1, method: 'initialize', params })
      const session = { 'mcp-session-id': headers['mcp-session-id'] }
      const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'a' } }
      await post(url + '/mcp', call, session)
      await close()
    })`,
  )
  const { NODE_OPTIONS: _options, SSE_MCP_MESSAGES: _folder, NODE_TEST_CONTEXT: _context, ...env } = process.env
  const args = [
    '--import',
    here('../support/validate-messages.mjs'),
    '--import',
    'tsx',
    '--test',
    '--test-reporter=tap',
    file,
  ]
  const child = spawn(process.execPath, args, { env })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  const [code] = await once(child, 'close')
  return { code, output }
}

// They run while the tests below do.
const broken = runTestOf('broken', { type: 'text', txet: 'hello' })
const sound = runTestOf('sound', { type: 'text', text: 'hello' })

type Call = (method: string, params?: Json) => Promise<void>

const start = (): Promise<RunningServer> => {
  const completing = definePrompt({
    name: 'completing',
    arguments: [{ name: 'who', complete: () => ['Ann', 'Bob'] }],
    get: () => 'Hello.',
  })
  const running: Promise<RunningServer> = serve({
    name: 'schemas',
    version: '1.0.0',
    instructions: 'Try everything.',
    tools: [...tools, ...asking, ...triggers(() => changes)],
    prompts: [...prompts, completing],
    listChanged: true,
    resources,
    resourceTemplates,
    port: 0,
  })
  let changes: RunningServer['changes']
  return running.then((one) => ((changes = one.changes), one))
}

/** Calls all that there is to call, and listens meanwhile. */
async function callEverything(call: Call): Promise<void> {
  for (const method of ['ping', 'server/discover', 'tools/list', 'prompts/list', 'resources/list']) await call(method)
  await call('resources/templates/list')
  await call('logging/setLevel', { level: 'debug' })
  await call('resources/subscribe', { uri: 'test://watched-resource' })
  const names = [...tools, ...asking].map(({ name }) => name)
  const _meta = { progressToken: 7, [`${META}logLevel`]: 'debug' }
  await Promise.all([...names, 'nobody'].map((name) => call('tools/call', { name, arguments: {}, _meta })))
  for (const kind of ['tool', 'prompt'])
    await call('tools/call', { name: `test_trigger_${kind}_change`, arguments: {} })
  const values = { arg1: 'a', arg2: 'b', resourceUri: 'test://static-text' }
  for (const { name } of prompts) await call('prompts/get', { name, arguments: values })
  for (const uri of [...resources.map((one) => one.uri), 'test://template/1/data', 'test://nothing'])
    await call('resources/read', { uri })
  await call('resources/unsubscribe', { uri: 'test://watched-resource' })
  const ref = { type: 'ref/prompt', name: 'completing' }
  await call('completion/complete', { ref, argument: { name: 'who', value: 'A' } })
  await call('no/such/method')
}

const client = { protocolVersion: '', capabilities: {}, clientInfo: { name: 'test', version: '1' } }

async function overHttpSse({ url }: RunningServer, protocolVersion: string): Promise<void> {
  const stream = await connectHttpSse(url)
  let lastId = 0
  const call: Call = async (method, params) => {
    const id = ++lastId
    const answered = waitFor(id)
    await stream.post({ jsonrpc: '2.0', id, method, params })
    await answered
  }
  const waiting = new Map<unknown, () => void>()
  const waitFor = (id: number) => new Promise<void>((resolve) => waiting.set(id, resolve))
  void (async () => {
    for (;;) waiting.get((await stream.message()).id)?.()
  })().catch(() => {})
  await call('initialize', { ...client, protocolVersion })
  await callEverything(call)
  stream.destroy()
}

async function overStreamableHttp({ url }: RunningServer, protocolVersion: string): Promise<void> {
  const body = { jsonrpc: '2.0', id: 0, method: 'initialize', params: { ...client, protocolVersion } }
  const { headers } = await post(`${url}/mcp`, body)
  const session = { 'mcp-session-id': String(headers['mcp-session-id']) }
  const standing = await openEvents(`${url}/mcp`, { ...session, accept: 'text/event-stream' })
  let id = 0
  await callEverything(async (method, params) => {
    await post(`${url}/mcp`, { jsonrpc: '2.0', id: ++id, method, params }, session)
  })
  standing.destroy()
}

async function overStateless(running: RunningServer): Promise<void> {
  const url = `${running.url}/mcp`
  let id = 0
  const prepare = (method: string, params: Json = {}) => {
    const own = { [`${META}protocolVersion`]: STATELESS, [`${META}clientCapabilities`]: can }
    const body = { jsonrpc: '2.0', id: ++id, method, params: { ...params, _meta: { ...params._meta, ...own } } }
    const name = params.name ?? params.uri
    const headers = { 'mcp-protocol-version': STATELESS, 'mcp-method': method, ...(name && { 'mcp-name': name }) }
    return { body, headers }
  }
  const can = { elicitation: {}, sampling: {}, roots: {} }
  const call: Call = async (method, params) => {
    const { body, headers } = prepare(method, params)
    await post(url, body, headers)
  }
  const notifications = { toolsListChanged: true, resourceSubscriptions: ['test://watched-resource'] }
  const { body, headers } = prepare('subscriptions/listen', { notifications })
  const listening = await openEvents(url, { 'content-type': 'application/json', ...headers }, JSON.stringify(body))
  await listening.message()
  running.changes.publish({ kind: 'resourceUpdated', uri: 'test://watched-resource' })
  await callEverything(call)
  await running.close()
  await listening.ended
}

const talks = [
  ['2024-11-05', overHttpSse],
  ['2025-03-26', overStreamableHttp],
  ['2025-06-18', overStreamableHttp],
  ['2025-11-25', overStreamableHttp],
  [STATELESS, overStateless],
] as const

/** All that was said, to five clients at once. */
const messages = Promise.all(
  talks.map(async ([revision, talk]) => {
    const running = await start()
    await talk(running, revision)
    await running.close()
  }),
).then(() => [...said()])

for (const [revision] of talks)
  test(`every method of ${revision} is answered as its schema says`, async () => {
    const own = (await messages).filter((one) => one.revision === revision)
    assert.deepEqual(
      own.flatMap(({ message, methods }) => violations(revision, message, methods)),
      [],
    )
    const answered = new Set(own.flatMap(({ methods }) => methods))
    // The experimental tasks of 2025-11-25 are not offered.
    const expected = methodsOf(revision).filter((method) => !method.startsWith('tasks/'))
    assert.deepEqual([...answered].toSorted(), expected.toSorted())
  })

const text = { type: 'text', text: 'a' }
const answer = (result: object) => ({ jsonrpc: '2.0', id: 1, result })

for (const [what, revision, message, methods, rule] of [
  ['a content block without its text', '2024-11-05', answer({ content: [{ type: 'text' }] }), ['tools/call'], /text/],
  ['audio before there was any', '2024-11-05', answer({ content: [{ type: 'audio' }] }), ['tools/call'], /CallTool/],
  ['no resultType', STATELESS, answer({ content: [text] }), ['tools/call'], /resultType/],
  [
    'questions to tools/list',
    STATELESS,
    answer({ resultType: 'input_required' }),
    ['tools/list'],
    /not for tools\/list/,
  ],
  ['an answer to nobody', '2025-11-25', answer({}), [], /answers no request/],
  ['an id that is null', '2025-11-25', { jsonrpc: '2.0', id: null, error: { code: 1, message: '' } }, [], /id/],
  ['an error code in words', '2025-06-18', { jsonrpc: '2.0', error: { code: 'x', message: '' } }, [], /code/],
  ['no JSON', '2025-06-18', undefined, [], /JSONRPCMessage/],
  ['a batch after there was any', '2025-06-18', [answer({})], [], /JSONRPCMessage/],
  [
    'a notification of the client',
    '2025-06-18',
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    [],
    /is none/,
  ],
  ['a request where there is none', STATELESS, { jsonrpc: '2.0', id: 1, method: 'ping' }, [], /is none/],
  ['a code without its data', STATELESS, { jsonrpc: '2.0', error: { code: -32022, message: '' } }, [], /data/],
  [
    'bytes that are no Base64',
    '2025-03-26',
    answer({ contents: [{ uri: 'a:b', blob: '*' }] }),
    ['resources/read'],
    /byte/,
  ],
] as const)
  test(`it is noticed: ${what}, ${revision}`, () => {
    assert.match(violations(revision, message, methods).join('\n'), rule)
  })

test('the one exception: an error without id, where the schema wants one, alone or in a batch', () => {
  const error = { jsonrpc: '2.0', error: { code: -32600, message: 'No.' } }
  for (const revision of ['2024-11-05', '2025-03-26', '2025-06-18']) assert.deepEqual(violations(revision, error), [])
  assert.deepEqual(violations('2025-03-26', [error, answer({})]), [])
})

test('a test file fails where a tool returned a content block that is none, though its tests pass', async () => {
  const { code, output } = await broken
  assert.equal(code, 1, output)
  assert.match(output, /ok 1 - passes[^]*not ok 1 - \S*broken\.test\.mjs/)
  assert.match(output, /broken\.test\.mjs: a message does not fit the schema of 2025-06-18, answer to tools\/call/)
  assert.match(output, /CallToolResult: \/content\/0 must have required property 'text'/)
  assert.match(output, /"content":\[\{"type":"text","txet":"hello"\}\]/)
  assert.match(output, /1 of 2 messages fit/)
})

test('it does not fail where the block is one', async () => {
  const { code, output } = await sound
  assert.equal(code, 0, output)
  assert.match(output, /2 of 2 messages fit their schemas \(2 of 2025-06-18\)/)
})
