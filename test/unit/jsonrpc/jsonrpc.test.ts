// JSON-RPC 2.0 Specification, section 7 "Examples", each as it stands there, and what section 4 to 6 say beside it.
// One deviation: where the specification writes `"id": null`, our answers leave the id out (R-JR-5).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  answerAll,
  clip,
  dispatch,
  encodeResponse,
  errorResponse,
  INVALID_PARAMS,
  isMessage,
  isResponse,
  parseJson,
  RpcError,
  type Handler,
} from '../../../src/jsonrpc/index.ts'

const heard: string[] = []
const unexpected: unknown[] = []
const methods = new Map<string, Handler<undefined>>([
  // by position (members 0 and 1) or by name
  ['subtract', (p) => box(Number(p['minuend'] ?? p['0']) - Number(p['subtrahend'] ?? p['1']))],
  ['sum', (p) => box(Object.values(p).reduce((total: number, n) => total + Number(n), 0))],
  ['get_data', () => ['hello', 5]],
  ['update', () => void heard.push('update')],
  ['notify_hello', () => void heard.push('notify_hello')],
  ['notify_sum', () => void heard.push('notify_sum')],
  [
    'refuse',
    () => {
      throw new RpcError(INVALID_PARAMS, 'minuend must be a number', { path: '/minuend' })
    },
  ],
  [
    'break',
    () => {
      throw new Error('ENOENT: /etc/secret')
    },
  ],
  ['nothing', () => {}],
])

// MCP's results are objects; the specification's examples answer with bare numbers, so the tests box them.
const box = (value: number) => ({ value })

/** A complete JSON-RPC endpoint: text in, text out. */
async function endpoint(text: string): Promise<unknown> {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    return errorResponse(error as RpcError)
  }
  return answerAll(value, async (message) =>
    isResponse(message) ? undefined : dispatch(methods, message, undefined, (error) => unexpected.push(error)),
  )
}

const result = (id: number | string, value: object) => ({ jsonrpc: '2.0', id, result: value })
const error = (code: number, id?: number | string) => ({ code, id })
const codes = (answer: unknown): unknown =>
  Array.isArray(answer)
    ? answer.map(codes)
    : 'error' in (answer as object)
      ? { code: (answer as { error: RpcError }).error.code, id: (answer as { id?: string }).id }
      : answer

test('7: rpc call with positional parameters', async () => {
  assert.deepEqual(
    await endpoint('{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}'),
    result(1, { value: 19 }),
  )
  assert.deepEqual(
    await endpoint('{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}'),
    result(2, { value: -19 }),
  )
})

test('7: rpc call with named parameters, in any order', async () => {
  assert.deepEqual(
    await endpoint('{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}'),
    result(3, { value: 19 }),
  )
  assert.deepEqual(
    await endpoint('{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}'),
    result(4, { value: 19 }),
  )
})

test('R-JR-7, 7: a notification is done and never answered, known or unknown', async () => {
  heard.length = 0
  assert.equal(await endpoint('{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}'), undefined)
  assert.equal(await endpoint('{"jsonrpc": "2.0", "method": "foobar"}'), undefined)
  assert.deepEqual(heard, ['update'])
})

test('7: rpc call of non-existent method', async () => {
  assert.deepEqual(codes(await endpoint('{"jsonrpc": "2.0", "method": "foobar", "id": "1"}')), error(-32601, '1'))
})

test('7: rpc call with invalid JSON', async () => {
  assert.deepEqual(codes(await endpoint('{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]')), error(-32700))
})

test('7: rpc call with invalid Request object', async () => {
  assert.deepEqual(codes(await endpoint('{"jsonrpc": "2.0", "method": 1, "params": "bar"}')), error(-32600))
})

test('7: rpc call Batch, invalid JSON', async () => {
  const batch = '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"]'
  assert.deepEqual(codes(await endpoint(batch)), error(-32700))
})

test('7: rpc call with an empty Array', async () => {
  assert.deepEqual(codes(await endpoint('[]')), error(-32600))
})

test('7: rpc call with an invalid Batch (but not empty)', async () => {
  assert.deepEqual(codes(await endpoint('[1]')), [error(-32600)])
})

test('7: rpc call with invalid Batch', async () => {
  assert.deepEqual(codes(await endpoint('[1,2,3]')), [error(-32600), error(-32600), error(-32600)])
})

test('7: rpc call Batch', async () => {
  const batch = `[
    {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
    {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
    {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
    {"foo": "boo"},
    {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
    {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
  ]`
  assert.deepEqual(codes(await endpoint(batch)), [
    result('1', { value: 7 }),
    result('2', { value: 19 }),
    error(-32600),
    error(-32601, '5'),
    result('9', ['hello', 5]),
  ])
})

test('7: rpc call Batch (all notifications)', async () => {
  heard.length = 0
  const batch =
    '[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}]'
  assert.equal(await endpoint(batch), undefined)
  assert.deepEqual(heard, ['notify_sum', 'notify_hello'])
})

test('R-JR-4, T-31: any id that is accepted comes back with its type and value', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.maxSafeInteger(), fc.string({ maxLength: 1024 })), async (id) => {
      const answer = await endpoint(JSON.stringify({ jsonrpc: '2.0', id, method: 'nothing' }))
      assert.deepEqual(answer, result(id, {}))
    }),
  )
})

test('R-JR-2: null, fractions, what exceeds 2^53 and objects are no ids', async () => {
  for (const id of ['null', '1.5', '9007199254740993', '1e400', 'true', '{}', '[1]', `"${'x'.repeat(1025)}"`])
    assert.deepEqual(codes(await endpoint(`{"jsonrpc":"2.0","id":${id},"method":"nothing"}`)), error(-32600), id)
})

test('T-32: names of Object.prototype are unknown methods', async () => {
  for (const method of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])
    assert.deepEqual(codes(await endpoint(JSON.stringify({ jsonrpc: '2.0', id: 1, method }))), error(-32601, 1), method)
})

test('an RpcError keeps its code, text and data; any other error says nothing outside and is reported inside', async () => {
  assert.deepEqual(await endpoint('{"jsonrpc":"2.0","id":1,"method":"refuse"}'), {
    jsonrpc: '2.0',
    id: 1,
    error: { code: -32602, message: 'minuend must be a number', data: { path: '/minuend' } },
  })
  unexpected.length = 0
  const answer = await endpoint('{"jsonrpc":"2.0","id":1,"method":"break"}')
  assert.deepEqual(answer, { jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'Internal error' } })
  assert.equal(await endpoint('{"jsonrpc":"2.0","method":"break"}'), undefined)
  assert.deepEqual(unexpected.map(String), ['Error: ENOENT: /etc/secret', 'Error: ENOENT: /etc/secret'])
})

test('5: a response has a result or an error, never both and never neither', () => {
  const message = (rest: object) => isMessage({ jsonrpc: '2.0', id: 1, ...rest })
  assert.equal(message({ result: {} }), true)
  assert.equal(message({ error: { code: 1, message: 'no' } }), true)
  assert.equal(message({ result: {}, error: { code: 1, message: 'no' } }), false)
  assert.equal(message({}), false)
  assert.equal(message({ error: { code: 1.5, message: 'no' } }), false)
  assert.equal(message({ error: { code: 1 } }), false)
  assert.equal(isMessage({ id: 1, method: 'x' }), false)
  assert.equal(isMessage({ jsonrpc: '1.0', id: 1, method: 'x' }), false)
})

test('R-SE-9, T-35: 64 levels are read, the 65th is refused before anything is built; brackets inside strings do not count', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  assert.ok(parseJson(nested(64)))
  assert.throws(() => parseJson(nested(65)), { code: -32600 })
  assert.throws(() => parseJson('{"a":'.repeat(65)), { code: -32600 })
  assert.deepEqual(parseJson(JSON.stringify(['['.repeat(100), '\\"[['.repeat(100)])), [
    '['.repeat(100),
    '\\"[['.repeat(100),
  ])
  assert.ok(parseJson(`[${'[],'.repeat(1000)}[]]`))
})

test('parseJson agrees with JSON.parse on all JSON that nests less than 64 levels', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.boolean(), (value, pretty) => {
      const text = JSON.stringify(value, null, pretty ? 2 : 0)
      assert.deepEqual(parseJson(text), JSON.parse(text))
    }),
  )
})

test('a result that is no JSON value is answered as an internal error', () => {
  const seen: unknown[] = []
  const text = encodeResponse({ jsonrpc: '2.0', id: 7, result: { n: 1n } as object }, (cause) => seen.push(cause))
  assert.deepEqual(JSON.parse(text), {
    jsonrpc: '2.0',
    id: 7,
    error: { code: -32603, message: 'Internal error' },
  })
  assert.equal(seen.length, 1)
})

test('T-30, T-33: any JSON value is answered once or not at all, and never throws', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const answer = await endpoint(JSON.stringify(value))
      const count = (one: unknown): number => (Array.isArray(one) ? one.length : one === undefined ? 0 : 1)
      assert.equal(count(answer), Array.isArray(value) ? Math.max(1, value.length) : 1)
    }),
  )
})

test('what is echoed has a length, and no character of it is cut in two', async () => {
  for (const [text, expected] of [
    ['x'.repeat(128), 'x'.repeat(128)],
    ['x'.repeat(129), 'x'.repeat(128)],
    [`${'x'.repeat(127)}\u{1f600}`, 'x'.repeat(127)],
    [`${'x'.repeat(126)}\u{1f600}y`, `${'x'.repeat(126)}\u{1f600}`],
  ] as const)
    assert.equal(clip(text), expected)
  const method = `${'x'.repeat(127)}\u{1f600}`
  const answer = await dispatch(new Map(), { jsonrpc: '2.0', id: 1, method }, undefined, () => {})
  assert.equal(JSON.parse(JSON.stringify(answer)).error.message, `Method not found: ${'x'.repeat(127)}`)
})
