// The same features in 2026-07-28, without a transport: an exchange goes in, its answer comes out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createMcpServer,
  definePrompt,
  defineResource,
  defineResourceTemplate,
  defineTool,
  type JsonSchema,
  type LogLevel,
} from '../../src/index.ts'
import { createClient } from '../../src/mcp/request/client.ts'
import {
  perRequestRevisions,
  handshakeRevisions,
  negotiate,
  newestHandshake,
  oldestHandshake,
} from '../../src/mcp/revisions/index.ts'
import { headerParams } from '../../src/mcp/features/header-params.ts'
import { checkSchema } from '../../src/json-schema/index.ts'
import { createSigner } from '../../src/mcp/request/signer.ts'
import type { Json } from '../support/wire.ts'

const SERVER_INFO = 'io.modelcontextprotocol/serverInfo'
const revision = perRequestRevisions.get('2026-07-28')!
const icons = [{ src: 'https://example.com/i.png' }]
const nothing = { type: 'object', properties: {} } as const

const server = createMcpServer({
  listChanged: true,
  name: 'test',
  version: '1.0.0',
  title: 'Test',
  tools: [
    defineTool({
      name: 'list',
      title: 'List',
      icons,
      inputSchema: nothing,
      outputSchema: { type: 'array', items: { type: 'integer' } },
      run: () => ({ structuredContent: [1, 2], _meta: { 'example.com/a': 1 } }),
    }),
    defineTool({
      name: 'talks',
      inputSchema: nothing,
      run(_args, { log, progress }) {
        progress(1, 2, 'half')
        log('debug', 'fine')
        log('error', 'grave')
        return 'said'
      },
    }),
    defineTool({
      name: 'asks',
      inputSchema: nothing,
      async run(_args, { ask }) {
        await ask({ name: { method: 'elicitation/create' } })
        return 'never'
      },
    }),
  ],
  resources: [defineResource({ uri: 'test://a', name: 'a', icons, read: () => 'a' })],
  resourceTemplates: [
    defineResourceTemplate({
      uriTemplate: 'test://t/{id}',
      name: 't',
      complete: { id: () => ['1'] },
      async read({ id }, { ask }) {
        if (id === 'ask') await ask({ name: { method: 'elicitation/create' } })
        if (id === 'never') await new Promise(() => {})
        return id === 'gone' ? undefined : id
      },
    }),
  ],
  prompts: [
    definePrompt({ name: 'p', icons, get: () => 'p' }),
    definePrompt({
      name: 'asks',
      async get(_args, { ask }) {
        await ask({ name: { method: 'elicitation/create' } })
        return 'never'
      },
    }),
  ],
})

async function send(method: string, params: Json = {}, logLevel?: LogLevel): Promise<{ answer: Json; said: Json[] }> {
  const said: Json[] = []
  const client = { ...createClient(revision), initialized: true, logLevel, capabilities: { elicitation: { form: {} } } }
  const channel = { canSend: true, send: (message: object) => void said.push(message) }
  const answer = await server.handle({ jsonrpc: '2.0', id: 1, method, params }, client, channel)
  return { answer: JSON.parse(JSON.stringify(answer)), said }
}
const result = async (method: string, params?: object): Promise<Json> => (await send(method, params)).answer.result
const error = async (method: string, params?: object): Promise<Json> => (await send(method, params)).answer.error

test('R-JR-17, R-SL-27, R-CH-1: every result is complete and says who answers; those that can be kept say how long', async () => {
  const requests = [
    ['server/discover', {}, true],
    ['tools/list', {}, true],
    ['resources/list', {}, true],
    ['resources/templates/list', {}, true],
    ['resources/read', { uri: 'test://a' }, true],
    ['prompts/list', {}, true],
    ['prompts/get', { name: 'p' }, false],
    ['tools/call', { name: 'talks' }, false],
    [
      'completion/complete',
      { ref: { type: 'ref/resource', uri: 'test://t/{id}' }, argument: { name: 'id', value: '' } },
      false,
    ],
  ] as const
  for (const [method, params, isCacheable] of requests) {
    const { resultType, ttlMs, cacheScope, _meta } = await result(method, params)
    assert.equal(resultType, 'complete', method)
    assert.deepEqual([ttlMs, cacheScope], isCacheable ? [0, 'private'] : [undefined, undefined], method)
    assert.deepEqual(_meta, { [SERVER_INFO]: { name: 'test', version: '1.0.0' } })
  }
})

test('R-CH-2, R-MR-1: a result that asks back is not complete, and nothing in it can be kept', async () => {
  for (const [method, params] of [
    ['tools/call', { name: 'asks' }],
    ['prompts/get', { name: 'asks' }],
    ['resources/read', { uri: 'test://t/ask' }],
  ] as const) {
    const { requestState, ...others } = await result(method, params)
    assert.equal(typeof requestState, 'string')
    assert.deepEqual(others, {
      resultType: 'input_required',
      inputRequests: { name: { method: 'elicitation/create' } },
      _meta: { [SERVER_INFO]: { name: 'test', version: '1.0.0' } },
    })
  }
})

test('R-TO-15, R-TO-16: an output of any kind, beside its text', async () => {
  assert.deepEqual(await result('tools/call', { name: 'list' }), {
    resultType: 'complete',
    content: [{ type: 'text', text: '[1,2]' }],
    structuredContent: [1, 2],
    _meta: { 'example.com/a': 1, [SERVER_INFO]: { name: 'test', version: '1.0.0' } },
  })
  const [tool] = (await result('tools/list')).tools
  assert.deepEqual(tool, {
    name: 'list',
    title: 'List',
    icons,
    inputSchema: nothing,
    outputSchema: { type: 'array', items: { type: 'integer' } },
  })
})

test('R-RE-5, R-RE-6: an unknown resource is -32602 with its URI', async () => {
  for (const uri of ['test://nope', 'test://t/gone'])
    assert.deepEqual(await error('resources/read', { uri }), {
      code: -32602,
      message: 'Resource not found',
      data: { uri },
    })
})

test('a resource that takes longer than a minute is given up', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const refused = error('resources/read', { uri: 'test://t/never' })
  t.mock.timers.tick(60_000)
  assert.deepEqual(await refused, { code: -32603, message: 'This took longer than 60 s.' })
})

test('R-SL-19, R-RE-8, R-TO-19: what the handshake needed is an unknown method', async () => {
  for (const method of [
    'initialize',
    'ping',
    'logging/setLevel',
    'resources/subscribe',
    'resources/unsubscribe',
    'tasks/get',
  ])
    assert.equal((await error(method, { uri: 'test://a' })).code, -32601, method)
})

test('R-SL-30, R-CO-1: what is served is declared', async () => {
  assert.deepEqual((await result('server/discover')).capabilities, {
    logging: {},
    tools: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    prompts: { listChanged: true },
    completions: {},
  })
})

test('R-LO-4: log messages only for a request that names a level, and of that level', async () => {
  const levels = async (level?: LogLevel) =>
    (await send('tools/call', { name: 'talks' }, level)).said.map(({ params }) => params.level)
  assert.deepEqual(await levels(), [])
  assert.deepEqual(await levels('error'), ['error'])
  assert.deepEqual(await levels('debug'), ['debug', 'error'])
})

test('R-PG-1: progress has a message, and the token with its type', async () => {
  const { said } = await send('tools/call', { name: 'talks', _meta: { progressToken: 0 } })
  assert.deepEqual(said[0].params, { progressToken: 0, progress: 1, total: 2, message: 'half' })
})

test('R-LC-3: a handshake never agrees on a revision that has none', () => {
  assert.equal(negotiate('2026-07-28').version, '2025-11-25')
  assert.equal(newestHandshake.version, '2025-11-25')
  assert.equal(oldestHandshake.version, '2024-11-05')
  assert.deepEqual(
    [...handshakeRevisions.values()].map(({ version, batching, primesStreams, checksVersionHeader }) => [
      version,
      batching,
      checksVersionHeader,
      primesStreams,
    ]),
    [
      ['2025-11-25', false, true, true],
      ['2025-06-18', false, true, false],
      ['2025-03-26', true, false, false],
      ['2024-11-05', false, false, false],
    ],
  )
  assert.equal(revision.primesStreams, false)
})

test('R-SL-17: the arguments that headers repeat are found, wherever properties alone lead to them', () => {
  const schema = {
    type: 'object',
    properties: {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      deep: { type: 'object', properties: { count: { type: 'integer', 'x-mcp-header': 'Count' } } },
      'x-mcp-header': { type: 'boolean', 'x-mcp-header': 'Itself' },
      plain: { type: 'string', default: { 'x-mcp-header': 'no keyword here' } },
    },
  } as const
  assert.deepEqual(headerParams(checkSchema(schema, 'schema')), [
    { name: 'Region', path: ['region'], type: 'string' },
    { name: 'Count', path: ['deep', 'count'], type: 'integer' },
    { name: 'Itself', path: ['x-mcp-header'], type: 'boolean' },
  ])
  assert.equal(defineTool({ name: 'x', inputSchema: schema, run: () => '' }).headerParams.length, 3)
})

test('R-SL-17, R-TO-7, R-TO-8: a schema that clients would drop the tool for is refused', () => {
  const marked = (name: unknown, type = 'string') => ({ type, 'x-mcp-header': name }) as JsonSchema
  const define = (inputSchema: object) => () =>
    defineTool({ name: 'x', inputSchema: { type: 'object', ...inputSchema }, run: () => '' })
  for (const [inputSchema, why] of [
    [{ properties: { a: marked('') } }, /no header name/],
    [{ properties: { a: marked('a b') } }, /no header name/],
    [{ properties: { a: marked('é') } }, /no header name/],
    [{ properties: { a: marked('a\r\nb') } }, /no header name/],
    [{ properties: { a: marked('A\n') } }, /no header name/],
    [{ properties: { a: marked(7) } }, /no header name/],
    [{ properties: { a: marked('A', 'number') } }, /needs type/],
    [{ properties: { a: marked('A', 'object') } }, /needs type/],
    [{ properties: { a: marked('A'), b: marked('a') } }, /there twice/],
    [{ properties: { a: { type: 'array', items: marked('A') } } }, /only be reached through/],
    [{ properties: { a: { anyOf: [marked('A')] } } }, /only be reached through/],
    [{ anyOf: [{ properties: { a: marked('A') } }] }, /only be reached through/],
    [{ $defs: { a: marked('A') } }, /only be reached through/],
    [{ additionalProperties: marked('A') }, /only be reached through/],
    [
      { properties: { a: { $ref: 'https://example.com/a.json' } } },
      /Tool x: inputSchema\/properties\/a\/\$ref "https.* leads nowhere/,
    ],
    [{ $schema: 'https://json-schema.org/draft/2019-09/schema' }, /2020-12 or draft-07/],
  ] as const)
    assert.throws(define(inputSchema), { name: 'TypeError', message: why })
  assert.throws(
    () =>
      defineTool({
        name: 'x',
        inputSchema: nothing,
        outputSchema: { $schema: 'https://json-schema.org/draft/2019-09/schema' },
        run: () => ({ structuredContent: 1 }),
      }),
    TypeError,
  )
})

test('a token verifies as it was signed, for its purpose, under its key, and in no other form', () => {
  const signer = createSigner('cursor', 'key')
  const token = signer.sign('tools 2 你')
  assert.equal(signer.verify(token), 'tools 2 你')
  assert.equal(createSigner('cursor', 'key').verify(token), 'tools 2 你')
  assert.equal(createSigner('requestState', 'key').verify(token), undefined)
  assert.equal(createSigner('cursor', 'other').verify(token), undefined)
  assert.equal(createSigner('cursor').verify(createSigner('cursor').sign('a')), undefined)
  for (let i = 0; i < token.length; i++)
    assert.equal(signer.verify(`${token.slice(0, i)}${token[i] === 'A' ? 'B' : 'A'}${token.slice(i + 1)}`), undefined)
  for (const other of [
    '',
    '.',
    `${token}=`,
    `${token}A`,
    ` ${token}`,
    token.replace('.', '!.'),
    token.replace('.', ''),
  ])
    assert.equal(signer.verify(other), undefined, other)
})
