// A node is killed with calls under way.
// Needs: redis-server
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectHttpSse, openEvents, post } from '../support/wire.ts'
import { spawnNode, type SpawnedNode } from './spawned-node.ts'
import { call, initialize, inSession, startRedis, until } from './support.ts'

const redis = await startRedis()
const [n1, n2, n3] = (await Promise.all(['n1', 'n2', 'n3'].map((id) => spawnNode(redis.url, id)))) as [
  SpawnedNode,
  SpawnedNode,
  SpawnedNode,
]
const working = (id: unknown, ms: number) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'works', arguments: { ms, text: 'done' }, _meta: { progressToken: 1 } },
  })

test('its sessions go on elsewhere; a call under way ends in one error wherever its client comes to; HTTP+SSE gets 404', async () => {
  const session = await initialize(n1.url)
  const headers = { ...inSession(session), 'content-type': 'application/json' }
  const lost = await openEvents(`${n1.url}/mcp`, headers, working('lost', 60_000))
  const batch = await initialize(n1.url, { version: '2025-03-26' })
  const lostBatch = await openEvents(
    `${n1.url}/mcp`,
    { ...inSession(batch), 'content-type': 'application/json' },
    `[${working('slow', 60_000)},${working('quick', 0)}]`,
  )
  const { lastEventId } = await lost.event() // the priming event
  assert.equal((await lost.message()).params.progress, 1)
  const { lastEventId: batchId } = await lostBatch.event()
  const client = await connectHttpSse(n1.url)
  const { pathname, search } = new URL(client.endpoint)
  assert.equal((await post(n2.url + pathname + search, { jsonrpc: '2.0', id: 1, method: 'ping' })).status, 202)
  assert.equal((await client.message()).id, 1)
  // One that is resumed elsewhere before the kill hears of it there.
  const early = await initialize(n1.url)
  const first = await openEvents(
    `${n1.url}/mcp`,
    { ...inSession(early), 'content-type': 'application/json' },
    working('early', 60_000),
  )
  const { lastEventId: earlyId } = await first.event()
  first.destroy()
  const carried = await openEvents(`${n3.url}/mcp`, inSession(early, { 'last-event-id': earlyId }))
  assert.equal((await carried.message()).params.progress, 1)

  await n1.kill()
  await Promise.all([lost.ended, lostBatch.ended, client.ended])
  assert.equal((await call(n2.url, session, 'ping')).status, 200)
  // At two nodes at once: both tell the same, and the log has it once.
  const resumed = await Promise.all(
    [n2, n3].map(({ url }) => openEvents(`${url}/mcp`, inSession(session, { 'last-event-id': lastEventId }))),
  )
  for (const stream of resumed) {
    assert.equal((await stream.message()).params.progress, 1)
    const { id, error } = await stream.message()
    assert.deepEqual([id, error.data], ['lost', { reason: 'node lost' }])
    await stream.ended
  }
  assert.deepEqual((await carried.message()).error.data, { reason: 'node lost' })
  await carried.ended
  const rest = await openEvents(`${n3.url}/mcp`, inSession(batch, { 'last-event-id': batchId }))
  const ids: string[] = []
  await until(async () => {
    const message = await rest.message().catch(() => undefined)
    if (message?.id !== undefined) ids.push(message.error ? `${message.id}: lost` : message.id)
    return !message
  })
  assert.deepEqual(ids.toSorted(), ['quick: lost', 'slow: lost']) // a batch is answered as a whole
  await until(async () => {
    const answer = await post(n2.url + pathname + search, { jsonrpc: '2.0', id: 2, method: 'ping' })
    if (answer.status === 404) assert.match(answer.text, /Open GET \/sse again/)
    return answer.status === 404
  })
  assert.equal((await call(n3.url, session, 'tools/call', { name: 'works', arguments: { text: 'still' } })).status, 200)
})
