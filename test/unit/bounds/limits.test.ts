// A limit is given under `limits`, to a function that keeps it or calls one that does. All else is refused, by the types
// and at run time: plain JavaScript has no types.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LIMITS, takersOf } from '../../../src/bounds/limits.ts'
import { createMcpHandler, createMcpServer, serve, type SocketLimits } from '../../../src/index.ts'
import { post } from '../../support/wire.ts'

const named = { name: 't', version: '1', log: () => {} }
type Options = typeof named & { limits?: Partial<SocketLimits> }

/** Each function, and what it throws or rejects with; undefined where it takes its options. */
const functions = {
  createMcpServer: async (options: Options) => void createMcpServer(options),
  createMcpHandler: async (options: Options) => void (await createMcpHandler(options).close()),
  serve: async (options: Options) => (await serve({ ...options, port: 0 })).close(),
}
const called = Object.entries(functions)
test('each of the three functions has limits of its own, and serve takes all', () => {
  assert.deepEqual(takersOf('maxInFlight'), ['createMcpServer', 'createMcpHandler', 'serve'])
  assert.deepEqual(takersOf('maxSessions'), ['createMcpHandler', 'serve'])
  assert.deepEqual(takersOf('maxRequestsPerMinute'), ['serve'])
})

test('each limit is taken by the function that keeps it and by those that call it, and refused by the others', async () => {
  for (const name of Object.keys(LIMITS) as (keyof SocketLimits)[]) {
    const takers = takersOf(name)
    for (const [taker, call] of called) {
      const options = { ...named, limits: { [name]: LIMITS[name][0] } }
      if (takers.includes(taker as never)) await call(options)
      else
        await assert.rejects(call(options), {
          name: 'TypeError',
          message: `${taker} does not take the limit ${name}, only ${takers.join(' and ')}.`,
        })
    }
  }
})

test('a limit beside `limits` is refused with the place where it belongs, or with the function', async () => {
  for (const name of Object.keys(LIMITS) as (keyof SocketLimits)[])
    for (const [taker, call] of called)
      await assert.rejects(call({ ...named, [name]: 1 }), {
        name: 'TypeError',
        message: takersOf(name).includes(taker as never)
          ? `${name} is a limit. Write limits: { ${name}: … }.`
          : `${taker} does not take the limit ${name}, only ${takersOf(name).join(' and ')}.`,
      })
})

test('what is no limit is refused with the names of those that are; so are limits that are no object', async () => {
  for (const [taker, call] of called) {
    for (const unknown of ['maxSession', 'headMs', 'maxBatch', 'toString', '__proto__'])
      await assert.rejects(call({ ...named, limits: JSON.parse(`{"${unknown}":1}`) as object }), {
        name: 'TypeError',
        message: new RegExp(`^There is no limit ${unknown}\\. ${taker} takes maxInFlight, .*drainMs`),
      })
    for (const odd of [null, 5, 'maxSessions', [], true])
      await assert.rejects(call({ ...named, limits: odd as never }), {
        name: 'TypeError',
        message: 'The option limits must be an object, { maxSessions: 100 } say.',
      })
    for (const nothing of [undefined, {}, { maxInFlight: undefined }, { maxRequestsPerMinute: undefined }])
      await call({ ...named, limits: nothing } as Options)
  }
})

test('what serve is given reaches the handler and the server below', async (t) => {
  const { url, close } = await serve({ ...named, port: 0, limits: { maxBodyBytes: 100, maxRequestsPerMinute: 3 } })
  t.after(close)
  const statuses = []
  for (const size of [1, 101, 1, 1]) statuses.push((await post(`${url}/mcp`, 'x'.repeat(size))).status)
  assert.deepEqual(statuses, [400, 413, 400, 429])
})

/** Never called: what the types refuse. */
export function refusedByTypes(): void {
  // @ts-expect-error the handler keeps it
  createMcpServer({ ...named, limits: { maxSessions: 1 } })
  // @ts-expect-error serve keeps it
  createMcpHandler({ ...named, limits: { maxRequestsPerMinute: 1 } })
  // @ts-expect-error it belongs under limits
  createMcpHandler({ ...named, maxSessions: 1 })
  // @ts-expect-error a constant
  void serve({ ...named, limits: { headMs: 1 } })
}
