// The client for people's own tests, against a server of every kind of thing, in every revision.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { createFetchHandler } from '../../../src/fetch/index.ts'
import { tasks } from '../../../src/tasks/index.ts'
import { TestClient } from '../../../src/testing/client.ts'
import { connect, type ConnectOptions } from '../../../src/testing/index.ts'
import { bearerToken } from '../../../src/auth/index.ts'
import { definePrompt, defineResource, defineResourceTemplate, defineTool, RpcError } from '../../../src/index.ts'
import { revisions } from '../../../src/mcp/revisions/index.ts'
import { closedGate } from '../../support/gate.ts'

const tools = [
  defineTool({
    name: 'echo',
    inputSchema: {
      type: 'object',
      properties: { text: { type: 'string', 'x-mcp-header': 'Text' } },
      required: ['text'],
    },
    run: ({ text }) => text,
  }),
  defineTool({
    name: 'counts',
    inputSchema: { type: 'object' },
    run(_args, call) {
      call.progress(1, 2, 'one')
      call.log('warning', 'half way')
      call.progress(2, 2, 'two')
      return { structuredContent: { counted: 2 } }
    },
  }),
  defineTool({
    name: 'asks',
    inputSchema: { type: 'object' },
    async run(_args, call) {
      const params = { message: 'Sugar?', requestedSchema: { type: 'object', properties: {} } }
      const { sugar, folders } = (await call.ask({
        sugar: { method: 'elicitation/create', params },
        folders: { method: 'roots/list' },
      })) as Record<string, any>
      return `${sugar.action} ${folders.roots.length}`
    },
  }),
  defineTool({
    name: 'lets-go',
    inputSchema: { type: 'object' },
    run(_args, call) {
      call.releaseConnection(1)
      return 'and is found again'
    },
  }),
]
const server = {
  name: 'shop',
  version: '1.2.3',
  instructions: 'Be kind.',
  tools,
  pageSize: 2,
  listChanged: true,
  resources: [defineResource({ uri: 'test://a', name: 'a', read: () => 'A' })],
  resourceTemplates: [
    defineResourceTemplate({ uriTemplate: 'test://item/{id}', name: 'item', read: ({ id }) => `item ${id}` }),
  ],
  prompts: [
    definePrompt({
      name: 'greet',
      arguments: [
        { name: 'who', required: true, complete: (value) => ['Ada', 'Alan'].filter((one) => one.startsWith(value)) },
      ],
      get: ({ who }) => `Greet ${who}.`,
    }),
  ],
  log: () => {},
}
const asked: ConnectOptions = {
  elicit: ({ message }) => ({ action: message === 'Sugar?' ? 'accept' : 'decline', content: {} }),
  roots: [{ uri: 'file:///a' }, { uri: 'file:///b' }],
}

for (const { version: revision } of revisions) {
  test(`${revision}: lists of all pages, calls, resources, prompts, completions`, async (t) => {
    const client = await connect(server, { revision })
    t.after(() => client.close())
    assert.equal(client.instructions, 'Be kind.')
    assert.ok(client.capabilities['tools'])
    assert.deepEqual(
      (await client.listTools()).map(({ name }) => name),
      ['echo', 'counts', 'asks', 'lets-go'],
    )
    assert.deepEqual(
      (await client.listResources()).map(({ uri }) => uri),
      ['test://a'],
    )
    assert.deepEqual(
      (await client.listResourceTemplates()).map(({ name }) => name),
      ['item'],
    )
    assert.deepEqual(
      (await client.listPrompts()).map(({ name }) => name),
      ['greet'],
    )
    for (const text of ['plain', 'schön 😀', ' edges ', '']) {
      const { content } = await client.callTool('echo', { text })
      assert.deepEqual(content, [{ type: 'text', text }])
    }
    assert.equal((await client.callTool('echo')).isError, true)
    assert.equal((await client.readResource('test://item/7'))[0]!.text, 'item 7')
    const { messages } = await client.getPrompt('greet', { who: 'Ada' })
    assert.deepEqual(messages[0]!.content, { type: 'text', text: 'Greet Ada.' })
    assert.deepEqual(await client.complete({ type: 'ref/prompt', name: 'greet' }, 'who', 'Al'), ['Alan'])
  })

  test(`${revision}: progress and log messages are kept`, async (t) => {
    const client = await connect(server, { revision })
    t.after(() => client.close())
    await client.callTool('counts')
    assert.deepEqual(
      client.progress.map(({ progress }) => progress),
      [1, 2],
    )
    assert.deepEqual(
      client.logs.map(({ level, data }) => [level, data]),
      [['warning', 'half way']],
    )
    const quiet = await connect(server, { revision, logLevel: 'error' })
    t.after(() => quiet.close())
    await quiet.callTool('counts')
    assert.deepEqual(quiet.logs, [])
  })

  test(`${revision}: an error is thrown, with its code`, async (t) => {
    const client = await connect(server, { revision })
    t.after(() => client.close())
    await assert.rejects(client.callTool('nothing'), (error) => error instanceof RpcError && error.code === -32602)
    await assert.rejects(client.request('no/such'), (error) => error instanceof RpcError && error.code === -32601)
  })

  test(`${revision}: a change is heard of`, async (t) => {
    const client = await connect(server, { revision })
    t.after(() => client.close())
    await client.subscribe('test://a')
    client.changes!.publish({ kind: 'resourceUpdated', uri: 'test://a' })
    assert.equal((await client.next('notifications/resources/updated')).params!['uri'], 'test://a')
    client.changes!.publish({ kind: 'toolsListChanged' })
    await client.next('notifications/tools/list_changed')
  })

  test(`${revision}: an aborted signal cancels the call`, async (t) => {
    const started = closedGate()
    const cancelled = closedGate()
    const waits = defineTool({
      name: 'waits',
      inputSchema: { type: 'object' },
      async run(_args, { signal }) {
        started.open()
        await once(signal, 'abort')
        cancelled.open()
        return ''
      },
    })
    const client = await connect({ ...server, tools: [waits] }, { revision })
    t.after(() => client.close())
    const controller = new AbortController()
    const call = client.callTool('waits', {}, { signal: controller.signal })
    await started.opened
    controller.abort(new Error('enough'))
    await assert.rejects(call, /enough/)
    await cancelled.opened
  })

  test(`${revision}: a connection that the server ends is taken up again`, async (t) => {
    const client = await connect(server, { revision })
    t.after(() => client.close())
    assert.deepEqual((await client.callTool('lets-go')).content, [{ type: 'text', text: 'and is found again' }])
  })

  test(`${revision}: the server asks, and is answered`, async (t) => {
    const client = await connect(server, { revision, ...asked })
    t.after(() => client.close())
    const hasElicitation =
      revision >= revisions.find((one) => one.inputRequestMethods.includes('elicitation/create'))!.version
    const { content, isError } = await client.callTool('asks')
    if (isError) assert.ok(!hasElicitation || revision < '2025-06-18', JSON.stringify(content))
    else assert.deepEqual(content, [{ type: 'text', text: 'accept 2' }])
  })

  test(`${revision}: a client that cannot be asked says so`, async (t) => {
    const client = await connect(server, { revision })
    t.after(() => client.close())
    const outcome = await client.callTool('asks').catch((error: Error) => error)
    assert.ok(outcome instanceof RpcError || (outcome as { isError?: boolean }).isError)
  })
}

for (const { version: revision } of revisions) {
  test(`${revision}: a signal that is aborted before the call keeps it from being sent`, async (t) => {
    const methods: unknown[] = []
    const client = await connect(serverThatTells(t, methods), { revision })
    t.after(() => client.close())
    methods.length = 0
    const signal = AbortSignal.abort(new Error('never mind'))
    await assert.rejects(client.request('tools/list', {}, { signal }), /never mind/)
    assert.deepEqual(methods, [])
  })

  test(`${revision}: close ends the calls under way, also those with a signal, and whoever waits for a notification`, async (t) => {
    const started = closedGate()
    const hangs = defineTool({
      name: 'hangs',
      inputSchema: { type: 'object' },
      run: () => (started.open(), new Promise<string>(() => {})),
    })
    const handler = createFetchHandler({ ...server, tools: [hangs], limits: { drainMs: 0 } })
    t.after(() => handler.close())
    const client = await connect(handler, { revision })
    const call = client.callTool('hangs', {}, { signal: new AbortController().signal })
    const change = client.next('notifications/tools/list_changed')
    await started.opened
    const [called, changed] = [assert.rejects(call), assert.rejects(change, /The client has closed/)]
    await client.close()
    await Promise.all([called, changed])
    await assert.rejects(client.next('notifications/tools/list_changed'), /The client has closed/)
  })

  test(`${revision}: what is no message of JSON is told to whoever waits`, async (t) => {
    const handler = createFetchHandler(server)
    t.after(() => handler.close())
    const client = await connect(async (request) => spoilt(await handler(request)), { revision })
    t.after(() => client.close())
    await assert.rejects(client.callTool('counts'), SyntaxError)
  })

  test(`${revision}: the _meta that is given travels with that of the client`, async (t) => {
    const seen: Record<string, unknown>[] = []
    const client = await connect(serverThatTells(t, [], seen), { revision })
    t.after(() => client.close())
    await client.request('tools/list', { _meta: { traceparent: '00-1-2-01' } })
    const { traceparent, progressToken } = seen.at(-1)!
    assert.deepEqual([traceparent, typeof progressToken], ['00-1-2-01', 'number'])
  })
}

/** A function that hands requests on to a server, and notes the method and the `_meta` of each message. */
function serverThatTells(t: TestContext, methods: unknown[], metas: Record<string, unknown>[] = []) {
  const handler = createFetchHandler(server)
  t.after(() => handler.close())
  return async (request: Request) => {
    if (request.method === 'POST') {
      const { method, params } = JSON.parse(await request.clone().text())
      methods.push(method)
      metas.push(params?._meta)
    }
    return handler(request)
  }
}

/** A response whose progress is no JSON. */
const spoilt = ({ body, status, headers }: Response): Response => {
  if (!headers.get('content-type')?.startsWith('text/event-stream')) return new Response(body, { status, headers })
  const spoil = new TransformStream<string, string>({
    transform: (text, controller) =>
      controller.enqueue(text.replace('{"jsonrpc":"2.0","method":"notifications/progress', '{')),
  })
  const text = body!.pipeThrough(new TextDecoderStream()).pipeThrough(spoil)
  return new Response(text.pipeThrough(new TextEncoderStream()), { status, headers })
}

test('a tool that asks again and again is not answered for ever', async (t) => {
  const insists = defineTool({
    name: 'insists',
    inputSchema: { type: 'object' },
    async run(_args, call): Promise<string> {
      for (;;)
        await call
          .ask({ again: { method: 'roots/list' } })
          .then(() => call.ask({ [Math.random()]: { method: 'roots/list' } }))
    },
  })
  const client = await connect({ ...server, tools: [insists] }, { roots: [] })
  t.after(() => client.close())
  await assert.rejects(client.callTool('insists'), /tools\/call asks again and again: .*roots\/list/)
})

test('a subscription that is refused leaves nobody who takes the acknowledgment of the next', async (t) => {
  const handler = createFetchHandler(server)
  t.after(() => handler.close())
  const full = { jsonrpc: '2.0', id: null, error: { code: -32603, message: 'Too many.' } }
  let isFull = true
  const client = await connect((request) =>
    isFull && request.headers.get('mcp-method') === 'subscriptions/listen' ? Response.json(full) : handler(request),
  )
  t.after(() => client.close())
  await assert.rejects(client.subscribe('test://a'), /Too many/)
  isFull = false
  await client.subscribe('test://a')
})

test('where the end of the session is refused, the server is closed all the same', async () => {
  const client = await connect(server, { revision: '2025-11-25' })
  const closing = new TestClient(
    () => Promise.reject(new Error('no network')),
    { revision: '2025-11-25' },
    { changes: client.changes!, close: () => client.close() },
  )
  await assert.rejects(closing.open(), /no network/)
  await assert.rejects(closing.close(), /no network/)
  await assert.rejects(client.request('ping'))
})

test('a refusal whose id is null is that of the request', async () => {
  const refuse = () => Response.json({ jsonrpc: '2.0', id: null, error: { code: -32600, message: 'Not today.' } })
  await assert.rejects(connect(refuse), (error) => error instanceof RpcError && error.message === 'Not today.')
})

test('a client that declares the extension gets a task, and asks for it', async (t) => {
  const gate = closedGate<string>()
  const works = defineTool({ name: 'works', inputSchema: { type: 'object' }, run: () => gate.opened })
  const extension = tasks({ tools: { works: { required: true } } })
  const options = { ...server, tools: [works], extensions: [extension] }
  const client = await connect(options, { extensions: { [extension.id]: {} } })
  t.after(() => client.close())
  const { taskId } = (await client.callTool('works')) as unknown as { taskId: string }
  gate.open('done')
  let status = ''
  do {
    await new Promise(setImmediate) // nothing here waits for a socket, and the work has a turn of its own to go on in
    ;({ status } = (await client.request('tasks/get', { taskId })) as { status: string })
  } while (status === 'working')
  assert.equal(status, 'completed')
})

test('the newest revision is the default, and an unknown one is refused', async () => {
  const client = await connect(server)
  assert.equal(client.revision, revisions[0]!.version)
  await client.close()
  await assert.rejects(connect(server, { revision: '1999-01-01' }), /revision must be one of/)
})

test('any function from a Request to a Response is a server: under a path, with a token', async () => {
  const token = 't'.repeat(32)
  const handler = createFetchHandler({ ...server, auth: bearerToken(token), publicUrl: 'http://x/api' })
  const seen: string[] = []
  const app = (request: Request) => (seen.push(new URL(request.url).pathname), handler(request))
  const url = 'http://localhost/api/mcp'
  await assert.rejects(connect(app, { url }), /Send a token/)
  const client = await connect(app, { url, headers: { authorization: `Bearer ${token}` } })
  await client.callTool('echo', { text: 'in' })
  await client.close()
  assert.deepEqual(new Set(seen), new Set(['/api/mcp']))
  await handler.close()
})

test('close ends the server that it made: streams, sessions, and whatever waits', async () => {
  for (const { version: revision } of revisions) {
    const client = await connect(server, { revision })
    const waiting = client.request('ping')
    await waiting.catch(() => {}) // the newest has no ping
    await client.close()
    await assert.rejects(client.request('tools/list'))
  }
})

test('a server that has gone when the client cancels leaves no rejection that nobody hears', async () => {
  const handle = createFetchHandler({
    name: 't',
    version: '1',
    tools: [defineTool({ name: 'hangs', inputSchema: { type: 'object' }, run: () => new Promise<string>(() => {}) })],
  })
  let isGone = false
  const client = await connect((request) => (isGone ? Promise.reject(new Error('gone')) : handle(request)), {
    revision: '2025-11-25',
  })
  const unheard: unknown[] = []
  const listen = (error: unknown) => void unheard.push(error)
  process.on('unhandledRejection', listen)
  const leaving = new AbortController()
  const call = client.callTool('hangs', {}, { signal: leaving.signal })
  isGone = true
  leaving.abort(new Error('left'))
  await assert.rejects(call, /left/)
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', listen)
  assert.deepEqual(unheard, [])
  isGone = false
  await handle.close()
})
