// The rate limit of all nodes together.
// Needs: redis-server
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServeOptions } from '../../src/index.ts'
import { post } from '../support/wire.ts'
import { startNode, startRedis, until, type Node, type Redis } from './support.ts'

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }

/** Three nodes with a limit, each behind a proxy that tells the address of its client. */
async function startNodes(redis: Redis, maxRequestsPerMinute: number, prefix: string): Promise<Node[]> {
  const options: Partial<ServeOptions> = { trustProxy: ['loopback'], limits: { maxRequestsPerMinute } }
  return Promise.all(['n1', 'n2', 'n3'].map((id) => startNode(redis, id, options, { prefix })))
}

/** Posts from an address. True: it was let in, and refused for want of a session. */
async function isAdmitted(node: Node, address: string): Promise<boolean> {
  const { status } = await post(`${node.url}/mcp`, ping, { 'x-forwarded-for': address })
  assert.ok(status === 400 || status === 429, String(status))
  return status === 400
}

for (const [limit, portion] of [
  [20, 1],
  [120, 2],
] as const)
  test(`of ${limit} a minute, three nodes in turn let no more through than ${limit}, ${portion} each, and what has come back`, async () => {
    const nodes = await startNodes(await startRedis(), limit, `of-${limit}`)
    const begun = performance.now()
    let admitted = 0
    for (let n = 0; n < 2 * limit; n++) if (await isAdmitted(nodes[n % 3]!, '203.0.113.1')) admitted++
    const cameBack = ((performance.now() - begun) * limit) / 60_000
    assert.ok(admitted >= limit && admitted <= limit + 3 * portion + cameBack, `${admitted}, ${cameBack} came back`)
    for (const node of nodes) assert.equal(await isAdmitted(node, '203.0.113.2'), true, 'another address')
  })

test('without the engine each node keeps the limit by itself, and when it is back, all together again', async () => {
  const redis = await startRedis()
  const nodes = await startNodes(redis, 20, 'away')
  await redis.signal('SIGKILL')
  for (const node of nodes) {
    for (let n = 0; n < 20; n++) assert.equal(await isAdmitted(node, '203.0.113.1'), true)
    await until(async () => !(await isAdmitted(node, '203.0.113.1')))
  }
  await redis.start()
  const [first, second] = nodes as [Node, Node]
  let address = 2
  // One address after another, until what was taken at one node is missed at the other: then both are connected.
  await until(async () => {
    const name = `203.0.113.${++address}`
    for (let n = 0; n < 20; n++) await isAdmitted(first, name)
    await isAdmitted(second, name) // its own bucket is full, and hears
    return !(await isAdmitted(second, name))
  })
})

test('a bucket tells nobody’s address and expires; one that is none leaves the limit of each node', async () => {
  const redis = await startRedis()
  const [n1, n2] = (await startNodes(redis, 20, 'odd')) as [Node, Node]
  await isAdmitted(n1, '203.0.113.7')
  let key = ''
  await until(async () => ([key = ''] = (await redis.command('KEYS', 'odd:rate:*')) as string[])[0])
  assert.match(key, /^odd:rate:[\w-]{43}$/)
  const left = Number(await redis.command('PTTL', key))
  assert.ok(left > 0 && left <= 3_000, `${left}: until the bucket is full`)
  const [seconds] = (await redis.command('TIME')) as [string]
  for (const poison of [
    ['SET', key, 'x'],
    ['SET', key, 'nan'],
    ['SET', key, '1e300'],
    ['HSET', key, 'a', 'b'],
    ['SET', key, String((Number(seconds) + 3_600) * 1_000)],
  ]) {
    await redis.command('DEL', key)
    await redis.command(...poison)
    assert.equal(await isAdmitted(n2, '203.0.113.7'), true, poison.join(' '))
  }
  // The last was a bucket that is full in an hour. Nobody waits for longer than a minute, and a request more.
  await until(async () => {
    const answer = await post(`${n2.url}/mcp`, ping, { 'x-forwarded-for': '203.0.113.7' })
    assert.ok(answer.status === 400 || Number(answer.headers['retry-after']) <= 63, answer.text)
    return answer.status === 429 && Number(answer.headers['retry-after']) > 50
  })
})
