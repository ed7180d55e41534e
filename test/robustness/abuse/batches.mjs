// Arrays: served in sessions of 2025-03-26, refused everywhere else (MCP 2025-03-26, "Sending Messages to the Server").
import { call, handshake, modern, notification, oneStory, openSession, openSse, post, rpc } from './client.mjs'
import { expect, expectError, expectSame, expectStatus, jsonOf } from './expect.mjs'

const BATCHING = '2025-03-26'
const pings = (count, id = (at) => at) => Array.from({ length: count }, (_, at) => rpc('ping', undefined, id(at)))
const idsOf = (answer) => jsonOf(answer).map(({ id }) => id)
const answerOf = { jsonrpc: '2.0', id: 9, result: {} }

const refused = [
  ['an empty one', []],
  ['101 messages', pings(101)],
  ['10,000 messages', pings(10_000)],
  ['initialize alone', [handshake()]],
  ['initialize among others', [rpc('ping'), handshake()]],
  ['an answer among requests', [rpc('ping'), answerOf]],
  ['modern messages', [modern('tools/list').body]],
  ['a modern message among others', [rpc('ping'), modern('tools/list', {}, { id: 2 }).body]],
]

export const cases = [
  ...refused.map(([what, batch]) => [
    `T-36 ${what}: refused once`,
    async (server) => expectError(await post(server, '/mcp', batch, await openSession(server, BATCHING)), 400, -32_600),
  ]),
  ...['2025-06-18', '2025-11-25'].flatMap((version) =>
    [[], pings(1), pings(3), [notification('notifications/x')], [answerOf]].map((batch) => [
      `T-36 ${version}: an array of ${batch.length} ${batch[0]?.method ?? ''} is refused once`,
      async (server) =>
        expectError(await post(server, '/mcp', batch, await openSession(server, version)), 400, -32_600),
    ]),
  ),
  ...[[], pings(1), pings(3), [1]].map((batch) => [
    `T-36 /messages: an array of ${JSON.stringify(batch).length} characters is refused once, its stream lives on`,
    async (server) => {
      const sse = await openSse(server)
      expectError(await sse.post(batch), 400, -32_600)
      expectSame((await sse.call(rpc('ping', undefined, 'next'))).id, 'next', 'the first message')
      sse.destroy()
    },
  ]),
  [
    'T-36 /messages: a session that agreed on 2025-03-26 takes none either',
    async (server) => {
      const sse = await openSse(server)
      expectSame((await sse.call(handshake(BATCHING))).result.protocolVersion, BATCHING)
      expectError(await sse.post(pings(2)), 400, -32_600)
      sse.destroy()
    },
  ],
  ...[
    ['by its header', pings(2)],
    ['by its body', [modern('tools/list').body]],
  ].map(([what, batch]) => [
    `T-36 2026-07-28 ${what}: refused`,
    async (server) => expectError(await post(server, '/mcp', batch, modern('tools/list').headers), 400, -32_600),
  ]),
  [
    'T-36 without a session: refused',
    async (server) => expectError(await post(server, '/mcp', pings(2)), 400, -32_600),
  ],
  [
    'T-36 a hundred requests are answered once each',
    async (server) => {
      const answer = expectStatus(await post(server, '/mcp', pings(100), await openSession(server, BATCHING)), 200)
      expectSame(
        idsOf(answer).toSorted((a, b) => a - b),
        Array.from({ length: 100 }, (_, at) => at),
        'ids',
      )
    },
  ],
  [
    'T-36 requests and notifications: the requests are answered',
    async (server) => {
      const batch = [rpc('ping', undefined, 'a'), notification('notifications/x'), rpc('nothing', undefined, 'b')]
      const answers = jsonOf(await post(server, '/mcp', batch, await openSession(server, BATCHING)))
      expectSame(
        answers.map(({ id, error }) => [id, error?.code]),
        [
          ['a', undefined],
          ['b', -32_601],
        ],
      )
    },
  ],
  [
    'T-36 one id a hundred times: a hundred answers',
    async (server) => {
      const answer = await post(
        server,
        '/mcp',
        pings(100, () => 1),
        await openSession(server, BATCHING),
      )
      expectSame(idsOf(answer), Array(100).fill(1), 'ids')
    },
  ],
  ...[
    ['notifications', [notification('notifications/x'), notification('notifications/y')]],
    ['answers', [answerOf, { ...answerOf, id: 10 }]],
    ['cancellations', Array(50).fill(notification('notifications/cancelled', { requestId: 1 }))],
  ].map(([what, batch]) => [
    `T-36 nothing but ${what}: 202`,
    async (server) => {
      const answer = expectStatus(await post(server, '/mcp', batch, await openSession(server, BATCHING)), 202)
      expectSame(answer.text, '', 'body')
    },
  ]),
  ...[
    ['[1,2,3]', 3], // JSON-RPC 2.0, section 7
    ['[1]', 1],
    ['[null,[]]', 2],
    ['[[{"jsonrpc":"2.0","id":1,"method":"ping"}]]', 1],
    ['[{"foo":"boo"}]', 1],
  ].map(([body, count]) => [
    `T-36 ${body}: each refused, or all at once`,
    async (server) => {
      const answer = await post(server, '/mcp', body, await openSession(server, BATCHING))
      if (answer.status === 400) return expectError(answer, 400, -32_600)
      expectStatus(answer, 200)
      expectSame(
        jsonOf(answer).map(({ error, ...rest }) => [error.code, 'id' in rest]),
        Array.from({ length: count }, () => [-32_600, false]),
      )
    },
  ]),
  [
    'T-36 the example of section 7: good ones are answered, bad ones refused, each once',
    async (server) => {
      const batch = [
        rpc('ping', undefined, '1'),
        notification('notify_hello', [7]),
        { foo: 'boo' },
        rpc('foo.get', { name: 'm' }, '5'),
      ]
      const answers = jsonOf(await post(server, '/mcp', batch, await openSession(server, BATCHING)))
      expectSame(
        answers.map(({ id, error }) => [id, error?.code]),
        [
          ['1', undefined],
          [undefined, -32_600],
          ['5', -32_601],
        ],
      )
    },
  ],
  [
    'T-36 fifty calls of 500 stories: one answer, and the session is alive',
    async (server) => {
      const session = await openSession(server, BATCHING)
      const batch = Array.from({ length: 50 }, (_, id) => call({ type: 'topstories', amount: 500 }, id))
      const answer = expectStatus(await post(server, '/mcp', batch, session), 200)
      expect(idsOf(answer).length === 50, '50 answers', idsOf(answer))
      expectStatus(await post(server, '/mcp', oneStory(), session), 200)
    },
  ],
]
