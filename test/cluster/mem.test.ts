import { test } from 'node:test'
import { startRedis, startNode, initialize, call } from './support.ts'
import { echo } from '../support/tools.ts'
test('mem', async () => {
  const redis = await startRedis()
  const limits = { maxSessions: 100_000 }
  const n = await startNode(redis, 'n1', { tools: [echo], limits: limits as never })
  const used = async () => Number(/used_memory:(\d+)/.exec(String(await redis.command('INFO', 'memory')))![1])
  await initialize(n.url)
  const a = await used()
  const ids: string[] = []
  for (let i = 0; i < 2000; i += 20) ids.push(...await Promise.all(Array.from({ length: 20 }, () => initialize(n.url))))
  const b = await used()
  console.log('per session', (b - a) / 2000)
  for (let i = 0; i < 2000; i++) await call(n.url, ids[i % 2000]!, 'tools/call', { name: 'echo', arguments: { text: 'x'.repeat(100) } }, 1, { accept: 'text/event-stream' })
  await new Promise((r) => setTimeout(r, 300))
  console.log('per kept answer of ~160 bytes', ((await used()) - b) / 2000)
  const t0 = performance.now()
  await n.close()
  console.log('close', performance.now() - t0)
})
