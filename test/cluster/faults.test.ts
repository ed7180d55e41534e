// What a node does when the engine, another node or the network fails.
// Needs: redis-server
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import net, { type AddressInfo, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { defineResourceTemplate, defineTool } from '../../src/index.ts'
import { echo } from '../support/tools.ts'
import { connectHttpSse, openEvents, post, request } from '../support/wire.ts'
import { redisEngine } from '../../src/redis/index.ts'
import { call, freePort, initialize, inSession, SECRET, startNode, startRedis, until } from './support.ts'

const steps = new EventEmitter()
const works = defineTool({
  name: 'works',
  inputSchema: { type: 'object', properties: { mark: { type: 'string' } } },
  async run({ mark = '' }, { progress }) {
    const released = once(steps, `release ${mark}`)
    progress(1, 2)
    steps.emit(`started ${mark}`)
    await released
    return `worked ${mark}`
  },
})
const anything = defineResourceTemplate({ uriTemplate: 'test://{name}', name: 'anything', read: () => 'sun' })
const options = { tools: [echo, works], resourceTemplates: [anything] }
const TYPES = { accept: 'application/json, text/event-stream' }
const working = (mark: string) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'works', arguments: { mark }, _meta: { progressToken: 1 } },
  })

/** A network between a node and the engine that can be cut: nothing is refused, nothing arrives. */
async function startWire(port: number) {
  const sockets = new Set<Socket>()
  let isCut = false
  const server = net.createServer((socket) => {
    const engine = net.connect(port, '127.0.0.1')
    for (const [from, to] of [
      [socket, engine],
      [engine, socket],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => isCut || to.write(bytes))
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const drop = () => sockets.forEach((socket) => socket.destroy())
  after(() => {
    drop()
    server.close()
  })
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Nothing goes through any more. */
    cut: () => void (isCut = true),
    mend: () => void (isCut = false),
    /** All connections break; new ones can be made. */
    drop,
  }
}

test('the engine is down: what a node knows is served, what needs another gets 503 and Retry-After, and all goes on without a restart', async () => {
  const redis = await startRedis()
  const [n1, n2] = await Promise.all(['n1', 'n2'].map((id) => startNode(redis, id, options)))
  const session = await initialize(n1!.url)
  const elsewhere = await initialize(n2!.url)
  const listening = await openEvents(`${n1!.url}/mcp`, inSession(session))
  await listening.event()
  const client = await connectHttpSse(n1!.url)
  const stream = await openEvents(
    `${n1!.url}/mcp`,
    { ...inSession(session), 'content-type': 'application/json' },
    working('down'),
  )
  await stream.event()
  await stream.event()

  await redis.signal('SIGKILL')
  // What is here goes on.
  assert.equal((await call(n1!.url, session, 'ping')).status, 200)
  assert.equal((await client.call('ping')).id, 1)
  steps.emit('release down')
  assert.equal((await stream.message()).result.content[0].text, 'worked down')
  n1!.changes.publish({ kind: 'toolsListChanged' })
  assert.equal((await listening.message()).method, 'notifications/tools/list_changed')
  // What needs the engine does not.
  const refusals = await Promise.all([
    call(n1!.url, elsewhere, 'ping'),
    post(
      `${n1!.url}/mcp`,
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {} } },
      TYPES,
    ),
    request('GET', `${n1!.url}/sse`, TYPES),
    call(n1!.url, session, 'logging/setLevel', { level: 'error' }),
    post(n2!.url + new URL(client.endpoint).pathname + new URL(client.endpoint).search, {
      jsonrpc: '2.0',
      id: 2,
      method: 'ping',
    }),
  ])
  for (const { status, headers, text } of refusals) {
    assert.deepEqual([status, headers['retry-after']], [503, '2'], text)
    assert.match(JSON.parse(text).error.message, /cannot be reached/)
  }
  assert.ok(
    n1!.entries.every(({ level, reason }) => level === 'warn' && reason === 'engine-unreachable'),
    JSON.stringify(n1!.entries),
  )

  // It comes back empty. Each node writes the records of its sessions again, and the change that was told here alone.
  const heard = once(steps, 'n2 hears')
  n2!.changes.subscribe((change) => steps.emit('n2 hears', change))
  await redis.start()
  await until(async () => (await call(n1!.url, elsewhere, 'ping')).status === 200)
  await until(async () => (await call(n2!.url, session, 'ping')).status === 200)
  assert.deepEqual(await heard, [{ kind: 'toolsListChanged' }])
  const { pathname, search } = new URL(client.endpoint)
  await until(
    async () => (await post(n2!.url + pathname + search, { jsonrpc: '2.0', id: 3, method: 'ping' })).status === 202,
  )
  await until(async () => (await client.message()).id === 3) // after what changed meanwhile
  n2!.changes.publish({ kind: 'promptsListChanged' })
  assert.equal((await listening.message()).method, 'notifications/prompts/list_changed')
  await initialize(n2!.url)
})

test('an engine that does not answer costs a request the time that was set, and no more', async () => {
  const redis = await startRedis()
  const [n1, n2] = await Promise.all(['n1', 'n2'].map((id) => startNode(redis, id, options, { timeoutMs: 300 })))
  const session = await initialize(n1!.url)
  await redis.signal('SIGSTOP')
  const [there, here] = await Promise.all([call(n2!.url, session, 'ping'), call(n1!.url, session, 'ping')])
  assert.deepEqual([there.status, here.status], [503, 200])
  await redis.signal('SIGCONT')
  await until(async () => (await call(n2!.url, session, 'ping')).status === 200)
})

test('nothing that nodes tell each other is lost with their connections', async () => {
  const redis = await startRedis()
  const wire = await startWire(redis.port)
  const n1 = await startNode(redis, 'n1', options)
  const n2 = await startNode({ url: wire.url }, 'n2', options)
  const heard: string[] = []
  n2.changes.subscribe((change) => void heard.push(change.kind === 'resourceUpdated' ? change.uri : change.kind))
  const uris = Array.from({ length: 200 }, (_, at) => `test://${at}`)
  for (const [at, uri] of uris.entries()) {
    if (at % 20 === 10) wire.drop()
    n1.changes.publish({ kind: 'resourceUpdated', uri })
    if (at % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await until(() => heard.length >= uris.length)
  assert.deepEqual(heard, uris)
})

test('a node that was cut off from the engine finds its way back, and its sessions with it', async () => {
  const redis = await startRedis()
  const wire = await startWire(redis.port)
  const n1 = await startNode(redis, 'n1', options)
  const n2 = await startNode({ url: wire.url }, 'n2', options, { timeoutMs: 300 })
  const [session, other] = [await initialize(n1.url), await initialize(n2.url)]
  wire.cut()
  assert.equal((await call(n2.url, session, 'ping')).status, 503)
  assert.equal((await call(n2.url, other, 'ping')).status, 200)
  wire.mend()
  wire.drop()
  await until(async () => (await call(n2.url, session, 'ping')).status === 200)
  assert.equal((await call(n1.url, other, 'ping')).status, 200)
})

test('an engine that is full refuses new sessions, and what is there goes on', async () => {
  const redis = await startRedis('--maxmemory', '100mb', '--maxmemory-policy', 'noeviction')
  const n1 = await startNode(redis, 'n1', options)
  const session = await initialize(n1.url)
  await redis.command('CONFIG', 'SET', 'maxmemory', '1')
  await assert.rejects(initialize(n1.url), /503/)
  const stream = { accept: 'text/event-stream' }
  const answer = await call(n1.url, session, 'tools/call', { name: 'echo', arguments: { text: 'still' } }, 1, stream)
  assert.match(answer.text, /still/)
  await redis.command('CONFIG', 'SET', 'maxmemory', '100mb')
  await initialize(n1.url)
})

test('a node that stops tells its clients to come back in one to five seconds; their sessions are served elsewhere', async () => {
  const redis = await startRedis()
  const [n1, n2] = await Promise.all(['n1', 'n2'].map((id) => startNode(redis, id, options)))
  const session = await initialize(n1!.url)
  const listening = await openEvents(`${n1!.url}/mcp`, inSession(session))
  const { lastEventId } = await listening.event()
  const client = await connectHttpSse(n1!.url)
  const stream = await openEvents(
    `${n1!.url}/mcp`,
    { ...inSession(session), 'content-type': 'application/json' },
    working('drain'),
  )
  const { lastEventId: start } = await stream.event()
  await stream.event()
  steps.emit('release drain')
  await n1!.close()
  await listening.ended
  const [, retry] = /\nretry: (\d+)\n\n$/.exec(listening.raw()) ?? []
  assert.ok(Number(retry) >= 1000 && Number(retry) <= 5000, listening.raw())
  assert.equal((await call(n2!.url, session, 'ping')).status, 200)
  n2!.changes.publish({ kind: 'toolsListChanged' })
  const again = await openEvents(`${n2!.url}/mcp`, inSession(session, { 'last-event-id': lastEventId }))
  assert.equal((await again.message()).method, 'notifications/tools/list_changed')
  const replayed = await request('GET', `${n2!.url}/mcp`, inSession(session, { 'last-event-id': start }))
  assert.match(replayed.text, /worked drain/)
  // A session of HTTP+SSE has ended: the answer says what to do.
  const { pathname, search } = new URL(client.endpoint)
  const gone = await post(n2!.url + pathname + search, { jsonrpc: '2.0', id: 3, method: 'ping' })
  assert.equal(gone.status, 404)
  assert.match(gone.text, /Open GET \/sse again/)
})

test('what was changed while the engine was away, and failed, is written and told once it is there again', async () => {
  const redis = await startRedis()
  const [n1, n2] = await Promise.all(['n1', 'n2'].map((id) => startNode(redis, id, options)))
  const session = await initialize(n1!.url)
  assert.equal((await call(n1!.url, session, 'resources/subscribe', { uri: 'test://old' })).status, 200)
  const listening = await openEvents(`${n2!.url}/mcp`, inSession(session))
  await listening.event()
  await redis.signal('SIGKILL')
  const changes = [
    ['resources/subscribe', { uri: 'test://new' }],
    ['resources/unsubscribe', { uri: 'test://old' }],
    ['logging/setLevel', { level: 'error' }],
  ] as const
  for (const [method, params] of changes) assert.equal((await call(n1!.url, session, method, params)).status, 503)
  await redis.start()
  for (const [method, params] of changes)
    await until(async () => (await call(n1!.url, session, method, params)).status === 200)
  const record = { ...((await redis.command('HGETALL', `sse-mcp:{${session}}`)) as object) } as Record<string, string>
  assert.equal(record['level'], 'error')
  assert.deepEqual(
    Object.keys(record).filter((name) => name.startsWith('sub:')),
    ['sub:test://new'],
  )
  // n2 is connected again too: until then it tells its own sessions at once, by the subscriptions that it knows.
  await until(() => initialize(n2!.url).then(Boolean, () => false))
  for (const uri of ['test://old', 'test://new']) n2!.changes.publish({ kind: 'resourceUpdated', uri })
  assert.deepEqual((await listening.message()).params, { uri: 'test://new' })
  listening.destroy()
})

test('a start that fails ends its connections, and says why', async () => {
  const redis = await startRedis()
  await redis.command('ACL', 'SETUSER', 'default', '-eval')
  await assert.rejects(redisEngine({ url: redis.url, serverSecret: SECRET }), (error: Error) => {
    assert.match(error.message, /^The engine \(REDIS_URL\) cannot be reached: .*NOPERM/)
    assert.match(String(error.cause), /NOPERM/)
    return true
  })
  await until(
    async () =>
      String(await redis.command('CLIENT', 'LIST'))
        .trim()
        .split('\n').length === 1,
  )
})

test('a client that leaves while its session is written down leaves nothing', async () => {
  const redis = await startRedis()
  const n1 = await startNode(redis, 'n1', options)
  await redis.signal('SIGSTOP')
  const socket = net.connect(Number(new URL(n1.url).port), '127.0.0.1')
  socket.write(`GET /sse HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n`)
  const [, response] = (await once(n1.server, 'request')) as [unknown, EventEmitter]
  const left = once(response, 'close')
  socket.destroy()
  await left
  await redis.signal('SIGCONT')
  await until(async () => ((await redis.command('KEYS', 'sse-mcp:*')) as string[]).length === 0)
})

test('a node does not start without its engine, its password or its secret, and says why', async () => {
  const nowhere = `redis://127.0.0.1:${await freePort()}`
  const serverSecret = SECRET
  const redis = await startRedis('--requirepass', 'sesame')
  await Promise.all([
    assert.rejects(redisEngine({ url: nowhere, serverSecret }), /cannot be reached: .*ECONNREFUSED/),
    assert.rejects(redisEngine({ url: redis.url, serverSecret }), /NOAUTH|cannot be reached/),
  ])
  const url = redis.url.replace('//', '//:sesame@')
  const engine = await redisEngine({ url, serverSecret })
  await engine.close()
  for (const [options, wrong] of [
    [{ url, serverSecret: '' }, /SERVER_SECRET/],
    [{ url: 'http://x', serverSecret }, /REDIS_URL/],
    [{ url, serverSecret, nodeId: 'a.b' }, /NODE_ID/],
    [{ url, serverSecret, prefix: '{x}' }, /prefix/],
  ] as const)
    await assert.rejects(
      redisEngine(options),
      (error: Error) => error instanceof TypeError && wrong.test(error.message),
    )
})
