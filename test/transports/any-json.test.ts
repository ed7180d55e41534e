// Any JSON value, sent to every door: one outcome, and the next client is served.
// A failure prints the seed and the path that bring it back: put them into the second argument of fc.assert.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { post, type Answer, type Json } from '../support/wire.ts'
import {
  anyJson,
  initialize,
  isRecord,
  key,
  mcp,
  messagesOf,
  modern,
  modernHeaders,
  openHttpSse,
  openSession,
  request,
  unexpected,
  WITH_SESSION,
} from '../support/property-server.ts'

// What speaks on one connection is not made smaller after a failure: the connection has changed.
const ON_ONE_STREAM = { endOnFailure: true }

/** Real messages. subscriptions/listen is none of them: its answer comes with the end of the server. */
const REAL: object[] = [
  request(1, 'ping'),
  request('a', 'tools/list', {}),
  request(2, 'tools/call', { name: 'echo', arguments: { text: 'hi' }, _meta: { progressToken: 1 } }),
  request(3, 'tools/call', { name: 'get-hackernews-top-stories', arguments: { type: 'topstories', amount: 1 } }),
  request(4, 'tools/call', { name: 'tells', arguments: {}, _meta: { progressToken: 'p' } }),
  initialize(5, '2025-11-25'),
  request(6, 'logging/setLevel', { level: 'info' }),
  { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1, reason: 'x' } },
  { jsonrpc: '2.0', id: 7, result: {} },
  { jsonrpc: '2.0', id: 7, error: { code: -1, message: 'no' } },
  modern(8, 'server/discover'),
  modern(9, 'tools/call', { name: 'echo', arguments: { text: 'hi' } }),
]

/** Replaces, removes or adds something at any place of a value. */
function mutate(value: unknown, path: number[], name: string, by: unknown): unknown {
  if (typeof value !== 'object' || value === null || path.length === 0) return by
  const keys = Object.keys(value)
  const [first = 0, ...rest] = path
  if (Array.isArray(value)) return [...value, by]
  const entries = keys.map((each, i) =>
    i === first % (keys.length + 1)
      ? [each, mutate((value as Json)[each], rest, name, by)]
      : [each, (value as Json)[each]],
  )
  if (first % (keys.length + 1) === keys.length) entries.push([name, by])
  return Object.fromEntries(entries.filter(([, content]) => content !== undefined))
}

const mutated = fc
  .record({
    real: fc.constantFrom(...REAL),
    path: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }),
    name: key,
    by: fc.oneof({ weight: 3, arbitrary: anyJson }, { weight: 1, arbitrary: fc.constant(undefined) }),
  })
  .map(({ real, path, name, by }) => mutate(real, path, name, by))
const body = fc
  .oneof(
    { weight: 2, arbitrary: anyJson },
    { weight: 5, arbitrary: mutated },
    { weight: 1, arbitrary: fc.array(mutated) },
  )
  .map((value) => JSON.stringify(value) ?? 'null')

/** Section 4 and 5 of JSON-RPC and the limits of this server, once more and in plain words. */
const isId = (id: unknown) =>
  (typeof id === 'string' && id.length <= 1024) || (typeof id === 'number' && Number.isSafeInteger(id))
const isRequest = (one: unknown): boolean =>
  isRecord(one) &&
  one['jsonrpc'] === '2.0' &&
  typeof one['method'] === 'string' &&
  one['method'].length <= 256 &&
  isId(one['id']) &&
  (!('params' in one) || (typeof one['params'] === 'object' && one['params'] !== null))

/** One outcome of a POST: nothing, or an answer for every request, or a refusal that says why. */
function checkOutcome(sent: string, answer: Answer): void {
  assert.ok(answer.status < 500 || answer.status === 503, `${answer.status} ${answer.text}`)
  const answers = messagesOf(answer).filter((message) => !('method' in message))
  const asked = [JSON.parse(sent)].flat().filter(isRequest)
  if (answer.status === 202) assert.deepEqual([answer.text, asked], ['', []])
  else if (answer.status >= 400) assert.equal(answers.length, 1)
  else if (asked.length > 0)
    assert.ok(answers.length >= asked.length && answers.length <= [JSON.parse(sent)].flat().length)
  for (const message of answers) {
    assert.equal(message.jsonrpc, '2.0')
    assert.notEqual('result' in message, 'error' in message)
    assert.notEqual(message.error?.message, 'Internal error')
    if (isRequest(JSON.parse(sent))) assert.equal(message.id, JSON.parse(sent).id)
  }
}

async function checkService(): Promise<void> {
  assert.deepEqual(unexpected(), [])
  const { text } = await post(mcp, modern(1, 'tools/call', { name: 'echo', arguments: { text: 'still here' } }), {
    ...modernHeaders('tools/call', 'echo'),
  })
  assert.equal(JSON.parse(text).result.content[0].text, 'still here')
  const client = await openHttpSse()
  assert.deepEqual((await client.call('ping')).result, {})
  client.destroy()
}

const DOORS = new Map<string, () => Promise<Record<string, string>>>([
  ['without session', async () => ({})],
  ['stateless', async () => modernHeaders('tools/call', 'echo')],
  ...WITH_SESSION.map((version) => [`${version} session`, () => openSession(version)] as const),
])
for (const [door, open] of DOORS)
  test(`6. any JSON value has one outcome on POST /mcp (${door}), never 5xx, and the next client is served`, async () => {
    const headers = await open()
    await fc.assert(
      fc.asyncProperty(body, async (sent) => checkOutcome(sent, await post(mcp, sent, headers))),
      { numRuns: 200 },
    )
    await checkService()
  })

test('6. any JSON value has one outcome on POST /messages: refused, or taken and answered once on the stream', async () => {
  const client = await openHttpSse()
  let count = 0
  await fc.assert(
    fc.asyncProperty(body, async (sent) => {
      const { status, text } = await client.post(sent)
      const value = JSON.parse(sent)
      if (isRequest(value)) {
        assert.equal(status, 202)
        for (let message = await client.message(); ; message = await client.message()) {
          if ('method' in message) continue
          assert.equal(message.id, value.id)
          assert.notEqual('result' in message, 'error' in message)
          assert.notEqual(message.error?.message, 'Internal error')
          break
        }
      } else if (status !== 202) {
        assert.equal(status, 400)
        assert.equal(JSON.parse(text).error.code, -32600)
      }
      // Nothing else came: the next message is the answer to the next request.
      const mark = `mark ${count++}`
      await client.post(request(mark, 'ping'))
      let message = await client.message()
      while (message.method === 'notifications/progress') message = await client.message()
      assert.deepEqual(message, { jsonrpc: '2.0', id: mark, result: {} })
    }),
    { numRuns: 300, ...ON_ONE_STREAM },
  )
  client.destroy()
  await checkService()
})

test('6. a member that nobody knows changes nothing', async () => {
  const unknown = fc.dictionary(
    fc.string({ minLength: 1 }).map((name) => `x-${name}`),
    anyJson,
    { maxKeys: 3 },
  )
  const session = await openSession('2025-11-25')
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...REAL.slice(0, 5)), unknown, async (real, more) => {
      const [plain, decorated] = [await post(mcp, real, session), await post(mcp, { ...more, ...real }, session)]
      assert.deepEqual([decorated.status, messagesOf(decorated)], [plain.status, messagesOf(plain)])
    }),
    { numRuns: 60 },
  )
})
