// The seam for extensions of the protocol: what one declares, adds, wraps and reads, in every revision.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CAPABILITY_MISSING, defineTool, RpcError, serve, type Extension, type Log } from '../../src/index.ts'
import { post, type Json } from '../support/wire.ts'

const META = 'io.modelcontextprotocol/'
const hello = defineTool({
  name: 'hello',
  inputSchema: { type: 'object' },
  run: (_args, { extensions }) => JSON.stringify(extensions),
})

let closed = 0

/** Adds a method, and writes something onto the result of another one. */
const everywhere: Extension = {
  id: 'com.example/everywhere',
  settings: { loud: true },
  methods: ({ 'tools/call': call }) => ({
    'example/echo': (params, { client }) => ({ said: params['say'], extensions: client.capabilities.extensions }),
    'tools/call': async (params, context) => ({ ...(await call!(params, context)), seen: 1 }),
  }),
  close: () => void closed++,
}

/** Only where requests stand alone; it comes later in the list, so that it is asked first. */
const newest: Extension = {
  id: 'com.example/newest',
  lifecycle: 'per-request',
  methods: ({ 'tools/call': call }) => ({
    'example/refuse': () => {
      throw new RpcError(CAPABILITY_MISSING, 'no', { requiredCapabilities: {} })
    },
    'tools/call': async (params, context) => ({ ...(await call!(params, context)), seenBy: 'newest' }),
  }),
}

const { url, close } = await serve({
  name: 'test',
  version: '1',
  port: 0,
  tools: [hello],
  extensions: [everywhere, newest],
})
after(close)

/** A request without a session. */
async function ask(method: string, params: Json = {}, extensions?: Json): Promise<Json> {
  const _meta = {
    [`${META}protocolVersion`]: '2026-07-28',
    [`${META}clientCapabilities`]: extensions === undefined ? {} : { extensions },
  }
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-name': params.name ?? '' }
  const answer = await post(`${url}/mcp`, { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }, headers)
  return { status: answer.status, ...JSON.parse(answer.text) }
}

/** A client with a session. */
async function open(protocolVersion: string, extensions?: Json) {
  const capabilities = extensions === undefined ? {} : { extensions }
  const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion, capabilities } }
  const opened = await post(`${url}/mcp`, initialize)
  const headers = { 'mcp-session-id': String(opened.headers['mcp-session-id']) }
  return {
    ...JSON.parse(opened.text).result,
    call: async (method: string, params: Json = {}) =>
      JSON.parse((await post(`${url}/mcp`, { jsonrpc: '2.0', id: 2, method, params }, headers)).text) as Json,
  }
}

test('server/discover declares each extension with its settings', async () => {
  const { result } = await ask('server/discover')
  assert.deepEqual(result.capabilities.extensions, {
    'com.example/everywhere': { loud: true },
    'com.example/newest': {},
  })
})

for (const version of ['2025-03-26', '2025-06-18', '2025-11-25']) {
  test(`initialize declares those that ${version} has, and their methods are there`, async () => {
    const { capabilities, call } = await open(version, { 'com.example/everywhere': { quiet: 1 } })
    assert.deepEqual(capabilities.extensions, { 'com.example/everywhere': { loud: true } })
    assert.deepEqual((await call('example/echo', { say: 'a' })).result, {
      said: 'a',
      extensions: { 'com.example/everywhere': { quiet: 1 } },
    })
    assert.equal((await call('example/refuse')).error.code, -32601)
    assert.equal((await call('tools/call', { name: 'hello' })).result.seen, 1)
  })
}

test('a method that is wrapped twice is asked from the last extension to the first', async () => {
  const { result } = await ask('tools/call', { name: 'hello' })
  assert.deepEqual([result.seen, result.seenBy, result.resultType], [1, 'newest', 'complete'])
})

test('what an extension adds is a result of the revision like any other, and its refusal has the status of its code', async () => {
  const { result } = await ask('example/echo', { say: 'b' })
  assert.deepEqual([result.said, result.resultType], ['b', 'complete'])
  const { status, error } = await ask('example/refuse')
  assert.deepEqual([status, error.code], [400, -32021])
})

test('a tool reads what the client declares', async () => {
  const declared = { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } }
  const { result } = await ask('tools/call', { name: 'hello' }, declared)
  assert.deepEqual(JSON.parse(result.content[0].text), declared)
  const session = await open('2025-11-25', declared)
  const { result: later } = await session.call('tools/call', { name: 'hello' })
  assert.deepEqual(JSON.parse(later.content[0].text), declared)
})

for (const [what, extensions] of [
  ['no object', ['com.example/everywhere']],
  ['more than 4,096 characters', { 'com.example/everywhere': { long: 'x'.repeat(5000) } }],
  ['nothing', undefined],
] as const)
  test(`a client that declares ${what} has no extensions`, async () => {
    const { result } = await ask('tools/call', { name: 'hello' }, extensions)
    assert.deepEqual(JSON.parse(result.content[0].text), {})
  })

test('an extension that is none is refused with a sentence', async () => {
  for (const extensions of [{}, [undefined], [{ id: 'nameless' }], [{ id: '' }]])
    await assert.rejects(
      serve({ name: 'test', version: '1', port: 0, extensions: extensions as Extension[] }),
      /^TypeError: The option extensions must be a list, each with an id like com\.example\/thing\.$/,
    )
})

test('without extensions the capabilities do not speak of them', async (t) => {
  const plain = await serve({ name: 'test', version: '1', port: 0 })
  t.after(plain.close)
  const params = { protocolVersion: '2025-11-25', capabilities: {} }
  const { text } = await post(`${plain.url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'initialize', params })
  assert.equal('extensions' in JSON.parse(text).result.capabilities, false)
})

test('an extension hears of the shutdown', async () => {
  const other = await serve({ name: 'test', version: '1', port: 0, extensions: [everywhere] })
  const before = closed
  await other.close()
  assert.equal(closed, before + 1)
})

for (const [how, fail] of [
  [
    'throws',
    () => {
      throw new Error('it would not end')
    },
  ],
  ['rejects', () => Promise.reject(new Error('it would not end'))],
] as const)
  test(`an extension whose close ${how} keeps nothing from ending: it is a line of the log`, async () => {
    const causes: unknown[] = []
    const stubborn: Extension = { id: 'com.example/stubborn', close: fail as () => void }
    const extensions = [stubborn, everywhere]
    const log: Log = ({ cause }) => void causes.push(cause)
    const other = await serve({ name: 'test', version: '1', port: 0, extensions, log })
    const before = closed
    await other.close()
    assert.equal(closed, before + 1)
    assert.match(String(causes), /^Error: it would not end/)
  })

test('two extensions of one name are refused', async () => {
  await assert.rejects(
    serve({ name: 'test', version: '1', port: 0, extensions: [newest, newest] }),
    /^TypeError: Two extensions are called "com\.example\/newest": each needs its own\.$/,
  )
})
