// Functions of the program around us, whatever they return, throw or never do: they end no process, let nobody in, and
// keep no server from ending.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createMcpHandler, createMcpServer, defineTool, HttpError, serve, type HttpOptions } from '../../src/index.ts'
import { createClient } from '../../src/mcp/request/client.ts'
import { handshakeRevisions } from '../../src/mcp/revisions/index.ts'
import { post, request, type Json } from '../support/wire.ts'

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
}
const named = { name: 't', version: '1' }

/** Neither of these came: nothing was thrown where nobody catches it. */
function watchProcess(t: TestContext): () => Promise<void> {
  const found: unknown[] = []
  const note = (error: unknown) => void found.push(error)
  for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, note)
  t.after(() => {
    for (const event of ['uncaughtException', 'unhandledRejection']) process.off(event, note)
  })
  return async () => {
    await new Promise(setImmediate)
    assert.deepEqual(found, [])
  }
}

async function mount(t: TestContext, options: Partial<HttpOptions>) {
  const log: Json[] = []
  const handler = createMcpHandler({ ...named, log: (entry) => void log.push(entry), ...options })
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    await handler.close()
    server.closeAllConnections()
    server.close()
  })
  return { handler, log, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('a status that has no name in HTTP is sent, logged by its number, and ends nothing', async (t) => {
  const nothingThrown = watchProcess(t)
  for (const status of [420, 499, 520]) {
    const refuse = () => {
      throw new HttpError(status, -32600, 'Not today.')
    }
    const { url, log } = await mount(t, { fallback: refuse, admit: refuse })
    assert.equal((await request('GET', `${url}/else`)).status, status)
    assert.equal((await post(`${url}/mcp`, initialize)).status, status)
    assert.deepEqual(
      log.map(({ reason }) => reason),
      [`${status}`, `${status}`],
    )
  }
  await nothingThrown()
})

test('an admit that is asynchronous refuses too', async (t) => {
  const nothingThrown = watchProcess(t)
  const admit = async () => {
    await new Promise(setImmediate)
    throw new HttpError(429, -32603, 'Too often.')
  }
  const { url } = await mount(t, { admit })
  assert.equal((await post(`${url}/mcp`, initialize)).status, 429)
  await nothingThrown()
})

test('authorization that returns no principal lets nobody in: 500, and the log says what to return', async (t) => {
  for (const principal of [undefined, null, false, 'ann', [], { issuer: 'i', subject: 's', expiresAt: Number.NaN }]) {
    const { url, log } = await mount(t, { auth: { authorize: () => principal as never } })
    assert.equal((await post(`${url}/mcp`, initialize)).status, 500, JSON.stringify(principal))
    assert.match(log[0].cause, /auth\.authorize must return a principal/)
  }
})

test('a promise of another library is a promise: one that rejects, one that is lazy', async (t) => {
  const nothingThrown = watchProcess(t)
  let pulled = 0
  const lazy = (settle: () => void) => ({
    // oxlint-disable-next-line unicorn/no-thenable -- what is tried here
    then(resolve: (value?: unknown) => void, reject: (why: unknown) => void) {
      pulled++
      try {
        resolve(settle())
      } catch (error) {
        reject(error)
      }
    },
  })
  const { url } = await mount(t, {
    fallback: (_request, response) => lazy(() => void response.end('served')) as unknown as Promise<void>,
    extensions: [
      {
        id: 'com.example/lazy',
        methods: () => ({
          ping: () => lazy(() => ({ _meta: { lazy: true } }) as never) as never,
          'resources/list': () =>
            lazy(() => {
              throw new Error('no')
            }) as never,
        }),
      },
    ],
  })
  assert.equal((await request('GET', `${url}/else`)).text, 'served')
  const { headers } = await post(`${url}/mcp`, initialize)
  const session = { 'mcp-session-id': String(headers['mcp-session-id']) }
  const call = async (method: string) =>
    JSON.parse((await post(`${url}/mcp`, { jsonrpc: '2.0', id: 2, method }, session)).text) as Json
  assert.deepEqual((await call('ping')).result, { _meta: { lazy: true } })
  assert.equal((await call('resources/list')).error.code, -32603)
  assert.equal(pulled, 3)
  await nothingThrown()
})

test('a question that is no JSON is asked of nobody: ask rejects, and nothing is left behind', async (t) => {
  const nothingThrown = watchProcess(t)
  const sent: Json[] = []
  const server = createMcpServer({
    ...named,
    log() {},
    tools: [
      defineTool({
        name: 'ask',
        inputSchema: { type: 'object' },
        async run(_args, { ask }) {
          await new Promise(setImmediate)
          const params = { message: 1n as never, requestedSchema: { type: 'object', properties: {} } }
          return ask({ q: { method: 'elicitation/create', params } }).then(
            () => 'answered',
            (error: Error) => error.name,
          )
        },
      }),
    ],
  })
  const client = createClient(handshakeRevisions.get('2025-11-25')!)
  client.initialized = true
  client.capabilities = { elicitation: { form: {} } }
  const channel = { canSend: true, send: (message: unknown) => void sent.push(JSON.stringify(message)) }
  const call = { jsonrpc: '2.0' as const, id: 1, method: 'tools/call', params: { name: 'ask' } }
  const response = (await server.handle(call, client, channel)) as Json
  assert.equal(response.result.content[0].text, 'TypeError')
  assert.deepEqual(sent, [])
  await nothingThrown()
})

test('close may be called twice, and a method of an extension that never ends does not hold it', async (t) => {
  let begin = () => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const { url, handler } = await mount(t, {
    limits: { drainMs: 1 },
    extensions: [
      {
        id: 'com.example/hangs',
        methods: () => ({
          'resources/list': () => {
            begin()
            return new Promise<object>(() => {})
          },
        }),
      },
    ],
  })
  const { headers } = await post(`${url}/mcp`, initialize)
  const session = { 'mcp-session-id': String(headers['mcp-session-id']) }
  post(`${url}/mcp`, { jsonrpc: '2.0', id: 2, method: 'resources/list' }, session).catch(() => {})
  await begun
  await Promise.all([handler.close(), handler.close()])
})

test('an option that is given as undefined is one that is not given', async (t) => {
  const undefineds = { tools: undefined, resources: undefined, resourceTemplates: undefined, prompts: undefined }
  const more = { admit: undefined, addressOf: undefined, fallback: undefined, auth: undefined, extensions: undefined }
  const limits = { maxRequestsPerMinute: 1 }
  const server = await serve({ ...named, port: 0, log() {}, limits, ...undefineds, ...more } as never)
  t.after(() => server.close())
  assert.equal((await post(`${server.url}/mcp`, initialize)).status, 200)
  assert.equal((await post(`${server.url}/mcp`, initialize)).status, 429, 'the rate limit holds')
})

test('the rate is counted by the address that addressOf tells', async (t) => {
  const addressOf = ({ headers }: { headers: Record<string, unknown> }) => String(headers['x-real-ip'])
  const options = { ...named, port: 0, log() {}, limits: { maxRequestsPerMinute: 1 }, addressOf }
  const server = await serve(options as never)
  t.after(() => server.close())
  const from = async (address: string) => (await post(`${server.url}/mcp`, initialize, { 'x-real-ip': address })).status
  assert.deepEqual([await from('192.0.2.1'), await from('192.0.2.2'), await from('192.0.2.1')], [200, 200, 429])
})

test('a bus of changes that outlives a handler does not keep it', async () => {
  const listeners = new Set<unknown>()
  const changes = {
    publish() {},
    subscribe(listener: unknown) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const handler = createMcpHandler({ ...named, changes })
  assert.ok(listeners.size > 0)
  await handler.close()
  assert.equal(listeners.size, 0)
})
