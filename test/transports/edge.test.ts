// What stands before the handler where strangers call: whose request it is, and how many one may send.
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { after, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createClientAddress } from '../../src/serve/client-address.ts'
import { createRateLimit } from '../../src/serve/rate-limit.ts'
import { serve, type ServeOptions } from '../../src/index.ts'
import { connectHttpSse, post, request } from '../support/wire.ts'

const from = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage

const running = async (options: Partial<ServeOptions>) => {
  const server = await serve({ name: 't', version: '1', port: 0, log: () => {}, ...options })
  after(() => server.close())
  return server
}

test('T-24: X-Forwarded-For counts from trusted proxies alone, and what a stranger put before it does not', () => {
  const untrusting = createClientAddress()
  const trusting = createClientAddress(['loopback', '10.0.0.0/8', '2001:db8::1'])
  const cases: [remote: string, forwarded: string | undefined, expected: string][] = [
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['::1', '::ffff:203.0.113.9', '203.0.113.9'],
    ['127.0.0.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    ['127.0.0.1', '198.51.100.1, 203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['2001:db8::1', '2001:db8::2', '2001:db8::2'],
    ['203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['127.0.0.1', 'unknown', '127.0.0.1'],
    ['127.0.0.1', '198.51.100.1, <script>', '127.0.0.1'],
    ['127.0.0.1', '', '127.0.0.1'],
    ['127.0.0.1', '10.0.0.1', '10.0.0.1'],
  ]
  for (const [remote, forwarded, expected] of cases) {
    assert.equal(trusting(from(remote, forwarded)), expected, `${remote} ${forwarded}`)
    assert.equal(untrusting(from(remote, forwarded)), remote.replace('::ffff:', ''))
  }
  for (const bad of ['proxy', '10.0.0.0/33', '10.0.0.0/x', '2001:db8::/129', ''])
    assert.throws(() => createClientAddress([bad]), { name: 'TypeError', message: /trustProxy: "/ })
})

test('an address in X-Forwarded-For counts however it is written, and as the same one', () => {
  const trusting = createClientAddress(['127.0.0.1'])
  const forms: Record<string, string[]> = {
    '203.0.113.9': [
      '203.0.113.9:5678',
      '"203.0.113.9:5678"',
      '::ffff:203.0.113.9',
      '::FFFF:cb00:7109',
      '0:0:0:0:0:ffff:203.0.113.9',
      '[::ffff:203.0.113.9]:443',
      '203.0.113.9,',
      '203.0.113.9 , ,',
      '\t203.0.113.9 ',
    ],
    '2001:db8::1': [
      '2001:db8::1',
      '2001:DB8::1',
      '2001:0db8:0:0:0:0:0:1',
      '2001:db8:0:0:0:0:0:1:443',
      '[2001:db8::1]',
      '[2001:db8::1]:443',
      '"[2001:db8::1]"',
      '"[2001:db8::1]:443"',
      '[2001:db8::1%eth0]:443',
      '2001:db8::1%25eth0',
    ],
    'fe80::1': ['fe80::1%eth0', '[fe80::1%2]', 'fe80::1%eth0:443'],
    '127.0.0.1': [
      'unknown',
      '_hidden',
      '"_hidden:1"',
      '203.0.113.9, unknown',
      '203.0.113.9, _x',
      '[203.0.113.9',
      ',',
      '%',
    ],
  }
  for (const [address, fields] of Object.entries(forms))
    for (const field of fields) assert.equal(trusting(from('127.0.0.1', field)), address, field)
  assert.equal(createClientAddress()(from('fe80::1%eth0')), 'fe80::1')
  for (const bad of ['10.0.0.0/8/9', '[::1]', '127.0.0.1:80'])
    assert.throws(() => createClientAddress([bad]), { name: 'TypeError', message: /trustProxy: "/ })
})

test('a field that names no address, however long, leaves the address of the proxy', () => {
  const trusting = createClientAddress(['127.0.0.1'])
  for (const piece of [':1', '[', '"', '%', ',', '1.', ' '])
    assert.equal(trusting(from('127.0.0.1', `203.0.113.9,${piece.repeat(8_000)}x`)), '127.0.0.1')
})

test('a minute’s requests may come at once; then one comes back every so often', () => {
  let now = 0
  const admit = createRateLimit(60, createClientAddress(), { now: () => now })
  const call = () => admit(from('203.0.113.1'))
  for (let n = 0; n < 60; n++) call()
  assert.throws(call, {
    status: 429,
    headers: { 'Retry-After': '1' },
    message: 'More than 60 requests a minute. Wait 1 s.',
  })
  admit(from('203.0.113.2')) // another one is not concerned
  now = 999
  assert.throws(call, { status: 429 })
  now = 1000
  call()
  assert.throws(call, { status: 429 })
  now = 10 ** 9
  for (let n = 0; n < 60; n++) call()
  assert.throws(call, { status: 429 })
})

test('durations are those of the monotonic clock: nobody waits longer because the clock on the wall was set back', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 10 ** 9 })
  let passed = 0
  t.mock.method(performance, 'now', () => passed)
  const admit = createRateLimit(60, createClientAddress())
  const call = () => admit(from('203.0.113.1'))
  for (let n = 0; n < 60; n++) call()
  t.mock.timers.setTime(0)
  assert.throws(call, { headers: { 'Retry-After': '1' } })
  passed = 1000
  call()
})

test('nodes that share buckets let through what one would, a sixtieth each more at most, however the requests are spread', async () => {
  let now = 0
  let fullAt = 0 // of the one bucket that there is
  const shared = {
    draw(_key: string, ms: number) {
      fullAt = Math.max(fullAt, now) + ms
      return Promise.resolve(fullAt - now)
    },
  }
  const isLetIn = (admit: ReturnType<typeof createRateLimit>) => {
    try {
      admit(from('203.0.113.1'))
      return true
    } catch {
      return false
    }
  }
  for (const choose of [(n: number) => n % 5, (n: number) => Math.floor(n / 80) % 5, (n: number) => (n * n) % 5]) {
    now += 10 ** 9
    const nodes = Array.from({ length: 5 }, () =>
      createRateLimit(600, createClientAddress(), { shared, now: () => now }),
    )
    const begun = now
    let admitted = 0
    for (let n = 0; n < 12_000; n++, now += 50) {
      if (isLetIn(nodes[choose(n)]!)) admitted++
      await Promise.resolve() // the shared bucket has answered
      const most = 600 + (now - begun) / 100 + 5 * 10
      assert.ok(admitted <= most, `${admitted} of ${most}`)
    }
    assert.ok(admitted >= 6_600 - 5 * 10, `${admitted} in ten minutes`)
  }
})

test('shared buckets that say nothing leave a node its own', async () => {
  const shared = { draw: () => Promise.resolve(undefined) }
  const admit = createRateLimit(60, createClientAddress(), { shared, now: () => 0 })
  for (let n = 0; n < 60; n++) admit(from('203.0.113.1'))
  await Promise.resolve()
  assert.throws(() => admit(from('203.0.113.1')), { status: 429 })
})

test('shared buckets that fail, at once or later, leave a node its own, and their failure is nobody’s crash', async () => {
  /** An engine of one's own: `draw` is a method that needs its `this`. */
  class Failing {
    draws = 0
    draw(): Promise<never> {
      if (++this.draws % 2) throw new Error('at once')
      return Promise.reject(new Error('later'))
    }
  }
  const shared = new Failing()
  const admit = createRateLimit(60, createClientAddress(), { shared, now: () => 0 })
  for (let n = 0; n < 60; n++) admit(from('203.0.113.1'))
  await setImmediate() // a rejection that nobody hears would fail this test
  assert.equal(shared.draws, 60)
  assert.throws(() => admit(from('203.0.113.1')), { status: 429 })
})

test('all addresses of one IPv6 network count as one; principals are counted by themselves, wherever they are', () => {
  const admit = createRateLimit(1, createClientAddress(), { now: () => 0 })
  admit(from('2001:db8:1:2::1'))
  assert.throws(() => admit(from('2001:db8:1:2:ffff::7')), { status: 429 })
  admit(from('2001:db8:1:3::1'))
  admit(from('2001:db8::1'))
  assert.throws(() => admit(from('2001:db8:0:0:9::')), { status: 429 })
  const [one, other] = ['one', 'other'].map((subject) => ({ issuer: 'i', subject }))
  admit(from('203.0.113.1'), one)
  assert.throws(() => admit(from('203.0.113.2'), one), { status: 429 })
  admit(from('203.0.113.2'), other)
})

test('however many addresses there are, no more than 10,000 are remembered', () => {
  const admit = createRateLimit(1, createClientAddress(), { now: () => 0 })
  admit(from('203.0.113.1'))
  for (let n = 0; n < 9_999; n++) admit(from(`10.0.${n >> 8}.${n & 255}`))
  assert.throws(() => admit(from('203.0.113.1')), { status: 429 }) // and now it is the newest
  for (let n = 0; n < 10_000; n++) admit(from(`10.1.${n >> 8}.${n & 255}`))
  admit(from('203.0.113.1'))
})

test('beyond the rate the answer is 429 with Retry-After and a JSON-RPC error; on loopback nobody counts, unless told to', async () => {
  const limited = await running({ limits: { maxRequestsPerMinute: 3 } })
  const free = await running({})
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
  for (let n = 0; n < 3; n++) assert.equal((await post(`${limited.url}/mcp`, ping)).status, 400)
  const refused = await post(`${limited.url}/mcp`, ping)
  assert.equal(refused.status, 429)
  assert.equal(refused.headers['retry-after'], '20')
  assert.deepEqual(JSON.parse(refused.text).error.data, { reason: 'rate' })
  for (let n = 0; n < 700; n++) assert.equal((await post(`${free.url}/mcp`, ping)).status, 400)
})

test('behind a prefix, the endpoint event names the path from outside; the prefix may be there or be taken off', async () => {
  const { url } = await running({ publicUrl: 'https://example.org/hn/' })
  const client = await connectHttpSse(url)
  assert.match(client.endpoint, /^http:\/\/[^/]+\/hn\/messages\?sessionId=/)
  assert.equal((await client.call('ping')).id, 1)
  const stripped = await post(client.endpoint.replace('/hn', ''), { jsonrpc: '2.0', id: 2, method: 'ping' })
  assert.equal(stripped.status, 202)
  assert.equal((await client.message()).id, 2)
  assert.equal((await request('GET', `${url}/hnx/mcp`)).status, 404)
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {} },
  }
  for (const path of ['/mcp', '/hn/mcp']) assert.equal((await post(url + path, initialize)).status, 200)
  client.destroy()
})
