// What stands in the engine: how long it lives, what is made of what is no record, and how many commands a call costs.
// Needs: redis-server
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '@redis/client'
import { defineResource, defineTool } from '../../src/index.ts'
import type { RedisClient } from '../../src/redis/index.ts'
import * as scripts from '../../src/redis/scripts.ts'
import { echo } from '../support/tools.ts'
import { connectHttpSse, openEvents, post, request } from '../support/wire.ts'
import { call, initialize, inSession, startNode, startRedis, tell, until } from './support.ts'

const redis = await startRedis()
const ABANDONED = Number(process.env['ABANDONED'] ?? 50)
const counts = defineTool({
  name: 'counts',
  inputSchema: { type: 'object' },
  run(_args, { progress }) {
    for (let step = 1; step <= 3; step++) progress(step)
    return 'three'
  },
})
const weather = defineResource({ uri: 'test://weather', name: 'weather', read: () => 'sun' })
const options = { tools: [echo, counts], resources: [weather] }
const keyOf = (session: string) => `sse-mcp:{${session}}`
const keys = async (pattern = '*') => ((await redis.command('KEYS', pattern)) as string[]).toSorted()
const echoes = { name: 'echo', arguments: { text: 'x' } }

const nameOf = new Map(Object.entries(scripts).map(([name, script]) => [script as string, name]))

/** A client that lists the commands that it sends, a script by its name; those of time are left out. */
async function listingClient() {
  const client = createClient({ url: redis.url, disableOfflineQueue: true }).on('error', () => {})
  await client.connect()
  const sent: string[] = []
  const { sendCommand } = client
  Object.assign(client, {
    sendCommand(args: string[]) {
      const name = args[0] === 'EVAL' ? nameOf.get(args[1]!)! : args[0]!
      if (name !== 'BEAT') sent.push(name)
      return sendCommand.call(client, args)
    },
  })
  return { client: client as unknown as RedisClient, take: () => sent.splice(0).join(' ') }
}

test('a call costs exactly the commands that the page tells', async () => {
  const [one, two] = [await listingClient(), await listingClient()]
  const n1 = await startNode({ url: '', client: one.client }, 'n1', options)
  const n2 = await startNode({ url: '', client: two.client }, 'n2', options)
  const both = () => [one.take(), two.take()]
  both()

  const session = await initialize(n1.url)
  assert.deepEqual(both(), ['COUNT WRITE', ''], 'initialize')
  await call(n1.url, session, 'ping')
  assert.deepEqual(both(), ['COUNT WRITE', ''], 'the second use, after which the record lives longer')
  for (let n = 0; n < 10; n++) await call(n1.url, session, 'tools/call', echoes)
  await tell(n1.url, session, { method: 'notifications/initialized' })
  assert.deepEqual(both(), ['', ''], 'JSON, where the session is known')

  await call(n2.url, session, 'tools/call', echoes)
  assert.deepEqual(both(), ['', 'FIND COUNT WRITE'], 'the first request at another node')
  await call(n2.url, session, 'tools/call', echoes)
  assert.deepEqual(both(), ['', ''], 'the second')

  const stream = { accept: 'text/event-stream' }
  await call(n1.url, session, 'tools/call', echoes, 1, stream)
  assert.deepEqual(both(), ['APPEND', ''], 'an answer by SSE')
  await call(n1.url, session, 'tools/call', { name: 'counts', _meta: { progressToken: 1 } })
  assert.deepEqual(both(), ['APPEND APPEND', ''], 'three events in one turn, and the answer after them')
  await call(n1.url, session, 'logging/setLevel', { level: 'error' })
  assert.deepEqual(both(), ['WRITE PUBLISH', ''], 'a change of the session')
  await call(n1.url, session, 'logging/setLevel', { level: 'error' })
  assert.deepEqual(both(), ['', ''], 'none')

  assert.equal((await call(n1.url, `n1.${'x'.repeat(32)}`, 'ping')).status, 404)
  assert.deepEqual(both(), ['', ''], 'an id that none of us gave out')

  const limits = { maxRequestsPerMinute: 600 }
  const three = await listingClient()
  const n3 = await startNode({ url: '', client: three.client }, 'n3', { ...options, limits })
  await call(n3.url, session, 'tools/call', echoes)
  three.take()
  for (let n = 0; n < 19; n++) await call(n3.url, session, 'tools/call', echoes)
  assert.equal(three.take(), 'DRAW DRAW', 'where the rate is limited, one after each sixtieth of the limit')

  const client = await connectHttpSse(n1.url)
  const { pathname, search } = new URL(client.endpoint)
  assert.deepEqual(both(), ['COUNT WRITE', ''], 'GET /sse')
  for (const cost of ['FIND SEND', 'SEND']) {
    const next = client.message()
    await post(n2.url + pathname + search, { jsonrpc: '2.0', id: 1, method: 'ping' })
    await next
    assert.deepEqual(both(), ['XDEL', cost], 'HTTP+SSE, posted to another node')
  }
  client.destroy()
})

test(`every key expires: of ${ABANDONED} sessions that were left, nothing remains`, async () => {
  const limits = { handshakeIdleMs: 300, sessionIdleMs: 600 }
  const n1 = await startNode(redis, 'n1', { ...options, limits }, { prefix: 'left' })
  const n2 = await startNode(redis, 'n2', { ...options, limits }, { prefix: 'left' })
  for (let n = 0; n < ABANDONED; n += 10)
    await Promise.all(
      Array.from({ length: 10 }, async (_, at) => {
        const session = await initialize(n1.url)
        if (at % 2 === 0) await call(n2.url, session, 'tools/call', echoes, 1, { accept: 'text/event-stream' })
        else if (at % 3 === 0) (await connectHttpSse(n2.url)).destroy()
      }),
    )
  for (const key of await keys('*left*')) assert.notEqual(Number(await redis.command('PTTL', key)), -1, key)
  // What is kept for replay lives for five minutes after the last event.
  const withoutLogs = async () => (await keys('left:*')).filter((key) => key.endsWith('}'))
  await until(async () => (await withoutLogs()).length === 0)
  for (const key of await keys('left:*')) assert.ok(Number(await redis.command('PTTL', key)) <= 5 * 60_000, key)
  // None counts any more. What was counted longest, a session of HTTP+SSE, decides how long the key may be there.
  await until(async () => {
    const [seconds] = (await redis.command('TIME')) as [string]
    return Number(await redis.command('ZCOUNT', '{left}:sessions', String(Number(seconds) * 1_000), '+inf')) === 0
  })
  assert.ok(Number(await redis.command('PTTL', '{left}:sessions')) <= 60_000)
  await Promise.all([n1.close(), n2.close()])
  assert.deepEqual(
    (await keys('{left}:*')).filter((key) => key.includes(':to:')),
    [],
  )
})

test('a record has no secret, and no more of a client than is used', async () => {
  const n1 = await startNode(redis, 'n1', options)
  const session = await initialize(n1.url, { capabilities: { elicitation: {}, experimental: { secret: 'x' } } })
  await call(n1.url, session, 'resources/subscribe', { uri: 'test://weather' })
  const flat = (await redis.command('HGETALL', keyOf(session))) as Record<string, string>
  assert.deepEqual(
    { ...flat },
    {
      v: '1',
      kind: 'streamable',
      revision: '2025-11-25',
      info: '{"name":"test","version":"1"}',
      capabilities: '{"elicitation":{"form":{}}}',
      level: 'info',
      'sub:test://weather': '1',
    },
  )
})

test('what is no record makes a session unknown, whatever it is, and the node lives', async () => {
  const n1 = await startNode(redis, 'n1', options)
  const n2 = await startNode(redis, 'n2', options)
  const poison: string[][] = [
    ['v', '2'], // of a newer version
    ['v', ''],
    ['kind', 'other'],
    ['kind', 'sse'],
    ['revision', '2026-07-28'],
    ['revision', '__proto__'],
    ['principal', '{"issuer":1,"subject":"x"}'],
    ['principal', '{"issuer":"i","subject":"somebody"}'],
    ['principal', '['],
    ['level', 'loud'],
    ['sub:x', 'y'.repeat(200_000)],
    Array.from({ length: 2_200 }, (_, at) => (at % 2 === 0 ? `sub:${at}` : '1')),
  ]
  for (const fields of poison) {
    const session = await initialize(n1.url)
    await redis.command('HSET', keyOf(session), ...fields)
    assert.equal((await call(n2.url, session, 'ping')).status, 404, fields.slice(0, 2).join())
  }
  const odd = await initialize(n1.url)
  await redis.command('DEL', keyOf(odd))
  await redis.command('SET', keyOf(odd), 'no hash')
  assert.ok([404, 503].includes((await call(n2.url, odd, 'ping')).status))
  // Odd, and of no harm.
  for (const fields of [
    ['info', '{{'],
    ['capabilities', 'null'],
    ['node', 'x'.repeat(9_999)],
    ['more', 'than we know'],
  ]) {
    const session = await initialize(n1.url)
    await redis.command('HSET', keyOf(session), ...fields)
    assert.equal((await call(n2.url, session, 'ping')).status, 200, fields.join())
  }
  assert.ok(n2.entries.some(({ reason }) => reason === 'foreign-record'))
})

test('what is no envelope, no change and no event is passed over, and what comes after it is not', async () => {
  const n1 = await startNode(redis, 'n1', options, { prefix: 'odd' })
  const n2 = await startNode(redis, 'n2', options, { prefix: 'odd' })
  const session = await initialize(n1.url)
  const stream = await openEvents(`${n1.url}/mcp`, inSession(session))
  await stream.event()
  const [to] = (await keys('{odd}:to:*')).concat('{odd}:to:nobody')
  const envelope = (more: object) => JSON.stringify({ kind: 'message', session, principal: '', from: 'x', ...more })
  for (const text of [
    '',
    '[',
    'null',
    '7',
    '{}',
    '{"is":1}',
    envelope({ kind: 'what' }),
    envelope({ message: 5 }),
    envelope({ principal: '[' }),
    envelope({ kind: 'changed', fields: 5 }),
    envelope({ kind: 'changed', fields: [1, { a: 1 }] }),
    envelope({ kind: 'changed', fields: ['level', 'loud'] }),
    envelope({ kind: 'changed', fields: ['level', ''] }),
    envelope({ kind: 'changed', fields: ['level', 'error', 'other', 'x', 'sub:test://weather', { toString: 1 }] }),
    envelope({ kind: 'changed', fields: Array.from({ length: 3_000 }, (_, at) => (at % 2 === 0 ? `sub:${at}` : '1')) }),
    envelope({ kind: 'changed', fields: ['sub:x', 'y'.repeat(200_000)] }),
    envelope({ kind: 'changed', from: { toString: 1 } }),
    envelope({ kind: 'carry', name: '../x' }),
    envelope({ kind: 'carry', name: { toString: 1 } }),
    envelope({ kind: 'more' }),
    envelope({ kind: 'post', session: 'x' }),
    envelope({ message: { jsonrpc: '2.0', id: 1, method: 'tools/call' } }),
  ]) {
    await redis.command('XADD', '{odd}:all', '*', 'd', text)
    await redis.command('XADD', to!, '*', 'd', text)
  }
  await redis.command('XADD', '{odd}:all', '*', 'other', 'field')
  for (const text of [
    '',
    'null',
    '{}',
    '{"kind":""}',
    '{"kind":"x"}',
    '{"kind":"__proto__"}',
    '{"kind":"resourceUpdated"}',
  ])
    await redis.command('XADD', '{odd}:changes', '*', 'd', text)
  await redis.command('XADD', '{odd}:changes', '*', 'x', 'y')
  n2.changes.publish({ kind: 'toolsListChanged' })
  assert.equal((await stream.message()).method, 'notifications/tools/list_changed')
  assert.equal((await call(n1.url, session, 'ping')).status, 200)
  stream.destroy()
  for (const id of [
    'get.x',
    'get.1-1-1',
    'get.',
    'get.9999999999999-0',
    `${'x'.repeat(99)}.1`,
    'n1-0-1.99',
    '../x.1',
    '.1',
    'n1.n1',
  ])
    assert.ok(
      [200, 400].includes((await request('HEAD', `${n2.url}/mcp`, inSession(session, { 'last-event-id': id }))).status),
      id,
    )
  assert.deepEqual(
    n1.entries.filter(({ level }) => level === 'error'),
    [],
  )
})

test('there are no more sessions than may be, of all nodes together', async () => {
  const few = { prefix: 'few', maxSessions: 3 }
  const [n1, n2] = await Promise.all(['n1', 'n2'].map((id) => startNode(redis, id, options, few)))
  const sessions = [await initialize(n1!.url), await initialize(n2!.url), await initialize(n1!.url)]
  await assert.rejects(initialize(n2!.url), /503.*Too many sessions/)
  await assert.rejects(connectHttpSse(n1!.url), /503/)
  await request('DELETE', `${n2!.url}/mcp`, inSession(sessions[0]!))
  const client = await connectHttpSse(n1!.url)
  await assert.rejects(initialize(n2!.url), /503/)
  client.destroy()
  await until(() => initialize(n2!.url).catch(() => false))
})

test('a session that was refused stays refused: no beat writes it back', async () => {
  const one = { prefix: 'one', maxSessions: 1 }
  const n1 = await startNode(redis, 'n1', options, one)
  const client = await connectHttpSse(n1.url)
  const id = new URL(client.endpoint).searchParams.get('sessionId')!
  const refusedAll = () => Promise.all(Array.from({ length: 20 }, () => assert.rejects(connectHttpSse(n1.url), /503/)))
  await refusedAll()
  await assert.rejects(initialize(n1.url), /503/)
  // After a reconnect a node writes again what it has.
  await redis.command('DEL', `one:{${id}}`)
  await redis.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await until(async () => Number(await redis.command('EXISTS', `one:{${id}}`)) === 1)
  await refusedAll() // these come after it, on the same connection
  assert.deepEqual(await keys('one:*'), [`one:{${id}}`])
  assert.equal(Number(await redis.command('ZCARD', '{one}:sessions')), 1)
  client.destroy()
})
