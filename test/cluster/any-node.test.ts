// Three nodes on one engine: whichever of them a request comes to, it is served.
// Needs: redis-server
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { test } from 'node:test'
import { bearerToken } from '../../src/auth/index.ts'
import { defineResource, defineTool } from '../../src/index.ts'
import { asksForCity, echo } from '../support/tools.ts'
import { connectHttpSse, openEvents, post, request, type Json } from '../support/wire.ts'
import { call, initialize, inSession, startNode, startRedis, tell, until } from './support.ts'

const steps = new EventEmitter()

/** Says one thing, then waits until a test lets it go on, or its caller leaves. */
const works = defineTool({
  name: 'works',
  inputSchema: { type: 'object', properties: { mark: { type: 'string' } } },
  async run({ mark = '' }, { progress, signal }) {
    const released = once(steps, `release ${mark}`)
    const aborted = once(signal, 'abort')
    progress(1, 3)
    steps.emit(`started ${mark}`)
    await Promise.race([released, aborted])
    steps.emit(signal.aborted ? `aborted ${mark}` : `released ${mark}`)
    progress(2, 3)
    return `worked ${mark}`
  },
})

const leaves = defineTool({
  name: 'leaves',
  inputSchema: { type: 'object' },
  async run(_args, { releaseConnection }) {
    const released = once(steps, 'release leaves')
    releaseConnection(10)
    await released
    return 'left and came back'
  },
})

const hurries = defineTool({
  name: 'hurries',
  inputSchema: { type: 'object' },
  async run(_args, { progress }) {
    const released = once(steps, 'release hurries')
    progress(0)
    await released
    for (let step = 1; step <= 300; step++) progress(step)
    return 'hurried'
  },
})

const weather = defineResource({ uri: 'test://weather', name: 'weather', read: () => 'sun' })

const redis = await startRedis()
const options = { tools: [echo, asksForCity, works, leaves, hurries], resources: [weather] }
const nodes = await Promise.all(['n1', 'n2', 'n3'].map((nodeId) => startNode(redis, nodeId, options)))
const [n1, n2, n3] = nodes as [(typeof nodes)[0], (typeof nodes)[0], (typeof nodes)[0]]
const textOf = (answer: { text: string }) => JSON.parse(answer.text).result.content[0].text as string
const parsed = (text: string) => [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data!) as Json)

test('a session that one node opened is served by all, ended by any, and then by none', async () => {
  for (const version of ['2025-03-26', '2025-06-18', '2025-11-25']) {
    const session = await initialize(n1.url, { version })
    assert.match(session, /^n1\.[\w-]{32}$/)
    for (const { url } of nodes) {
      assert.equal((await tell(url, session, { method: 'notifications/initialized' })).status, 202)
      assert.equal(textOf(await call(url, session, 'tools/call', { name: 'echo', arguments: { text: url } })), url)
    }
    assert.equal((await request('DELETE', `${n2.url}/mcp`, inSession(session))).status, 204)
    assert.equal((await call(n2.url, session, 'ping')).status, 404)
    await until(async () => (await call(n1.url, session, 'ping')).status === 404)
    await until(async () => (await call(n3.url, session, 'ping')).status === 404)
  }
})

test('HTTP+SSE: what is posted to any node is answered on the stream, by the node that holds it', async () => {
  for (const { url } of nodes) {
    const client = await connectHttpSse(url)
    const endpoint = new URL(client.endpoint)
    const params = {
      protocolVersion: '2024-11-05',
      capabilities: { elicitation: {} },
      clientInfo: { name: 'c', version: '1' },
    }
    let id = 0
    for (const node of nodes) {
      const to = node.url + endpoint.pathname + endpoint.search
      for (const message of [
        { method: 'initialize', params },
        { method: 'tools/call', params: { name: 'echo', arguments: { text: node.url } } },
      ]) {
        if (message.method === 'initialize' && id > 0) continue
        const next = client.message()
        const answer = await post(to, { jsonrpc: '2.0', id: ++id, ...message })
        assert.equal(answer.status, 202, answer.text)
        assert.equal((await next).id, id)
      }
    }
    client.destroy()
    await until(
      async () =>
        (await post(n1.url + endpoint.pathname + endpoint.search, { jsonrpc: '2.0', id: 9, method: 'ping' })).status ===
        404,
    )
  }
})

test('HTTP+SSE: a cancellation that another node takes stops the work', async () => {
  const client = await connectHttpSse(n1.url)
  const { pathname, search } = new URL(client.endpoint)
  const started = once(steps, 'started sse')
  await post(n2.url + pathname + search, {
    jsonrpc: '2.0',
    id: 'x',
    method: 'tools/call',
    params: { name: 'works', arguments: { mark: 'sse' } },
  })
  await started
  const aborted = once(steps, 'aborted sse')
  await post(n3.url + pathname + search, {
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: 'x' },
  })
  await aborted
  client.destroy()
})

test('a question is answered at another node than the one that asks', async () => {
  const session = await initialize(n1.url, { version: '2025-06-18', capabilities: { elicitation: {} } })
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'asks', arguments: {} } })
  const stream = await openEvents(`${n2.url}/mcp`, { ...inSession(session), 'content-type': 'application/json' }, body)
  const question = await stream.message()
  assert.match(question.id, /^ask-n2-[0-9a-f]{8}-\d+$/)
  const answer = { id: question.id, result: { action: 'accept', content: { name: 'Ulm' } } }
  assert.equal((await tell(n3.url, session, answer)).status, 202)
  assert.equal((await stream.message()).result.content[0].text, 'It rains in Ulm.')
  await stream.ended
})

test('a cancellation that comes to another node stops the work', async () => {
  const session = await initialize(n1.url)
  const started = once(steps, 'started cancel')
  const sent = call(n2.url, session, 'tools/call', { name: 'works', arguments: { mark: 'cancel' } }, 'c')
  await started
  const aborted = once(steps, 'aborted cancel')
  assert.equal(
    (await tell(n3.url, session, { method: 'notifications/cancelled', params: { requestId: 'c' } })).status,
    202,
  )
  await aborted
  await sent
})

test('changes reach each listener once, wherever they were told and whatever was subscribed to where', async () => {
  const session = await initialize(n1.url)
  const stream = await openEvents(`${n1.url}/mcp`, inSession(session))
  await stream.event() // the priming event
  assert.equal((await call(n2.url, session, 'resources/subscribe', { uri: 'test://weather' })).status, 200)
  n3.changes.publish({ kind: 'resourceUpdated', uri: 'test://other' })
  n3.changes.publish({ kind: 'resourceUpdated', uri: 'test://weather' })
  n3.changes.publish({ kind: 'toolsListChanged' })
  assert.deepEqual((await stream.message()).params, { uri: 'test://weather' })
  assert.equal((await stream.message()).method, 'notifications/tools/list_changed')
  assert.equal((await call(n3.url, session, 'resources/unsubscribe', { uri: 'test://weather' })).status, 200)
  n2.changes.publish({ kind: 'resourceUpdated', uri: 'test://weather' })
  n2.changes.publish({ kind: 'promptsListChanged' })
  assert.equal((await stream.message()).method, 'notifications/prompts/list_changed')
  stream.destroy()
})

test('2026-07-28: subscriptions/listen at any node hears of changes at any other, once', async () => {
  const version = '2026-07-28'
  const _meta = { 'io.modelcontextprotocol/protocolVersion': version, 'io.modelcontextprotocol/clientCapabilities': {} }
  const params = { notifications: { toolsListChanged: true }, _meta }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params })
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': version,
    'mcp-method': 'subscriptions/listen',
  }
  const streams = await Promise.all(nodes.map(({ url }) => openEvents(`${url}/mcp`, headers, body)))
  for (const stream of streams)
    assert.equal((await stream.message()).method, 'notifications/subscriptions/acknowledged')
  for (const node of nodes) {
    node.changes.publish({ kind: 'promptsListChanged' }) // nobody listens for it
    node.changes.publish({ kind: 'toolsListChanged' })
    for (const stream of streams) assert.equal((await stream.message()).method, 'notifications/tools/list_changed')
  }
  for (const stream of streams) stream.destroy()
})

test('the standalone stream is resumed at another node: what was missed comes, and from there on each change once', async () => {
  const session = await initialize(n1.url)
  const first = await openEvents(`${n1.url}/mcp`, inSession(session))
  const { lastEventId: start } = await first.event()
  n1.changes.publish({ kind: 'toolsListChanged' })
  const { lastEventId: id } = await first.event()
  first.destroy()
  await first.ended
  n2.changes.publish({ kind: 'promptsListChanged' })
  n2.changes.publish({ kind: 'resourceUpdated', uri: 'test://weather' }) // nobody subscribed
  const last = 'notifications/prompts/list_changed'
  await until(
    async () =>
      await openEvents(`${n3.url}/mcp`, inSession(session, { 'last-event-id': id! })).then(async (stream) => {
        const { data } = await stream.event()
        stream.destroy()
        return JSON.parse(data).method === last
      }),
  )
  const all = await openEvents(`${n2.url}/mcp`, inSession(session, { 'last-event-id': start! }))
  assert.equal((await all.message()).method, 'notifications/tools/list_changed')
  assert.equal((await all.message()).method, last)
  n3.changes.publish({ kind: 'resourcesListChanged' })
  assert.equal((await all.message()).method, 'notifications/resources/list_changed')
  all.destroy()
})

test('the stream of a call is resumed at another node while the call runs: each event comes once, in order', async () => {
  const session = await initialize(n1.url)
  const params = { name: 'works', arguments: { mark: 'resume' }, _meta: { progressToken: 7 } }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'tools/call', params })
  const stream = await openEvents(`${n1.url}/mcp`, { ...inSession(session), 'content-type': 'application/json' }, body)
  const { lastEventId: start } = await stream.event()
  const { lastEventId: id, data } = await stream.event()
  assert.equal(JSON.parse(data).params.progress, 1)
  stream.destroy()
  const resumed = await openEvents(`${n2.url}/mcp`, inSession(session, { 'last-event-id': id! }))
  assert.equal(resumed.status, 200)
  steps.emit('release resume')
  assert.equal((await resumed.message()).params.progress, 2)
  assert.equal((await resumed.message()).result.content[0].text, 'worked resume')
  await resumed.ended
  // And once more, whole, at the third.
  const again = await request('GET', `${n3.url}/mcp`, inSession(session, { 'last-event-id': start! }))
  assert.deepEqual(
    parsed(again.text).map(({ params: given, id: answered }) => given?.progress ?? answered),
    [1, 2, 5],
  )
})

test('a tool that lets its client go is found again at another node', async () => {
  const session = await initialize(n1.url)
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 5,
    method: 'tools/call',
    params: { name: 'leaves', arguments: {} },
  })
  const stream = await openEvents(`${n1.url}/mcp`, { ...inSession(session), 'content-type': 'application/json' }, body)
  const { lastEventId: id } = await stream.event()
  await stream.ended
  const resumed = await openEvents(`${n3.url}/mcp`, inSession(session, { 'last-event-id': id! }))
  steps.emit('release leaves')
  assert.equal((await resumed.message()).result.content[0].text, 'left and came back')
  await resumed.ended
})

test('an answer that was sent as one event is replayed by any node, and by none in another session', async () => {
  const session = await initialize(n1.url)
  const other = await initialize(n1.url)
  const sseOnly = { accept: 'text/event-stream' }
  const answer = await call(n2.url, session, 'tools/call', { name: 'echo', arguments: { text: 'once' } }, 3, sseOnly)
  const [start] = /^id: (.*)$/m.exec(answer.text)!.slice(1)
  for (const { url } of nodes) {
    const replayed = await request('GET', `${url}/mcp`, inSession(session, { 'last-event-id': start! }))
    assert.equal(parsed(replayed.text)[0].result.content[0].text, 'once')
    assert.equal((await request('GET', `${url}/mcp`, inSession(other, { 'last-event-id': start! }))).status, 400)
  }
})

test('cursors and request states of one node are taken by the others', async () => {
  const many = Array.from({ length: 3 }, (_, at) =>
    defineTool({ name: `t${at}`, inputSchema: { type: 'object' }, run: () => '' }),
  )
  const small = { tools: many, pageSize: 2 }
  const [a, b] = await Promise.all(['a', 'b'].map((nodeId) => startNode(redis, nodeId, small, { prefix: 'cursors' })))
  const session = await initialize(a!.url)
  const { nextCursor } = JSON.parse((await call(a!.url, session, 'tools/list')).text).result
  const { tools } = JSON.parse((await call(b!.url, session, 'tools/list', { cursor: nextCursor })).text).result
  assert.deepEqual(
    tools.map(({ name }: Json) => name),
    ['t2'],
  )
})

test('a session is its principal’s at every node, and another prefix knows nothing of it', async () => {
  const token = (name: string) => ({
    ...bearerToken('x'.repeat(32)),
    authorize: ({ headers }: Json) => ({ issuer: 'i', subject: String(headers['x-name'] ?? name) }),
  })
  const auth = token('nobody')
  const guarded = { auth, tools: [echo] }
  const [a, b] = await Promise.all(['a', 'b'].map((nodeId) => startNode(redis, nodeId, guarded, { prefix: 'guarded' })))
  const session = await initialize(a!.url, { headers: { 'x-name': 'ann' } })
  const as = (name: string) => ({ 'x-name': name })
  assert.equal((await call(b!.url, session, 'ping', {}, 1, as('ann'))).status, 200)
  for (const { url } of [a!, b!]) assert.equal((await call(url, session, 'ping', {}, 1, as('bob'))).status, 404)
  const answer = await call(a!.url, session, 'ping', {}, 3, { ...as('ann'), accept: 'text/event-stream' })
  const [start] = /^id: (.*)$/m.exec(answer.text)!.slice(1)
  const replay = (name: string) =>
    request('GET', `${b!.url}/mcp`, inSession(session, { 'last-event-id': start!, ...as(name) }))
  assert.deepEqual([(await replay('ann')).status, (await replay('bob')).status], [200, 404])
  assert.equal((await call(n1.url, session, 'ping')).status, 404) // the same secret, another prefix
})

test('more events in one turn than are kept: the node that carries the stream sends those that are, and the response', async () => {
  const session = await initialize(n1.url)
  const params = { name: 'hurries', arguments: {}, _meta: { progressToken: 7 } }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'tools/call', params })
  const stream = await openEvents(`${n1.url}/mcp`, { ...inSession(session), 'content-type': 'application/json' }, body)
  await stream.event()
  const { lastEventId: id } = await stream.event()
  stream.destroy()
  const resumed = await openEvents(`${n2.url}/mcp`, inSession(session, { 'last-event-id': id! }))
  steps.emit('release hurries')
  const steps_: number[] = []
  for (let message = await resumed.message(); ; message = await resumed.message()) {
    if (message.method) steps_.push(message.params.progress)
    else {
      assert.equal(message.result.content[0].text, 'hurried')
      break
    }
  }
  assert.ok(steps_.length > 200 && steps_.length < 300, `${steps_.length} events`)
  assert.deepEqual(
    steps_,
    Array.from({ length: steps_.length }, (_, at) => 301 - steps_.length + at),
  )
  await resumed.ended
})

test('a response that is larger than a log may be is kept alone, and replayed by any node', async () => {
  const session = await initialize(n1.url)
  const text = 'x'.repeat(1_500_000)
  const headers = { accept: 'text/event-stream' }
  const answer = await call(n1.url, session, 'tools/call', { name: 'echo', arguments: { text } }, 3, headers)
  const [start] = /^id: (.*)$/m.exec(answer.text)!.slice(1)
  const resume = () => request('GET', `${n2.url}/mcp`, inSession(session, { 'last-event-id': start! }))
  await until(async () => (await resume()).status === 200) // it is written without waiting
  assert.equal(parsed((await resume()).text)[0].result.content[0].text, text)
})

test('the name of a node may have 32 characters, as those of pods have more than 20: session ids begin with all of it', async () => {
  for (const name of ['sse-mcp-7d9f8b6c5d-x2x4z', 'a'.repeat(32)]) {
    const node = await startNode(redis, name, options)
    const session = await initialize(node.url, { version: '2025-06-18', capabilities: { elicitation: {} } })
    assert.ok(session.startsWith(`${name}.`), session)
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'asks', arguments: {} },
    })
    const headers = { ...inSession(session), 'content-type': 'application/json' }
    const stream = await openEvents(`${node.url}/mcp`, headers, body)
    const { id } = await stream.message()
    const answer = { id, result: { action: 'accept', content: { name: 'Ulm' } } }
    assert.equal((await tell(n1.url, session, answer)).status, 202)
    assert.equal((await stream.message()).result.content[0].text, 'It rains in Ulm.')
    await stream.ended
  }
  await assert.rejects(startNode(redis, 'a'.repeat(33), options), /NODE_ID/)
})
