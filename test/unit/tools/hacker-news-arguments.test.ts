// The arguments of the Hacker News tool, checked by ajv and by a second check in plain words.
// A failure prints the seed and the path that bring it back: put them into the second argument of fc.assert.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { post } from '../../support/wire.ts'
import { anyJson, hackerNews, isRecord, key, mcp, modern, modernHeaders } from '../../support/property-server.ts'

const LISTS = ['topstories', 'newstories', 'beststories']

/** The tool's schema in plain words: what the tool gets, or undefined where it refuses. */
function second(args: unknown): object | undefined {
  if (!isRecord(args)) return undefined
  if (Object.keys(args).some((name) => name !== 'type' && name !== 'amount')) return undefined
  const { type, amount = 10 } = args
  if (typeof type !== 'string' || !LISTS.includes(type)) return undefined
  return typeof amount === 'number' && amount >= 1 && amount <= 500 ? { type, amount } : undefined
}

const type = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...LISTS, 'TopStories', '', 'topstories ') }, anyJson)
const amount = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 500, 501, 0.999, 500.5, 2.5, -1, '10', null, 1e300, [1]) },
  { weight: 2, arbitrary: fc.double({ min: -10, max: 600, noNaN: true }) },
  { weight: 1, arbitrary: anyJson },
)
const args = fc
  .oneof(
    { weight: 1, arbitrary: anyJson },
    { weight: 5, arbitrary: fc.record({ type, amount }, { requiredKeys: [] }) },
    {
      weight: 1,
      arbitrary: fc.tuple(key, anyJson, type).map(([name, value, list]) => ({ type: list, [name]: value })),
    },
    {
      weight: 1,
      arbitrary: anyJson.map((value) => JSON.parse(`{"type":"topstories","__proto__":${JSON.stringify(value)}}`)),
    },
  )
  .map((value) => JSON.stringify(value))

test('8. arguments are accepted by ajv exactly when a second check of the schema accepts them', async () => {
  const check = await hackerNews.check()
  fc.assert(
    fc.property(args, (text) => {
      const given: unknown = JSON.parse(text)
      const checked = check(given)
      assert.deepEqual('value' in checked ? checked.value : undefined, second(given))
      if ('problem' in checked) assert.match(checked.problem, /^arguments/)
      assert.deepEqual(given, JSON.parse(text), "what is checked is the caller's: it stays as it was")
    }),
    { numRuns: 3000 },
  )
})

test('8. the same over the wire: an accepted call has stories, a refused one says why', async () => {
  await fc.assert(
    fc.asyncProperty(args, async (text) => {
      const name = 'get-hackernews-top-stories'
      const given: unknown = JSON.parse(text)
      const call = modern(1, 'tools/call', { name, arguments: given })
      const { error, result } = JSON.parse((await post(mcp, call, modernHeaders('tools/call', name))).text)
      if (!isRecord(given)) return void assert.equal(error.code, -32602)
      assert.equal(result.isError === true, second(given) === undefined)
    }),
    { numRuns: 100 },
  )
})
