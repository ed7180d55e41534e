// A client of a Redis Cluster, of one server that has all slots: keys that do not lie together are refused all the same.
// Needs: redis-server
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCluster } from '@redis/client'
import type { RedisClient } from '../../src/redis/index.ts'
import { echo } from '../support/tools.ts'
import { connectHttpSse, openEvents, post, request } from '../support/wire.ts'
import { call, freePort, initialize, inSession, startNode, startRedis, until } from './support.ts'

test('sessions, messages, changes and replay go through a Redis Cluster', async () => {
  const bus = String(await freePort())
  const redis = await startRedis(
    '--cluster-enabled',
    'yes',
    '--cluster-port',
    bus,
    '--cluster-announce-ip',
    '127.0.0.1',
  )
  await redis.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await until(async () => String(await redis.command('CLUSTER', 'INFO')).includes('cluster_state:ok'))
  const connect = async () => {
    const client = createCluster({ rootNodes: [{ url: redis.url }] }).on('error', () => {})
    await client.connect()
    return client as unknown as RedisClient
  }
  const start = async (nodeId: string) =>
    startNode({ url: '', client: await connect() }, nodeId, { tools: [echo] }, { timeoutMs: 1_000 })
  const [n1, n2] = [await start('n1'), await start('n2')]

  const session = await initialize(n1.url)
  const echoes = { name: 'echo', arguments: { text: 'x' } }
  const answer = await call(n2.url, session, 'tools/call', echoes, 1, { accept: 'text/event-stream' })
  const [, start1 = ''] = /^id: (.*)$/m.exec(answer.text) ?? []
  const replayed = await request('GET', `${n1.url}/mcp`, inSession(session, { 'last-event-id': start1 }))
  assert.match(replayed.text, /"text":"x"/)

  const stream = await openEvents(`${n1.url}/mcp`, inSession(session))
  await stream.event()
  n2.changes.publish({ kind: 'toolsListChanged' })
  assert.equal((await stream.message()).method, 'notifications/tools/list_changed')
  stream.destroy()

  const client = await connectHttpSse(n1.url)
  const { pathname, search } = new URL(client.endpoint)
  await post(n2.url + pathname + search, { jsonrpc: '2.0', id: 1, method: 'ping' })
  assert.equal((await client.message()).id, 1)
  client.destroy()
  assert.equal((await request('DELETE', `${n2.url}/mcp`, inSession(session))).status, 204)
  await until(async () => (await call(n1.url, session, 'ping')).status === 404)
})
