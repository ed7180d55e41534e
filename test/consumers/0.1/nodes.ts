// Several processes: engines, a change bus and a name for the node. Nothing of Redis is installed here.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMcpHandler, type Change, type ChangeBus, type Engine, type HttpOptions } from 'sse-mcp'
import { redisEngine, type RedisClient, type RedisEngineOptions } from 'sse-mcp/redis'

test('a change bus of one’s own, a node’s name and a shared secret', async () => {
  const listeners = new Set<(change: Change) => void>()
  const changes: ChangeBus = {
    publish: (change) => listeners.forEach((listener) => listener(change)),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const options: HttpOptions = {
    name: 'node',
    version: '1.0.0',
    listChanged: true,
    changes,
    nodeId: 'a1',
    serverSecret: new Uint8Array(32).fill(7),
    publicUrl: 'https://example.com/api',
    addressOf: ({ socket }) => socket.remoteAddress ?? '',
  }
  const handler = createMcpHandler(options)
  assert.equal(handler.changes, changes)
  await handler.close()
})

test('an engine on Redis is asked for by its options', async () => {
  const options: RedisEngineOptions = {
    serverSecret: 'x'.repeat(32),
    prefix: 'consumer',
    timeoutMs: 100,
    maxSessions: 10,
  }
  await assert.rejects(redisEngine(options), TypeError) // neither a URL nor a client
  const withClient = (client: RedisClient): Promise<Engine> => redisEngine({ ...options, client, nodeId: 'a1' })
  assert.equal(typeof withClient, 'function')
})
