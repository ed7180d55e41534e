// Tools, resources, prompts, completion, pagination over HTTP+SSE, in every revision with a handshake.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import {
  definePrompt,
  defineResource,
  defineResourceTemplate,
  defineTool,
  RpcError,
  serve,
  ToolError,
  type LogEntry,
  type ServeOptions,
} from '../../src/index.ts'
import { connectHttpSse, type HttpSse, type Json } from '../support/wire.ts'

const [A, B, C, D] = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const
const HANDSHAKES = [A, B, C, D]
const icons = [{ src: 'https://example.com/i.png', mimeType: 'image/png', sizes: ['48x48'] }]
const nothing = { type: 'object', properties: {} } as const
const dated = { audience: ['user'], priority: 1, lastModified: '2025-01-12T15:00:58Z' } as const

const sumSchema = {
  type: 'object',
  properties: { sum: { type: 'number' } },
  required: ['sum'],
} as const
const tools = [
  defineTool({
    name: 'everything',
    title: 'Everything',
    description: 'Says all there is to say',
    annotations: { readOnlyHint: true },
    icons,
    _meta: { 'example.com/a': 1 },
    inputSchema: nothing,
    run: () => ({
      content: [
        { type: 'text', text: 'a', annotations: dated, _meta: { 'example.com/b': 2 } },
        { type: 'image', data: 'AA==', mimeType: 'image/png' },
        { type: 'audio', data: 'AA==', mimeType: 'audio/wav' },
        {
          type: 'resource',
          resource: { uri: 'test://r', text: 'r', _meta: { 'example.com/c': 3 } },
        },
        { type: 'resource_link', uri: 'test://l', name: 'l', title: 'L', icons, size: 3 },
      ],
      _meta: { 'example.com/d': 4 },
    }),
  }),
  defineTool({
    name: 'sum',
    inputSchema: {
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'number' } },
      required: ['a', 'b'],
    },
    outputSchema: sumSchema,
    run: ({ a, b }) => ({ structuredContent: { sum: a + b } }),
  }),
  defineTool({
    name: 'list',
    inputSchema: nothing,
    outputSchema: { type: 'array', items: { type: 'integer' } },
    run: () => ({ structuredContent: [1, 2] }),
  }),
  defineTool({
    name: 'breaks-its-word',
    inputSchema: nothing,
    outputSchema: sumSchema,
    run: () => ({ structuredContent: { sum: 'secret' as never } }),
  }),
  defineTool({
    name: 'says-nothing',
    inputSchema: nothing,
    outputSchema: sumSchema,
    run: () => 'a text alone',
  }),
  defineTool({
    name: 'fails',
    inputSchema: nothing,
    outputSchema: sumSchema,
    run: () => {
      throw new ToolError('Not today.')
    },
  }),
  defineTool({
    name: 'returns-an-error',
    inputSchema: nothing,
    outputSchema: sumSchema,
    run: () => ({ content: [], isError: true }),
  }),
  defineTool({ name: 'returns-nothing', inputSchema: nothing, run: () => ({}) as never }),
  defineTool({ name: 'returns-no-blocks', inputSchema: nothing, run: () => ({ content: [null] }) as never }),
]

let reads = 0
const resources = [
  defineResource({
    uri: 'test://static-text',
    name: 'text',
    title: 'Text',
    description: 'A text',
    mimeType: 'text/plain',
    size: 5,
    annotations: dated,
    icons,
    read: () => 'hello',
  }),
  defineResource({
    uri: 'test://bytes',
    name: 'bytes',
    mimeType: 'image/png',
    read: () => new Uint8Array([0x89, 0x50, 0xff]),
  }),
  defineResource({
    uri: 'test://folder/',
    name: 'folder',
    read: () => [
      { uri: 'test://folder/a', text: 'a', _meta: { 'example.com/x': 1 } },
      { uri: 'test://folder/b', blob: 'AA==' },
    ],
  }),
  defineResource({
    uri: 'test://fails',
    name: 'fails',
    read: () => {
      throw new Error('ENOENT: /etc/secret')
    },
  }),
  defineResource({
    uri: 'test://refuses',
    name: 'refuses',
    read: () => {
      throw new ToolError('Ask somebody else.')
    },
  }),
  defineResource({
    uri: 'test://waits',
    name: 'waits',
    async read({ signal }) {
      reads++
      await once(signal, 'abort')
      return ''
    },
  }),
]
const resourceTemplates = [
  defineResourceTemplate({
    uriTemplate: 'test://template/{id}/data',
    name: 'data',
    title: 'Data',
    mimeType: 'application/json',
    icons,
    complete: { id: (value) => ['1', '12', '123'].filter((id) => id.startsWith(value)) },
    read: ({ id }) => (id === 'gone' ? undefined : JSON.stringify({ id })),
  }),
  defineResourceTemplate({
    uriTemplate: 'file:///{+path}',
    name: 'files',
    read: ({ path }) => path,
  }),
]

const prompts = [
  definePrompt({ name: 'simple', description: 'Simple', get: () => 'Hi.' }),
  definePrompt({
    name: 'greet',
    title: 'Greet',
    description: 'Greets',
    icons,
    arguments: [
      {
        name: 'who',
        title: 'Who',
        required: true,
        complete: (value, context) => [`${value}!`, JSON.stringify(context.arguments)],
      },
      { name: 'how', complete: () => Array.from({ length: 250 }, (_, i) => `way ${i}`) },
      { name: 'free' },
    ],
    get: ({ who, how = 'warmly' }) => [
      { role: 'user', content: { type: 'text', text: `Greet ${who} ${how}.` } },
      { role: 'user', content: { type: 'audio', data: 'AA==', mimeType: 'audio/wav' } },
      {
        role: 'assistant',
        content: { type: 'text', text: 'Gladly.', _meta: { 'example.com/x': 1 } },
      },
    ],
  }),
  definePrompt({
    name: 'odd',
    arguments: [{ name: 'constructor' }, { name: '__proto__' }],
    get: (args) => typeof args.constructor + typeof args.__proto__,
  }),
  definePrompt({
    name: 'whole',
    get: () => ({ description: 'as a result', messages: [] }),
  }),
  definePrompt({
    name: 'fails',
    get: () => {
      throw new Error('secret')
    },
  }),
  definePrompt({
    name: 'refuses',
    get: () => {
      throw new RpcError(-32602, 'No such day.')
    },
  }),
]

const logged: LogEntry[] = []
async function start(options: Partial<ServeOptions>): Promise<string> {
  const log = (entry: LogEntry) => void logged.push(entry)
  const running = await serve({ name: 'test', version: '1.0.0', port: 0, log, ...options })
  after(() => running.close())
  return running.url
}
const url = await start({ tools, resources, resourceTemplates, prompts })

async function meet(protocolVersion: string, base = url): Promise<{ client: HttpSse; hello: Json }> {
  const client = await connectHttpSse(base)
  after(() => client.destroy())
  const hello = await client.call('initialize', { protocolVersion, capabilities: {} })
  return { client, hello: hello.result }
}
const { client } = await meet(D)
const result = async (method: string, params?: object, by = client) => {
  const answer = await by.call(method, params)
  assert.ok(answer['result'], JSON.stringify(answer))
  return answer['result']
}
const error = async (method: string, params?: object, by = client) => (await by.call(method, params))['error']
const call = (name: string, args: object = {}, by = client) => result('tools/call', { name, arguments: args }, by)

for (const version of HANDSHAKES) {
  const since = (first: string, ...keys: string[]) => (version >= first ? keys : [])
  const keysOf = (value: object) => Object.keys(value).toSorted()
  const { client: old, hello } = await meet(version)

  test(`R-LC-7, R-TO-16, R-TO-19, ${version}: the lists have the fields of the revision and no others`, async () => {
    const [tool, sum, list] = (await result('tools/list', {}, old)).tools
    assert.deepEqual(
      keysOf(tool),
      [
        'name',
        'description',
        'inputSchema',
        ...since(B, 'annotations'),
        ...since(C, 'title', '_meta'),
        ...since(D, 'icons'),
      ].toSorted(),
    )
    assert.deepEqual(sum.outputSchema, version >= C ? sumSchema : undefined)
    assert.equal(list.outputSchema, undefined) // an array: not before 2026-07-28

    const [resource] = (await result('resources/list', {}, old)).resources
    const described = ['name', 'description', 'mimeType', 'annotations']
    assert.deepEqual(
      keysOf(resource),
      [...described, 'uri', 'size', ...since(C, 'title'), ...since(D, 'icons')].toSorted(),
    )
    assert.deepEqual(keysOf(resource.annotations), ['audience', ...since(C, 'lastModified'), 'priority'])

    const [template] = (await result('resources/templates/list', {}, old)).resourceTemplates
    assert.deepEqual(
      keysOf(template),
      ['name', 'mimeType', 'uriTemplate', ...since(C, 'title'), ...since(D, 'icons')].toSorted(),
    )

    const [simple, greet] = (await result('prompts/list', {}, old)).prompts
    assert.deepEqual(simple, { name: 'simple', description: 'Simple' })
    assert.deepEqual(
      keysOf(greet),
      ['name', 'description', 'arguments', ...since(C, 'title'), ...since(D, 'icons')].toSorted(),
    )
    assert.deepEqual(greet.arguments, [
      { name: 'who', required: true, ...(version >= C && { title: 'Who' }) },
      { name: 'how' },
      { name: 'free' },
    ])
  })

  test(`R-LC-7, R-TO-14, ${version}: results have the content types and fields of the revision and no others`, async () => {
    const { content, _meta } = await call('everything', {}, old)
    assert.deepEqual(_meta, { 'example.com/d': 4 })
    assert.deepEqual(
      content.map((block: Json) => block.type),
      ['text', 'image', ...since(B, 'audio'), 'resource', ...since(C, 'resource_link')],
    )
    assert.deepEqual(keysOf(content[0]), [...since(C, '_meta'), 'annotations', 'text', 'type'])
    assert.equal(content[0].annotations.lastModified, version >= C ? dated.lastModified : undefined)
    const { resource } = content.find((block: Json) => block.type === 'resource')
    assert.deepEqual(keysOf(resource), [...since(C, '_meta'), 'text', 'uri'])
    const link = content.find((block: Json) => block.type === 'resource_link')
    if (link) assert.deepEqual(keysOf(link), [...since(D, 'icons'), 'name', 'size', 'title', 'type', 'uri'])

    const { messages } = await result('prompts/get', { name: 'greet', arguments: { who: 'Bo' } }, old)
    assert.equal(messages.length, version >= B ? 3 : 2)
    const [folder] = (await result('resources/read', { uri: 'test://folder/' }, old)).contents
    assert.deepEqual(keysOf(folder), [...since(C, '_meta'), 'text', 'uri'])
  })

  test(`R-TO-15, R-TO-16, ${version}: structuredContent is also text, and is left out where it has no word`, async () => {
    assert.deepEqual(await call('sum', { a: 1, b: 2 }, old), {
      content: [{ type: 'text', text: '{"sum":3}' }],
      ...(version >= C && { structuredContent: { sum: 3 } }),
    })
    assert.deepEqual(await call('list', {}, old), { content: [{ type: 'text', text: '[1,2]' }] })
  })

  test(`R-TO-1, R-RE-1, R-PR-1, R-CO-1, R-LO-1, ${version}: what is served is declared`, () => {
    const { completions, ...capabilities } = hello.capabilities
    assert.deepEqual(capabilities, {
      logging: {},
      tools: {},
      resources: { subscribe: true },
      prompts: {},
    })
    assert.deepEqual(completions, version >= B ? {} : undefined)
  })

  test(`R-RE-4, R-RE-6, ${version}: an unknown resource is -32002 with its URI, and never empty contents`, async () => {
    for (const uri of ['test://nope', 'test://template/gone/data', 'test://template//data'])
      assert.deepEqual(await error('resources/read', { uri }, old), {
        code: -32002,
        message: 'Resource not found',
        data: { uri },
      })
  })

  test(`R-RE-7, ${version}: subscribe and unsubscribe are answered by {}`, async () => {
    for (const method of ['resources/subscribe', 'resources/subscribe', 'resources/unsubscribe'])
      assert.deepEqual(await result(method, { uri: 'test://static-text' }, old), {})
  })
}

test('R-SL-30, R-CO-4: without tools, resources, prompts and completions none is declared, and their methods are -32601', async () => {
  const bare = await start({})
  const { client: lonely, hello } = await meet(D, bare)
  assert.deepEqual(hello.capabilities, { logging: {} })
  for (const method of [
    'tools/list',
    'tools/call',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'resources/subscribe',
    'resources/unsubscribe',
    'prompts/list',
    'prompts/get',
    'completion/complete',
    'tasks/list',
  ])
    assert.equal((await error(method, {}, lonely)).code, -32601, method)
})

test('R-SL-30: templates alone are resources; a prompt without suggestions completes nothing', async () => {
  const some = await start({ resourceTemplates: [resourceTemplates[1]!], prompts: [prompts[0]!] })
  const { client: one, hello } = await meet(D, some)
  assert.deepEqual(Object.keys(hello.capabilities).toSorted(), ['logging', 'prompts', 'resources'])
  assert.deepEqual(await result('resources/list', {}, one), { resources: [] })
  assert.equal((await error('completion/complete', {}, one)).code, -32601)
})

test('R-TO-15: a result that breaks its outputSchema is a failure of the tool: told to the log, not outside', async () => {
  for (const [name, cause] of [
    ['breaks-its-word', /structuredContent\/sum must be number \(rule: type\)/],
    ['says-nothing', /structuredContent is missing/],
    ['returns-nothing', /returned an object without content/],
    ['returns-no-blocks', /returned an object without content/],
  ] as const) {
    logged.length = 0
    const failed = await call(name)
    assert.equal(failed.isError, true)
    assert.equal(failed.structuredContent, undefined)
    assert.equal(failed.content[0].text, `The tool ${name} failed. The server's log has the cause.`)
    assert.match(String(logged[0]!['cause']), cause)
  }
})

test('R-TO-13, R-TO-15: an error needs no structuredContent', async () => {
  assert.deepEqual(await call('fails'), {
    content: [{ type: 'text', text: 'Not today.' }],
    isError: true,
  })
  assert.deepEqual(await call('returns-an-error'), { content: [], isError: true })
})

test('R-TO-6: an inputSchema is published as it was written', async () => {
  const inputSchema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
      address: { $anchor: 'addressDef', type: 'object', properties: { city: { type: 'string' } } },
    },
    properties: { phone: { type: 'string' }, address: { $ref: '#/$defs/address' } },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['address'] }] }],
    if: { required: ['address'] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { required: ['phone'] },
    additionalProperties: false,
  } as const
  const base = await start({ tools: [defineTool({ name: 'rich', inputSchema, run: () => 'ok' })] })
  for (const version of HANDSHAKES) {
    const { client: one } = await meet(version, base)
    assert.deepEqual((await result('tools/list', {}, one)).tools[0].inputSchema, inputSchema)
    assert.equal((await call('rich', { phone: '1' }, one)).content[0].text, 'ok')
    assert.match((await call('rich', { address: { city: 1 } }, one)).content[0].text, /Invalid arguments for rich/)
  }
})

test('R-RE-2, R-RE-3: contents have the URI, the type that is known, and text or bytes in Base64', async () => {
  const read = async (uri: string) => (await result('resources/read', { uri })).contents
  assert.deepEqual(await read('test://static-text'), [
    { uri: 'test://static-text', mimeType: 'text/plain', text: 'hello' },
  ])
  assert.deepEqual(await read('test://bytes'), [{ uri: 'test://bytes', mimeType: 'image/png', blob: 'iVD/' }])
  assert.equal((await read('test://folder/')).length, 2)
  assert.deepEqual(await read('test://template/123/data'), [
    { uri: 'test://template/123/data', mimeType: 'application/json', text: '{"id":"123"}' },
  ])
})

test('R-RE-9, RFC 6570: values are percent-decoded; {id} ends at a slash, {+path} goes on', async () => {
  const text = async (uri: string) => (await result('resources/read', { uri })).contents[0].text
  assert.equal(await text('test://template/a%2Fb%20%E4%BD%A0/data'), '{"id":"a/b 你"}')
  assert.equal(await text('file:///a/b%20c.txt'), 'a/b c.txt')
  assert.equal((await error('resources/read', { uri: 'test://template/a/b/data' })).code, -32002)
})

test('R-RE-9: no value climbs out of a folder, in any notation', async () => {
  for (const path of ['../x', 'a/../../x', '%2e%2e/x', 'a%2F..%2Fx', '..%5Cx', 'a/..', 'a%00b']) {
    const { code, data } = await error('resources/read', { uri: `file:///${path}` })
    assert.deepEqual([code, data.uri], [-32002, `file:///${path}`])
  }
  assert.equal((await result('resources/read', { uri: 'file:///a..b/c...' })).contents[0].text, 'a..b/c...')
})

test('R-RE-9, R-RE-10: what is no URI of RFC 3986 is -32602', async () => {
  const bad = [
    '',
    'no-scheme',
    '1x://a',
    'a b://c',
    'test://a b',
    'test://a%2',
    'test://%zz',
    'test://%ff',
    'test://你',
    7,
    null,
  ]
  for (const method of ['resources/read', 'resources/subscribe', 'resources/unsubscribe'])
    for (const uri of [...bad, undefined, `test://${'a'.repeat(9000)}`])
      assert.equal((await error(method, { uri })).code, -32602, `${method} ${String(uri).slice(0, 20)}`)
})

test('R-RE-7: what nobody can read cannot be subscribed to, and nobody subscribes to more than 1,000', async () => {
  const { client: greedy } = await meet(D)
  assert.equal((await error('resources/subscribe', { uri: 'test://nope' }, greedy)).code, -32002)
  for (let i = 0; i < 1000; i++) await result('resources/subscribe', { uri: `file:///${i}` }, greedy)
  assert.equal((await error('resources/subscribe', { uri: 'file:///1000' }, greedy)).code, -32600)
  await result('resources/subscribe', { uri: 'file:///7' }, greedy) // again: not one more
  await result('resources/unsubscribe', { uri: 'file:///7' }, greedy)
  await result('resources/subscribe', { uri: 'file:///1000' }, greedy)
})

test('R-PR-2, R-TO-13: what fails in a resource or a prompt is an error that tells nothing, unless it was meant to', async () => {
  for (const [method, params] of [
    ['resources/read', { uri: 'test://fails' }],
    ['prompts/get', { name: 'fails' }],
  ] as const) {
    logged.length = 0
    assert.deepEqual(await error(method, params), { code: -32603, message: 'Internal error' })
    assert.match(String(logged[0]!['cause']), /secret/)
  }
  assert.deepEqual(await error('resources/read', { uri: 'test://refuses' }), {
    code: -32600,
    message: 'Ask somebody else.',
  })
  assert.deepEqual(await error('prompts/get', { name: 'refuses' }), {
    code: -32602,
    message: 'No such day.',
  })
})

test('R-CA-1: a cancelled read is not answered, and is no failure', async () => {
  logged.length = 0
  await client.post({
    jsonrpc: '2.0',
    id: 'w',
    method: 'resources/read',
    params: { uri: 'test://waits' },
  })
  assert.equal(reads, 1)
  await client.post({
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: 'w' },
  })
  assert.equal((await client.call('ping', {}, 'next')).id, 'next')
  assert.deepEqual(logged, [])
})

test('R-PR-3: a prompt gives text, messages or a whole result', async () => {
  assert.deepEqual(await result('prompts/get', { name: 'simple' }), {
    messages: [{ role: 'user', content: { type: 'text', text: 'Hi.' } }],
  })
  assert.deepEqual(await result('prompts/get', { name: 'whole' }), {
    description: 'as a result',
    messages: [],
  })
  const { messages } = await result('prompts/get', {
    name: 'greet',
    arguments: { who: 'Bo', how: 'loudly', more: '1' },
  })
  assert.equal(messages[0].content.text, 'Greet Bo loudly.')
  assert.equal(messages[2].role, 'assistant')
})

test('T-33: an argument may have any name; what was not given is not there', async () => {
  const { messages } = await result('prompts/get', { name: 'odd' })
  assert.equal(messages[0].content.text, 'undefinedundefined')
  const given = JSON.parse('{"constructor":"a","__proto__":"b"}')
  assert.equal(
    (await result('prompts/get', { name: 'odd', arguments: given })).messages[0].content.text,
    'stringstring',
  )
})

test('R-PR-2, R-PR-4: an unknown prompt, and arguments that are missing or no strings, are -32602', async () => {
  for (const params of [
    { name: 'nope' },
    { name: 'toString' },
    {},
    { name: 'greet' },
    { name: 'greet', arguments: null },
    { name: 'greet', arguments: { how: 'x' } },
    { name: 'greet', arguments: { who: 7 } },
    { name: 'greet', arguments: { who: 'x', how: {} } },
    { name: 'greet', arguments: JSON.parse('{"__proto__":{"who":"x"}}') },
  ])
    assert.equal((await error('prompts/get', params)).code, -32602, JSON.stringify(params))
})

test('R-CO-2, R-CO-3: at most 100 suggestions, how many there are, and what was chosen before', async () => {
  const complete = async (ref: object, name: string, value: string, context?: object) =>
    (
      await result('completion/complete', {
        ref,
        argument: { name, value },
        ...(context && { context }),
      })
    ).completion
  const greet = { type: 'ref/prompt', name: 'greet' }
  const many = await complete(greet, 'how', '')
  assert.deepEqual([many.values.length, many.values[99], many.total, many.hasMore], [100, 'way 99', 250, true])
  assert.deepEqual(await complete(greet, 'who', 'Bo', { arguments: { how: 'x' } }), {
    values: ['Bo!', '{"how":"x"}'],
    total: 2,
    hasMore: false,
  })
  assert.deepEqual((await complete(greet, 'free', 'x')).values, [])
  const template = { type: 'ref/resource', uri: 'test://template/{id}/data' }
  assert.deepEqual((await complete(template, 'id', '12')).values, ['12', '123'])
})

test('R-CO-4, R-CO-5: an unknown reference, an unknown argument and a wrong shape are -32602', async () => {
  const argument = { name: 'who', value: '' }
  for (const params of [
    {},
    { ref: { type: 'ref/prompt', name: 'nope' }, argument },
    { ref: { type: 'ref/resource', uri: 'test://nope' }, argument },
    { ref: { type: 'ref/resource', uri: 'test://static-text' }, argument },
    { ref: { type: 'ref/tool', name: 'sum' }, argument },
    { ref: null, argument },
    { ref: { type: 'ref/prompt', name: 'greet' } },
    { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'nope', value: '' } },
    { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'who', value: 7 } },
    { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: '__proto__', value: '' } },
  ])
    assert.equal((await error('completion/complete', params)).code, -32602, JSON.stringify(params))
})

const paged = await start({
  tools,
  resources,
  resourceTemplates,
  prompts,
  pageSize: 2,
  serverSecret: 'k'.repeat(32),
})
const LISTS = [
  ['tools/list', 'tools', tools.length],
  ['resources/list', 'resources', resources.length],
  ['resources/templates/list', 'resourceTemplates', resourceTemplates.length],
  ['prompts/list', 'prompts', prompts.length],
] as const

test('R-PA-1, R-PA-3, R-TO-4, R-TO-5, R-RE-11: cursors lead through each list, in one order for everybody', async () => {
  const { client: one } = await meet(D, paged)
  const { client: other } = await meet(A, paged)
  for (const [method, member, length] of LISTS) {
    const walk = async () => {
      const names: string[] = []
      for (let cursor: string | undefined, i = 0; i === 0 || cursor !== undefined; i++) {
        const page = await result(method, cursor === undefined ? {} : { cursor }, i % 2 ? one : other)
        assert.ok(page[member].length <= 2)
        names.push(...page[member].map(({ name }: Json) => name))
        cursor = page.nextCursor
        assert.ok(!('nextCursor' in page) || typeof cursor === 'string')
      }
      return names
    }
    const names = await walk()
    assert.equal(names.length, length)
    assert.deepEqual(await walk(), names)
    const whole = (await result(method, {}, client))[member]
    assert.deepEqual(
      names,
      whole.map(({ name }: Json) => name),
    )
  }
})

test('R-PA-3: a cursor needs no memory: another process with the same key reads it, one without does not', async () => {
  const { client: one } = await meet(D, paged)
  const { nextCursor } = await result('tools/list', {}, one)
  const same = await start({ tools, pageSize: 2, serverSecret: 'k'.repeat(32) })
  const { tools: next } = await result('tools/list', { cursor: nextCursor }, (await meet(D, same)).client)
  assert.equal(next[0].name, 'list')
  const foreign = await start({ tools, pageSize: 2 })
  assert.equal((await error('tools/list', { cursor: nextCursor }, (await meet(D, foreign)).client)).code, -32602)
})

test('R-PA-1, R-PA-2: a cursor that we did not give for this list is -32602, the empty string too', async () => {
  const { client: one } = await meet(D, paged)
  const { nextCursor } = await result('tools/list', {}, one)
  const [text, signature] = nextCursor.split('.')
  const forged = Buffer.from('tools 4').toString('base64url')
  for (const cursor of [
    '',
    '2',
    'nope',
    7,
    null,
    {},
    `${forged}.${signature}`,
    `${text}.`,
    `${nextCursor}!`,
    `${nextCursor}-TAMPERED`,
  ])
    for (const [method] of LISTS)
      assert.equal((await error(method, { cursor }, one)).code, -32602, JSON.stringify(cursor))
  assert.equal((await error('prompts/list', { cursor: nextCursor }, one)).code, -32602)
})

test('what clients could not use is refused when it is defined', async () => {
  const read = () => ''
  for (const uri of ['', 'nope', 'a b:c', 'test://你'])
    assert.throws(() => defineResource({ uri, name: 'x', read }), TypeError, uri)
  for (const uriTemplate of [
    'test://x',
    'test://{a}{b}',
    'test://{a}/{a}',
    'test://{a,b}',
    'test://{?q}',
    'test://{a*}',
    'test://{a',
    'test://a}',
    'test://{a}}',
    'test://{}',
    '{a}',
    'test://ü/{a}',
  ])
    assert.throws(() => defineResourceTemplate({ uriTemplate, name: 'x', read }), TypeError, uriTemplate)
  assert.throws(() => definePrompt({ name: '', get: read }), TypeError)
  assert.throws(() => definePrompt({ name: 'x', arguments: [{ name: 'a' }, { name: 'a' }], get: read }), TypeError)
  for (const twice of [
    { prompts: [prompts[0]!, prompts[0]!] },
    { resources: [resources[0]!, resources[0]!] },
    { pageSize: 0 },
    { pageSize: 1.5 },
  ])
    await assert.rejects(start(twice), TypeError)
})
