// The tool get-hackernews-top-stories as its callers see it: what it says of itself, takes and returns.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { serve } from '../../../src/index.ts'
import type { Tool } from '../../../src/mcp/index.ts'
import { createHackerNews } from '../../../src/tools/hacker-news.ts'
import {
  closeStandIns,
  newCall,
  quiet,
  startStandIn,
  storiesIn,
  story,
  textsOf,
} from '../../support/hacker-news-stand-in.ts'
import { connectHttpSse } from '../../support/wire.ts'
import { CAPTURED_TOOL } from '../../support/hacker-news-tool.mjs'

after(closeStandIns)
const snapshot = JSON.parse(readFileSync(new URL('../../../data/hackernews.json', import.meta.url), 'utf8'))

const INITIALIZE = {
  protocolVersion: '2024-11-05',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
}

async function servedWith(tool: Tool) {
  const running = await serve({ name: 'test', version: '1', tools: [tool], port: 0 })
  const client = await connectHttpSse(running.url)
  await client.call('initialize', INITIALIZE)
  await client.post({ jsonrpc: '2.0', method: 'notifications/initialized' })
  return {
    client,
    stop: async () => {
      client.destroy()
      await running.close()
    },
  }
}

test('tools/list says what the captured session of 2025-04-15 says, member for member', async () => {
  const { client, stop } = await servedWith(createHackerNews({ source: 'snapshot' }))
  const { result } = await client.call('tools/list')
  await stop()
  assert.deepEqual(result, { tools: [CAPTURED_TOOL] })
})

test('over the wire, five stories are five text blocks: the JSON of each as the API gave it, in its order', async () => {
  const standIn = await startStandIn({ items: snapshot.seed.items })
  const { client, stop } = await servedWith(createHackerNews({ baseUrl: standIn.url }))
  const { result } = await client.call('tools/call', {
    name: 'get-hackernews-top-stories',
    arguments: { type: 'topstories', amount: 5 },
  })
  await stop()
  await standIn.close()
  assert.deepEqual(result, {
    content: snapshot.seed.items.map((item: object) => ({ type: 'text', text: JSON.stringify(item) })),
  })
})

test('over the wire, progress comes while the stories arrive, and then the answer', async () => {
  const standIn = await startStandIn()
  const { client, stop } = await servedWith(createHackerNews({ baseUrl: standIn.url, requestsPerCall: 1 }))
  const said = [
    await client.call('tools/call', {
      name: 'get-hackernews-top-stories',
      arguments: { type: 'topstories', amount: 2 },
      _meta: { progressToken: 'p' },
    }),
    await client.message(),
    await client.message(),
  ]
  await stop()
  await standIn.close()
  assert.deepEqual(
    said.map(({ params, result }) => params ?? result.content.length),
    [{ progressToken: 'p', progress: 1, total: 2 }, { progressToken: 'p', progress: 2, total: 2 }, 2],
  )
})

test('over the wire, a wrong argument is a result that says so, and costs no request (T-34)', async () => {
  const standIn = await startStandIn()
  const { client, stop } = await servedWith(createHackerNews({ baseUrl: standIn.url }))
  for (const args of [{}, { type: 'show' }, { type: 'topstories', amount: 501 }, { type: 'topstories', x: 1 }]) {
    const { result } = await client.call('tools/call', {
      name: 'get-hackernews-top-stories',
      arguments: args,
    })
    assert.equal(result.isError, true, JSON.stringify(args))
  }
  await stop()
  await standIn.close()
  assert.deepEqual(standIn.requests, [])
})

test('T-71: when the client goes, what was under way for it upstream is closed', { timeout: 60_000 }, async () => {
  const standIn = await startStandIn({ fault: (path) => (path.startsWith('item') ? 'never' : undefined) })
  const { client, stop } = await servedWith(createHackerNews({ baseUrl: standIn.url, requestMs: 60_000 }))
  await client.post({
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name: 'get-hackernews-top-stories', arguments: { type: 'topstories' } },
  })
  await standIn.arrived(5)
  assert.equal(standIn.open.now, 4)
  client.destroy()
  await standIn.idle()
  await stop()
  await standIn.close()
})

test('T-72: when too much waits, the call is answered -32603 with the reason busy', async () => {
  const standIn = await startStandIn({ fault: () => 'never' })
  const tool = createHackerNews({ baseUrl: standIn.url, requests: 1, waiting: 0 })
  const { client, stop } = await servedWith(tool)
  const call = (type: string, id: number) =>
    client.post({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'get-hackernews-top-stories', arguments: { type } },
    })
  await call('topstories', 7)
  await standIn.arrived(1)
  await call('newstories', 8)
  const { id, error } = await client.message()
  await stop()
  await standIn.close()
  assert.equal(id, 8)
  assert.equal(error.code, -32603)
  assert.deepEqual(error.data, { reason: 'busy' })
  assert.match(error.message, /try again/)
})

test('the snapshot answers with its stories in their order, and says so in the last block and in _meta', async () => {
  const standIn = await startStandIn()
  const tool = createHackerNews({ source: 'snapshot', baseUrl: standIn.url })
  const byId = new Map(snapshot.items.map((item: { id: number }) => [item.id, item]))
  for (const [type, count] of [
    ['topstories', 500],
    ['newstories', 499],
    ['beststories', 200],
  ] as const) {
    const result = await tool.run({ type, amount: 500 }, newCall())
    const texts = textsOf(result)
    assert.deepEqual(
      texts.slice(0, -1),
      snapshot.lists[type].map((id: number) => JSON.stringify(byId.get(id))),
    )
    assert.equal(texts.length, count + 1)
    assert.equal(texts.at(-1), 'These stories are a snapshot of 2019-11-12: Hacker News was not asked.')
    assert.deepEqual((result as { _meta: object })._meta, {
      'sse-mcp/source': 'snapshot',
      'sse-mcp/date': '2019-11-12',
    })
  }
  await standIn.close()
  assert.deepEqual(standIn.requests, [])
})

test('2.5 stories are two', async () => {
  const tool = createHackerNews({ source: 'snapshot' })
  assert.equal(textsOf(await tool.run({ type: 'topstories', amount: 2.5 }, newCall())).length, 2 + 1)
})

test('without a network the first call is answered by the snapshot, the next without a try (refused)', async (t) => {
  const timeouts = t.mock.method(globalThis, 'setTimeout')
  const { url, entries, log } = { url: await refusedUrl(), ...quiet() }
  const tool = createHackerNews({ baseUrl: url, log })
  await answeredBySnapshot(tool)
  // T-71: a connection has 3 s to come about.
  assert.ok(timeouts.mock.calls.some(({ arguments: [, ms] }) => ms! > 2_500 && ms! <= 3_000))
  await answeredBySnapshot(tool)
  assert.deepEqual(
    entries.map(({ reason }) => reason),
    ['hacker-news-offline'],
  )
})

test('without a network the first call is answered by the snapshot, the next without a try (no answer to the connect)', async () => {
  // A TLS connection never comes about with a server that accepts and says nothing.
  const silent = createServer()
  const connections: unknown[] = []
  silent.on('connection', (socket) => connections.push(socket.on('error', () => {}).resume()))
  await once(silent.listen(0, '127.0.0.1').unref(), 'listening')
  const baseUrl = `https://127.0.0.1:${(silent.address() as AddressInfo).port}/v0`
  const tool = createHackerNews({ baseUrl, log: quiet().log, connectMs: 200 })
  await answeredBySnapshot(tool)
  await answeredBySnapshot(tool)
  silent.close()
  assert.equal(connections.length, 1, 'T-73: a connect that timed out is not tried again')
})

test('T-77: that there is no network is remembered for 60 s, then it is tried again', async () => {
  const { entries, log } = quiet()
  let time = 0
  const tool = createHackerNews({ baseUrl: await refusedUrl(), log, now: () => time, backoffMs: 1 })
  for (const [at, tried] of [
    [0, 1],
    [59_999, 1],
    [60_000, 2],
  ] as const) {
    time = at
    await answeredBySnapshot(tool)
    assert.equal(entries.length, tried, `after ${at} ms`)
  }
})

test('T-75: with HN_SOURCE=live no snapshot answers, and the text has nothing of the cause, which the log has', async () => {
  const { entries, log } = quiet()
  const tool = createHackerNews({ source: 'live', baseUrl: await refusedUrl(), log, backoffMs: 1 })
  await assert.rejects(async () => tool.run({ type: 'topstories', amount: 1 }, newCall()), {
    name: 'ToolError',
    message: 'Hacker News gave no usable answer. Please try again in a minute.',
  })
  assert.match(String(entries[0]!['cause']), /ECONNREFUSED/)
})

test('T-70: only auto, live and snapshot are sources', () => {
  for (const source of ['auto', 'live', 'snapshot']) assert.ok(createHackerNews({ source }))
  for (const source of ['', 'Auto', 'both', '__proto__'])
    assert.throws(() => createHackerNews({ source }), {
      name: 'TypeError',
      message: /^HN_SOURCE must be .+\.$/,
    })
})

test('T-70: the base URL is https, or http on this machine', () => {
  for (const baseUrl of [
    'https://hn.example/v0',
    'https://hn.example:8443/a/b/',
    'http://127.0.0.1:3001/v0',
    'http://127.8.8.8',
    'http://localhost:3001',
    'http://[::1]:3001/v0/',
  ])
    assert.ok(createHackerNews({ baseUrl }), baseUrl)
  for (const baseUrl of [
    '',
    'hn.example',
    'http://hn.example/v0',
    'http://127.0.0.1.hn.example',
    'http://localhost.hn.example',
    'http://127.0.0.1@hn.example',
    'http://169.254.169.254/',
    'http://0.0.0.0/',
    'http://[::ffff:10.0.0.1]/',
    'https://user:secret@hn.example/',
    'https://hn.example/?a=1',
    'https://hn.example/#a',
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
  ])
    assert.throws(
      () => createHackerNews({ baseUrl, source: 'snapshot' }),
      ({ name, message }) =>
        name === 'TypeError' && /^HN_BASE_URL must be .+\.$/.test(message) && !message.includes('secret'),
      baseUrl,
    )
})

test('T-70: a base URL with a path and a slash at its end leads to the same requests', async () => {
  const standIn = await startStandIn()
  const tool = createHackerNews({ baseUrl: `${standIn.url}//` })
  assert.deepEqual(storiesIn(await tool.run({ type: 'beststories', amount: 1 }, newCall())), [story(1)])
  await standIn.close()
  assert.deepEqual(standIn.requests, ['beststories', 'item/1'])
})

test('property 8: the check accepts arguments exactly when a check written by hand does', async () => {
  const check = await createHackerNews({ source: 'snapshot' }).check()
  const odd = fc.oneof(fc.jsonValue(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  const type = fc.oneof(fc.constantFrom('topstories', 'newstories', 'beststories', 'Topstories', ''), odd)
  const edges = [-1, -0, 0, 0.999_999, 1, 1.5, 10, 499.5, 500, 500.000_001, 501, '10', null]
  const amount = fc.oneof(fc.constantFrom<unknown>(...edges), fc.integer({ min: -5, max: 600 }), odd)
  const known = fc.record({ type, amount }, { requiredKeys: [] })
  const more = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'Type')), odd, {
    maxKeys: 1,
  })
  const given = fc.oneof(
    known,
    fc.tuple(known, more).map(([some, others]) => ({ ...others, ...some })),
  )
  let accepted = 0
  fc.assert(
    fc.property(given, (generated: Record<string, unknown>) => {
      const args = JSON.parse(JSON.stringify(generated)) as Record<string, unknown> // as it comes from the wire
      const expected = isFine(args)
      const before = structuredClone(args)
      const checked = check(args)
      if (expected) accepted++
      assert.equal('value' in checked, expected, JSON.stringify(args))
      assert.deepEqual(args, before)
      if ('value' in checked) assert.deepEqual(checked.value, { amount: 10, ...args })
    }),
    { numRuns: 2_000 },
  )
  assert.ok(accepted > 100 && accepted < 1_900, `${accepted} of 2,000 accepted: both sides were seen`)
})

function isFine(args: Record<string, unknown>): boolean {
  for (const key of Object.keys(args)) if (key !== 'type' && key !== 'amount') return false
  const { type, amount } = args
  if (type !== 'topstories' && type !== 'newstories' && type !== 'beststories') return false
  return !Object.hasOwn(args, 'amount') || (typeof amount === 'number' && amount >= 1 && amount <= 500)
}

async function answeredBySnapshot(tool: Tool): Promise<void> {
  const result = await tool.run({ type: 'topstories', amount: 3 }, newCall())
  const texts = textsOf(result)
  assert.equal(texts.length, 4)
  assert.equal(texts.at(-1), 'These stories are a snapshot of 2019-11-12: Hacker News cannot be reached.')
}

/** Where nobody listens. */
async function refusedUrl(): Promise<string> {
  const standIn = await startStandIn()
  await standIn.close()
  return standIn.url
}
