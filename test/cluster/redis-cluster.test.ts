// A Redis Cluster of three servers. A session, its events and what nodes tell each other lie on different ones.
// Needs: redis-server
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCluster } from '@redis/client'
import type { RedisClient } from '../../src/redis/index.ts'
import { echo } from '../support/tools.ts'
import { connectHttpSse, openEvents, post, request } from '../support/wire.ts'
import { call, freePort, initialize, inSession, startNode, startRedis, until, type Redis } from './support.ts'

/** Three servers, each with a third of the 16,384 slots. */
async function startCluster(): Promise<Redis[]> {
  const buses = await Promise.all([1, 2, 3].map(freePort))
  const settings = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1']
  // Where every slot must be served before any is, a server waits five seconds after it has met the others.
  settings.push('--cluster-require-full-coverage', 'no')
  const servers = await Promise.all(buses.map((bus) => startRedis(...settings, '--cluster-port', String(bus))))
  const bounds = [0, 5_461, 10_923, 16_384]
  for (const [at, { command }] of servers.entries()) {
    await command('CLUSTER', 'ADDSLOTSRANGE', String(bounds[at]), String(bounds[at + 1]! - 1))
    await command('CLUSTER', 'SET-CONFIG-EPOCH', String(at + 1))
    for (const [other, { port }] of servers.slice(0, at).entries())
      await command('CLUSTER', 'MEET', '127.0.0.1', String(port), String(buses[other]))
  }
  for (const { command } of servers) {
    await until(async () => String(await command('CLUSTER', 'INFO')).includes('cluster_state:ok'))
    await until(async () => ((await command('CLUSTER', 'SLOTS')) as unknown[]).length === 3)
  }
  return servers
}

test('sessions, messages, changes and replay go through a Redis Cluster', async () => {
  const servers = await startCluster()
  const connect = async () => {
    const client = createCluster({ rootNodes: servers.map(({ url }) => ({ url })) }).on('error', () => {})
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
  // They did lie on different servers: of 30 records each has some.
  for (let n = 0; n < 30; n++) await initialize(n1.url)
  for (const server of servers) assert.ok(((await server.command('KEYS', 'sse-mcp:*')) as string[]).length > 0)
})
