// What clients and nodes can make of the engine's memory, and of a node's while the engine is away.
// Needs: redis-server
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { test } from 'node:test'
import { defineResourceTemplate, defineTool } from '../../src/index.ts'
import { openEvents, post, request } from '../support/wire.ts'
import { call, initialize, inSession, startNode, startRedis, tell, until } from './support.ts'

const MIB = 2 ** 20
const steps = new EventEmitter()
const large = defineTool({
  name: 'large',
  inputSchema: { type: 'object' },
  run: () => 'x'.repeat(MIB),
})
/** Says one thing whenever it is told to, until it is told to end. */
const talks = defineTool({
  name: 'talks',
  inputSchema: { type: 'object' },
  async run(_args, { progress }) {
    for (let step = 1; ; step++) {
      progress(step)
      const [isLast] = await once(steps, 'talk')
      if (isLast) return 'said all'
    }
  },
})
const logs = defineTool({
  name: 'logs',
  inputSchema: { type: 'object' },
  run(_args, { log }) {
    log('debug', 'a detail')
    log('error', 'a failure')
    return 'logged'
  },
})
const anything = defineResourceTemplate({ uriTemplate: 'test://{name}', name: 'anything', read: () => 'sun' })
const options = { tools: [large, talks, logs], resourceTemplates: [anything] }
const redis = await startRedis()
const sizeOf = async (key: string) => Number(await redis.command('MEMORY', 'USAGE', key, 'SAMPLES', '0'))
const keys = async (pattern: string) => (await redis.command('KEYS', pattern)) as string[]

test('no inbox is written for a node that a client has made up', async () => {
  const n1 = await startNode(redis, 'n1', options, { prefix: 'made' })
  const session = await initialize(n1.url)
  for (let n = 0; n < 20; n++) {
    const result = { text: 'x'.repeat(10_000) }
    assert.equal((await tell(n1.url, session, { id: `ask-made-up-${n}-1`, result })).status, 202)
  }
  assert.deepEqual(await keys('{made}:to:*'), [])
})

test('what all nodes read has at most 16 MiB of what clients cause', async () => {
  const [n1, n2] = await Promise.all(['n1', 'n2'].map((id) => startNode(redis, id, options, { prefix: 'all' })))
  const session = await initialize(n1!.url, { version: '2025-03-26' })
  let most = 0
  for (let n = 0; n < 400; n++) {
    const method = n % 2 === 0 ? 'resources/subscribe' : 'resources/unsubscribe'
    const batch = Array.from({ length: 7 }, (_, id) => {
      return { jsonrpc: '2.0', id, method, params: { uri: `test://${n >> 1}-${id}-${'x'.repeat(8_000)}` } }
    })
    const answer = await post(`${n1!.url}/mcp`, batch, inSession(session))
    assert.doesNotMatch(answer.text, /error/)
    most = Math.max(most, await sizeOf('{all}:all'))
  }
  assert.ok(most > 15 * MIB && most <= 16 * MIB, `${most} bytes`)
  assert.ok((await sizeOf('{all}:all')) >= 7 * MIB, 'and no less than need be')
  assert.equal((await call(n2!.url, session, 'ping')).status, 200)
})

test('a node has 64 MiB of replay in the engine: beyond it the log that was silent for longest is forgotten', async () => {
  const [n1, n2] = await Promise.all(['n1', 'n2'].map((id) => startNode(redis, id, options, { prefix: 'logs' })))
  const session = await initialize(n1!.url)
  const params = { name: 'talks', arguments: {}, _meta: { progressToken: 1 } }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  const stream = await openEvents(`${n1!.url}/mcp`, { ...inSession(session), 'content-type': 'application/json' }, body)
  const { lastEventId: start } = await stream.event()
  await stream.message()
  const starts: string[] = []
  for (let n = 0; n < 80; n++) {
    const headers = { accept: 'text/event-stream' }
    const { text } = await call(n1!.url, session, 'tools/call', { name: 'large', arguments: {} }, 2, headers)
    starts.push(/^id: (.*)$/m.exec(text)![1]!)
    if (n % 20 === 0) {
      steps.emit('talk', false)
      await stream.message()
    }
  }
  const resume = (id: string) => request('GET', `${n2!.url}/mcp`, inSession(session, { 'last-event-id': id }))
  await until(async () => (await resume(starts.at(-1)!)).status === 200) // it is written without waiting
  const logs = (await keys('logs:{*}:*')).length
  assert.ok(logs > 55 && logs <= 65, `${logs} logs`)
  assert.equal((await resume(starts[0]!)).status, 400)
  steps.emit('talk', true)
  await stream.ended
  let text = ''
  await until(async () => /said all/.test(({ text } = await resume(start!)).text)) // what began first, and was written to again
  assert.equal(text.match(/notifications\/progress/g)!.length, 5)
})

test('while the engine is away 1 Mi characters of changes are kept for the others, the newest', async () => {
  const own = await startRedis()
  const [n1, n2] = await Promise.all(['n1', 'n2'].map((id) => startNode(own, id, options)))
  const heard: string[] = []
  n2!.changes.subscribe((change) => void heard.push(change.kind === 'resourceUpdated' ? change.uri : change.kind))
  await own.signal('SIGKILL')
  const uris = Array.from({ length: 300 }, (_, at) => `test://${at}/${'x'.repeat(10_000)}`)
  const told: unknown[] = []
  n1!.changes.subscribe((change) => void told.push(change))
  for (const uri of uris) n1!.changes.publish({ kind: 'resourceUpdated', uri })
  await until(() => told.length === uris.length) // here, all of them
  await own.start()
  await until(() => heard.includes(uris.at(-1)!))
  assert.deepEqual(heard, uris.slice(-heard.length))
  assert.ok(heard.length > 90 && heard.length < 105, `${heard.length} changes`)
  await until(() => n1!.entries.some(({ reason }) => reason === 'changes-lost'))
  const { count } = n1!.entries.find(({ reason }) => reason === 'changes-lost')!
  assert.equal(count, uris.length - heard.length)
})

test('what nodes tell of a session is bounded as what its client says, whoever wrote it into the engine', async () => {
  const n1 = await startNode(redis, 'n1', options, { prefix: 'told' })
  const session = await initialize(n1.url)
  const stream = await openEvents(`${n1.url}/mcp`, inSession(session))
  await stream.event()
  const tellAll = (fields: string[]) => {
    const envelope = { kind: 'changed', session, principal: '', from: 'x', fields }
    return redis.command('XADD', '{told}:all', '*', 'd', JSON.stringify(envelope))
  }
  const subscribe = (from: number) =>
    tellAll(Array.from({ length: 700 }, (_, at) => [`sub:test://${from + at}`, '1']).flat())
  await tellAll(['level', 'loud'])
  await subscribe(0)
  await subscribe(700)
  // Each is read before the changes that come after it.
  for (const at of [1_399, 1_000, 999]) n1.changes.publish({ kind: 'resourceUpdated', uri: `test://${at}` })
  assert.deepEqual((await stream.message()).params, { uri: 'test://999' })
  const { text } = await call(n1.url, session, 'tools/call', { name: 'logs', arguments: {} })
  assert.doesNotMatch(text, /a detail/)
  assert.match(text, /a failure/)
  stream.destroy()
})
