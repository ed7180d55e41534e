// Ids come back as they were sent, or are refused (JSON-RPC 2.0, section 4; MCP, "Requests").
import { call, modern, oneStory, openSession, openSse, post, postModern } from './client.mjs'
import { expect, expectError, expectResult, expectSame, expectStatus, jsonOf } from './expect.mjs'

const MAX = Number.MAX_SAFE_INTEGER
const good = [
  '0',
  '1',
  '-1',
  String(MAX),
  String(-MAX),
  '""',
  '"0"',
  '"1"',
  '" "',
  '"null"',
  '"__proto__"',
  '"constructor"',
  '"日本"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\r\\n\\r\\ndata: x"',
  '"id: 7\\n\\n"',
  '"</script><script>"',
  '"\\\\\\""',
  '"\\u2028\\u2029"',
  '"😀"',
  JSON.stringify('x'.repeat(1024)),
]

const bad = [
  'null',
  'true',
  'false',
  '1.5',
  '-0.1',
  '1e400',
  '-1e400',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '1e300',
  '123456789012345678901234567890',
  '{}',
  '[]',
  '[1]',
  '{"a":1}',
  '{"toString":"1"}',
  JSON.stringify('x'.repeat(1025)),
  JSON.stringify('x'.repeat(1_000_000)),
]

const short = (text) => (text.length > 40 ? `${text.slice(0, 20)}… of ${text.length} characters` : text)
const ping = (id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`
const discover = (id) => JSON.stringify(modern('server/discover', {}, { id: '@' }).body).replace('"@"', id)

export const cases = [
  ...good.flatMap((id) => [
    [
      `T-31 id ${short(id)} comes back`,
      async (server) => {
        const answer = expectStatus(await post(server, '/mcp', ping(id), await openSession(server)), 200)
        expectSame(jsonOf(answer), { jsonrpc: '2.0', id: JSON.parse(id), result: {} })
      },
    ],
    [
      `T-31 id ${short(id)} comes back over HTTP+SSE, in one event`,
      async (server) => {
        const sse = await openSse(server)
        expectSame(await sse.call(ping(id)), { jsonrpc: '2.0', id: JSON.parse(id), result: {} })
        expectSame((await sse.call(ping('"next"'))).id, 'next')
        sse.destroy()
      },
    ],
    [
      `T-31 id ${short(id)} comes back without a session`,
      async (server) => {
        const { headers } = modern('server/discover')
        expectResult(await post(server, '/mcp', discover(id), headers), JSON.parse(id))
      },
    ],
  ]),
  ...bad.flatMap((id) => [
    [
      `T-31 id ${short(id)} is refused`,
      async (server) => expectError(await post(server, '/mcp', ping(id), await openSession(server)), 400, -32_600),
    ],
    [
      `T-31 id ${short(id)} is refused at /messages`,
      async (server) => {
        const sse = await openSse(server)
        expectError(await sse.post(ping(id)), 400, -32_600)
        expectSame((await sse.call(ping('"next"'))).id, 'next', 'the first message')
        sse.destroy()
      },
    ],
    [
      `T-31 id ${short(id)} is refused without a session`,
      async (server) =>
        expectError(await post(server, '/mcp', discover(id), modern('server/discover').headers), 400, -32_600),
    ],
  ]),
  [
    'T-31 an answer with an id of null is refused',
    async (server) =>
      expectError(
        await post(server, '/mcp', '{"jsonrpc":"2.0","id":null,"result":{}}', await openSession(server)),
        400,
        -32_600,
      ),
  ],
  [
    'T-31 1 and "1" are two ids',
    async (server) => {
      const sse = await openSse(server)
      await Promise.all([
        sse.post(call({ type: 'topstories', amount: 1 }, 1)),
        sse.post(call({ type: 'topstories', amount: 2 }, '1')),
      ])
      const answers = [await sse.message(), await sse.message()]
      for (const { id, result } of answers)
        expectSame(
          result.content.filter(({ text }) => text.startsWith('{')).length,
          id === '1' ? 2 : 1,
          `stories of ${JSON.stringify(id)}:`,
        )
      expectSame(new Set(answers.map(({ id }) => id)).size, 2, 'ids')
      sse.destroy()
    },
  ],
  [
    'T-31 thirty requests with one id at once: each POST has its own answer',
    async (server) => {
      const session = await openSession(server)
      const amounts = Array.from({ length: 30 }, (_, at) => at + 1)
      await Promise.all(
        amounts.map(async (amount) => {
          const answer = await post(server, '/mcp', call({ type: 'topstories', amount }, 1), session)
          expectSame(
            expectResult(answer, 1).content.filter(({ text }) => text.startsWith('{')).length,
            amount,
            'stories',
          )
        }),
      )
    },
  ],
  [
    'T-31 thirty requests with one id over HTTP+SSE: thirty answers',
    async (server) => {
      const sse = await openSse(server)
      const amounts = Array.from({ length: 30 }, (_, at) => at + 1)
      await Promise.all(amounts.map((amount) => sse.post(call({ type: 'topstories', amount }, 1))))
      const seen = (await sse.messages(amounts.length)).map(
        ({ result }) => result.content.filter(({ text }) => text.startsWith('{')).length,
      )
      expectSame(
        seen.toSorted((a, b) => a - b),
        amounts,
        'stories',
      )
      sse.destroy()
    },
  ],
  [
    'T-31 an id that was used is free again',
    async (server) => {
      const session = await openSession(server)
      for (let round = 0; round < 5; round++) expectResult(await post(server, '/mcp', oneStory(1), session), 1)
    },
  ],
  [
    'T-31 thirty senders of one id without a session',
    async (server) => {
      const answers = await Promise.all(Array.from({ length: 30 }, () => postModern(server, 'tools/list')))
      for (const answer of answers) expect(expectResult(answer, 1).tools.length === 1, 'the tool', answer.text)
    },
  ],
]
