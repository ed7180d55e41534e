// What an author wrote is counted until it has really ended, whoever waits for it.
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { definePrompt, defineResource, defineTool, serve, type ServeOptions } from '../../src/index.ts'
import { connectHttpSse, post } from '../support/wire.ts'

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}
const both = { accept: 'application/json, text/event-stream' }

async function start(t: TestContext, options: Partial<ServeOptions> = {}) {
  const events = new EventEmitter()
  const pending: (() => void)[] = []
  let begun = 0
  const hang = () =>
    new Promise<string>((resolve) => {
      pending.push(() => resolve('done'))
      events.emit(`begun ${++begun}`)
    })
  const inputSchema = { type: 'object' } as const
  const running = await serve({
    name: 't',
    version: '1',
    port: 0,
    log() {},
    tools: [
      defineTool({ name: 'slow', inputSchema, run: hang }),
      defineTool({ name: 'brief', inputSchema, timeoutMs: 1, run: hang }),
      defineTool({ name: 'quick', inputSchema, run: () => 'quick' }),
    ],
    prompts: [definePrompt({ name: 'slow', get: hang })],
    resources: [defineResource({ uri: 'test://slow', name: 'slow', read: hang })],
    ...options,
    limits: { drainMs: 0, ...options.limits },
  })
  t.after(() => running.close())
  const mcp = `${running.url}/mcp`
  return {
    ...running,
    mcp,
    begun: () => begun,
    /** Fulfilled when so many have begun. */
    untilBegun: async (count: number) => void (begun < count && (await once(events, `begun ${count}`))),
    endAll: () => pending.splice(0).forEach((end) => end()),
    stateless: (method: string, params: Record<string, unknown> = {}, signal?: AbortSignal) => {
      const name = params['name'] ?? params['uri']
      return fetch(mcp, {
        method: 'POST',
        ...(signal && { signal }),
        headers: {
          ...both,
          'content-type': 'application/json',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': method,
          ...(typeof name === 'string' && { 'mcp-name': name }),
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } }),
      })
    },
    async session(version = '2025-11-25') {
      const params = { protocolVersion: version, capabilities: {} }
      const { headers } = await post(mcp, { jsonrpc: '2.0', id: 0, method: 'initialize', params }, both)
      return { ...both, 'mcp-session-id': headers['mcp-session-id'] as string }
    },
  }
}

test('a method that is no notification does not run without an id, on any transport, alone or in a batch', async (t) => {
  const server = await start(t)
  const client = await connectHttpSse(server.url)
  const session = await server.session()
  const old = await server.session('2025-03-26')
  for (const [method, params] of [
    ['tools/call', { name: 'slow' }],
    ['prompts/get', { name: 'slow' }],
    ['resources/read', { uri: 'test://slow' }],
  ] as const) {
    const notification = { jsonrpc: '2.0', method, params }
    assert.equal((await client.post(notification)).status, 202)
    assert.equal((await post(server.mcp, notification, session)).status, 202)
    assert.equal((await post(server.mcp, [notification, notification], old)).status, 202)
  }
  assert.equal((await client.call('ping', {}, 'next')).id, 'next')
  assert.equal(server.begun(), 0)
  client.destroy()
})

test('calls whose time was up count in their session until they end; ping and lists are served, and the refusal names the tool', async (t) => {
  const server = await start(t, { limits: { maxInFlight: 3 } })
  const session = await server.session()
  const call = (name: string) =>
    post(server.mcp, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } }, session)
  for (let i = 0; i < 3; i++) assert.match((await call('brief')).text, /took longer/)
  const refused = JSON.parse((await call('quick')).text)
  assert.equal(refused.error.code, -32603)
  assert.deepEqual(refused.error.data, { reason: 'busy' })
  assert.match(refused.error.message, /3 of the tool brief, which do not end/)
  for (const method of ['ping', 'tools/list', 'prompts/list', 'resources/list'])
    assert.ok(JSON.parse((await post(server.mcp, { jsonrpc: '2.0', id: 2, method }, session)).text).result, method)
  const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 9 } }
  assert.equal((await post(server.mcp, cancel, session)).status, 202)
  assert.equal(
    JSON.parse((await post(server.mcp, callBody('quick'), await server.session())).text).result.content[0].text,
    'quick',
  )
  server.endAll()
  assert.match((await call('quick')).text, /quick/, 'there is room again')
})

const callBody = (name: string) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })

/** Calls of a stateless client that leaves as soon as its call has begun. */
async function abandon(server: Awaited<ReturnType<typeof start>>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const before = server.begun()
    const leaves = new AbortController()
    const left = server.stateless('tools/call', { name: 'slow' }, leaves.signal)
    await server.untilBegun(before + 1)
    leaves.abort()
    await assert.rejects(left)
  }
}

test('calls that stateless clients leave are counted in the whole process: the tool that does not end is refused, others are not', async (t) => {
  const server = await start(t, { limits: { maxAbandoned: 8 } })
  await abandon(server, 4) // half of all are one caller's share
  let refused: { error?: { data: unknown; message: string } } = {}
  // The server notices that a client has left a moment after it has.
  for (let i = 0; i < 50 && !refused.error; i++) {
    const leaves = new AbortController()
    const answer = server.stateless('tools/call', { name: 'slow' }, leaves.signal)
    const first = await Promise.race([answer, server.untilBegun(server.begun() + 1)])
    if (first) refused = (await first.json()) as typeof refused
    else {
      leaves.abort()
      await answer.catch(() => {})
    }
  }
  assert.deepEqual(refused.error?.data, { reason: 'busy' })
  assert.match(refused.error!.message, /calls of the tool slow that nobody waits for any more do not end/)
  for (const [method, params] of [
    ['tools/list', {}],
    ['tools/call', { name: 'quick' }],
  ] as const)
    assert.equal((await server.stateless(method, params)).status, 200)
  assert.match(await (await server.stateless('tools/call', { name: 'quick' })).text(), /quick/)
  server.endAll()
  const before = server.begun()
  const again = server.stateless('tools/call', { name: 'slow' })
  await server.untilBegun(before + 1)
  server.endAll()
  assert.match(await (await again).text(), /done/)
})

test('no more than maxRunning calls run at once, whichever sessions they come from', async (t) => {
  const server = await start(t, { limits: { maxRunning: 5 } })
  const answers: Promise<unknown>[] = []
  for (let i = 0; i < 5; i++) {
    answers.push(post(server.mcp, callBody('slow'), await server.session()))
    await server.untilBegun(i + 1)
  }
  const refused = await post(server.mcp, callBody('slow'), await server.session())
  assert.deepEqual(JSON.parse(refused.text).error.data, { reason: 'busy' })
  assert.equal(server.begun(), 5)
  server.endAll()
  await Promise.all(answers)
})

test('a log that throws takes no place away: the session is never busy for it', async (t) => {
  const inputSchema = { type: 'object' } as const
  const bad = defineTool({
    name: 'bad',
    inputSchema,
    run() {
      throw new Error('x')
    },
  })
  const quick = defineTool({ name: 'quick', inputSchema, run: () => 'quick' })
  const server = await start(t, {
    tools: [bad, quick],
    limits: { maxInFlight: 2 },
    log() {
      throw new Error('the log is closed')
    },
  })
  const session = await server.session()
  for (let i = 0; i < 6; i++) {
    const { text } = await post(server.mcp, callBody('bad'), session)
    assert.match(text, /The tool bad failed/)
  }
  assert.match((await post(server.mcp, callBody('quick'), session)).text, /quick/)
})

test('whatever a tool gives back or throws, its place is free again', async (t) => {
  const inputSchema = { type: 'object' } as const
  /** A promise of another kind. */
  const thenable = (then: (ok: (text: string) => void, no: (error: Error) => void) => void) =>
    Object.defineProperty({}, String('then'), { value: then })
  const outcomes: (() => unknown)[] = [
    () => undefined,
    () => null,
    () => thenable((ok) => ok('of another kind')),
    () => thenable((_ok, no) => no(new Error('x'))),
    () =>
      thenable(() => {
        throw new Error('x')
      }),
    () => {
      throw null
    },
    () => Promise.reject(undefined),
    () => ({ content: [null] }),
    () => ({ content: ['x'] }),
    () => ({ structuredContent: 1n }),
  ]
  const tools = outcomes.map((run, n) => defineTool({ name: `t${n}`, inputSchema, run: run as () => string }))
  const server = await start(t, { tools, limits: { maxInFlight: 1 } })
  const session = await server.session()
  for (const [n] of outcomes.entries()) {
    const { status, text } = await post(server.mcp, callBody(`t${n}`), session)
    assert.equal(status, 200, `t${n}`)
    assert.doesNotMatch(text, /busy/, `t${n}`)
  }
})
