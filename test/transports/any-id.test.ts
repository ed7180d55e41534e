// Any id that is one comes back as it was, over every transport; what is none is refused.
// A failure prints the seed and the path that bring it back: put them into the second argument of fc.assert.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { post } from '../support/wire.ts'
import {
  initialize,
  mcp,
  messagesOf,
  modern,
  modernHeaders,
  openHttpSse,
  openSession,
  request,
  WITH_SESSION,
} from '../support/property-server.ts'

const unit = fc.oneof(
  fc.nat(0xffff).map((code) => String.fromCharCode(code)),
  fc.string({ unit: 'binary', maxLength: 1 }),
)
const id = fc.oneof(
  fc.string({ unit, maxLength: 1024, size: 'max' }).map((text) => text.slice(0, 1024)),
  fc.string({ unit, maxLength: 20 }),
  fc.maxSafeInteger().map((number) => number + 0), // JSON has no -0 that comes back
  fc.constantFrom(
    '',
    '1',
    1,
    '\0',
    '\r\n\n',
    '\u2028',
    '\ud800',
    '"',
    '__proto__',
    'x'.repeat(1024),
    Number.MIN_SAFE_INTEGER,
  ),
)
const methodOf = fc.constantFrom('tools/call', 'ping', 'no/such')
const tells = { name: 'tells', arguments: {}, _meta: { progressToken: 1 } }

for (const version of WITH_SESSION)
  test(`7. any accepted id comes back identical (${version}), in JSON, on a stream and in a refusal`, async () => {
    const session = await openSession(version)
    await fc.assert(
      fc.asyncProperty(id, methodOf, fc.boolean(), async (given, method, refused) => {
        const answer = await post(mcp, request(given, method, tells), refused ? { 'mcp-session-id': 'x' } : session)
        assert.equal(answer.status, refused ? 404 : 200)
        assert.equal(messagesOf(answer).at(-1).id, given)
      }),
      { numRuns: 60 },
    )
  })

test('7. any accepted id comes back identical (HTTP+SSE), and as the id of initialize in every revision', async () => {
  const client = await openHttpSse()
  await fc.assert(
    fc.asyncProperty(id, fc.constantFrom('2024-11-05', ...WITH_SESSION), async (given, version) => {
      assert.equal((await client.call('ping', undefined, given)).id, given)
      assert.equal(messagesOf(await post(mcp, initialize(given, version)))[0].id, given)
    }),
    { numRuns: 60 },
  )
  client.destroy()
})

test('7. any accepted id comes back identical (stateless), in JSON, on a stream and in a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(id, fc.constantFrom('ok', 'unknown method', 'wrong header'), async (given, kind) => {
      const method = kind === 'unknown method' ? 'no/such' : 'tools/call'
      const headers = modernHeaders(kind === 'wrong header' ? 'x' : method, 'tells')
      const answer = await post(mcp, modern(given, method, tells), headers)
      assert.equal(answer.status, { ok: 200, 'unknown method': 404, 'wrong header': 400 }[kind])
      assert.equal(messagesOf(answer).at(-1).id, given)
    }),
    { numRuns: 90 },
  )
})

test('7. what is no id is refused on every door, and none is made up for it', async () => {
  const client = await openHttpSse()
  const session = await openSession('2025-11-25')
  const bad = fc.oneof(
    fc.string({ unit, minLength: 1025, maxLength: 1100, size: 'max' }).filter(({ length }) => length > 1024),
    fc.constantFrom(null, 0.5, 2 ** 53, 1e300, true, [], {}, [1]),
  )
  await fc.assert(
    fc.asyncProperty(bad, async (given) => {
      for (const answer of [
        await client.post(request(given, 'ping')),
        await post(mcp, request(given, 'ping'), session),
        await post(mcp, modern(given, 'server/discover'), modernHeaders('server/discover')),
      ]) {
        assert.equal(answer.status, 400)
        assert.deepEqual(Object.keys(JSON.parse(answer.text)), ['jsonrpc', 'error'])
      }
    }),
    { numRuns: 30 },
  )
  client.destroy()
})
