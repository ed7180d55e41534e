// Cancelling what cannot be cancelled: passed over in silence (MCP, "Cancellation").
import { notification, oneStory, openSession, openSse, post, rpc } from './client.mjs'
import { expectResult, expectSame, expectStatus } from './expect.mjs'

const cancel = (requestId, more) => notification('notifications/cancelled', { requestId, ...more })

const idle = [
  ['unknown', cancel(12_345)],
  ['unknown, a text', cancel('nobody')],
  ['__proto__', cancel('__proto__')],
  ['no id', notification('notifications/cancelled', { reason: 'x' })],
  ['no params', notification('notifications/cancelled')],
  ['params that are a list', notification('notifications/cancelled', [1])],
  ['null', cancel(null)],
  ['true', cancel(true)],
  ['an object', cancel({ id: 1 })],
  ['a list', cancel([1])],
  ['a fraction', cancel(1.5)],
  ['1e400', '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1e400}}'],
  ['a reason of 1 MiB', cancel(1, { reason: 'x'.repeat(2 ** 20) })],
  ['a reason that is an object', cancel(1, { reason: {} })],
  ['the cancel itself', cancel(0)],
]

export const cases = [
  ...idle.flatMap(([what, message]) => [
    [
      `T-39 cancel: ${what}: 202 and silence`,
      async (server) => {
        const session = await openSession(server)
        expectResult(await post(server, '/mcp', oneStory(1), session), 1)
        const answer = expectStatus(await post(server, '/mcp', message, session), 202)
        expectSame(answer.text, '', 'body')
        expectResult(await post(server, '/mcp', oneStory(1), session), 1)
      },
    ],
    [
      `T-39 cancel over HTTP+SSE: ${what}: 202 and silence`,
      async (server) => {
        const sse = await openSse(server)
        expectSame((await sse.call(oneStory(1))).id, 1)
        expectStatus(await sse.post(message), 202)
        expectSame((await sse.call(rpc('ping', undefined, 'next'))).id, 'next', 'the next message')
        sse.destroy()
      },
    ],
  ]),
  [
    'T-39 finished, and twice: nothing',
    async (server) => {
      const sse = await openSse(server)
      await sse.call(oneStory(1))
      for (let round = 0; round < 3; round++) expectStatus(await sse.post(cancel(1)), 202)
      expectSame(await sse.messages(), [], 'messages')
      sse.destroy()
    },
  ],
]
