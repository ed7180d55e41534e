// Tool arguments: what does not fit is a result that tells the model why; what is no call at all is an error.
import { call, modern, openSession, openSse, post, rpc, TOOL } from './client.mjs'
import { expect, expectError, expectResult, expectSame, jsonOf } from './expect.mjs'

// Each with the path and the rule that the text must name.
const misfits = [
  [{}, /type/],
  [{ amount: 5 }, /type/],
  [{ type: 'nostories' }, /type.*enum/],
  [{ type: 'TOPSTORIES' }, /type.*enum/],
  [{ type: ' topstories' }, /type.*enum/],
  [{ type: 'topstories\0' }, /type.*enum/],
  [{ type: '../item/1' }, /type.*enum/],
  [{ type: 'topstories.json?print=pretty#' }, /type.*enum/],
  [{ type: '' }, /type.*enum/],
  [{ type: null }, /type/],
  [{ type: 1 }, /type/],
  [{ type: true }, /type/],
  [{ type: ['topstories'] }, /type/],
  [{ type: { toString: 'topstories' } }, /type/],
  [{ type: '__proto__' }, /type.*enum/],
  [{ type: 'x'.repeat(1_000_000) }, /type.*enum/],
  [{ type: 'topstories', amount: 0 }, /amount.*minimum/],
  [{ type: 'topstories', amount: -1 }, /amount.*minimum/],
  [{ type: 'topstories', amount: 0.999 }, /amount.*minimum/],
  [{ type: 'topstories', amount: 501 }, /amount.*maximum/],
  [{ type: 'topstories', amount: 500.5 }, /amount.*maximum/],
  [{ type: 'topstories', amount: 1e308 }, /amount.*maximum/],
  [{ type: 'topstories', amount: '5' }, /amount.*type/],
  [{ type: 'topstories', amount: '' }, /amount.*type/],
  [{ type: 'topstories', amount: null }, /amount.*type/],
  [{ type: 'topstories', amount: true }, /amount.*type/],
  [{ type: 'topstories', amount: [5] }, /amount.*type/],
  [{ type: 'topstories', amount: {} }, /amount.*type/],
  [{ type: 'topstories', amount: { valueOf: 5 } }, /amount.*type/],
  [{ type: 'topstories', extra: 1 }, /extra|additionalProperties/],
  [{ type: 'topstories', Amount: 5 }, /Amount|additionalProperties/],
  [{ type: 'topstories', limit: 5 }, /limit|additionalProperties/],
  [{ type: 'topstories', '': 5 }, /additionalProperties/],
  ['{"type":"topstories","amount":1e400}', /amount/],
  ['{"type":"topstories","amount":-1e400}', /amount/],
]

const noCalls = [
  ['no params', rpc('tools/call')],
  ['no name', rpc('tools/call', { arguments: {} })],
  ['a name that is a number', rpc('tools/call', { name: 1 })],
  ['a name that is null', rpc('tools/call', { name: null })],
  ['a name that is a list', rpc('tools/call', { name: [TOOL] })],
  ['a name that is an object', rpc('tools/call', { name: { toString: TOOL } })],
  ['params as a list', rpc('tools/call', [TOOL, {}])],
  ['arguments as a text', rpc('tools/call', { name: TOOL, arguments: '{"type":"topstories"}' })],
  ['arguments as a number', rpc('tools/call', { name: TOOL, arguments: 1 })],
  ['arguments as true', rpc('tools/call', { name: TOOL, arguments: true })],
  ['arguments as null', rpc('tools/call', { name: TOOL, arguments: null })],
  ['arguments as a list', rpc('tools/call', { name: TOOL, arguments: ['topstories', 5] })],
  ...['nothing', '', ' ', `${TOOL} `, TOOL.toUpperCase(), `${TOOL}\0`, `/${TOOL}`, '__proto__', 'constructor'].map(
    (name) => [`the tool ${JSON.stringify(name)}`, rpc('tools/call', { name, arguments: {} })],
  ),
]

const storiesOf = ({ content }) => content.filter(({ text }) => text.startsWith('{')).length
const textOf = (args) => (typeof args === 'string' ? args : JSON.stringify(args))
const callOf = (args) => JSON.stringify(call('@')).replace('"@"', textOf(args))
const short = (args) => {
  const text = textOf(args)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function expectMisfit(result, rule) {
  expect(result?.isError === true && Array.isArray(result.content), 'isError', result)
  const { text } = result.content[0]
  expect(rule.test(text), `a text like ${rule}`, text)
  expect(text.length < 1000, 'a short text', text)
}

export const cases = [
  ...misfits.flatMap(([args, rule]) => [
    [
      `T-34 ${short(args)}`,
      async (server) =>
        expectMisfit(expectResult(await post(server, '/mcp', callOf(args), await openSession(server)), 1), rule),
    ],
    [
      `T-34 without a session: ${short(args)}`,
      async (server) => {
        const { body, headers } = modern('tools/call', { name: TOOL, arguments: '@' })
        const text = JSON.stringify(body).replace('"@"', textOf(args))
        expectMisfit(expectResult(await post(server, '/mcp', text, headers), 1), rule)
      },
    ],
  ]),
  ...[{}, { type: 1 }, { type: 'topstories', amount: '5' }].map((args) => [
    `T-34 over HTTP+SSE: ${short(args)}`,
    async (server) => {
      const sse = await openSse(server)
      expectMisfit((await sse.call(call(args))).result, /type/)
      sse.destroy()
    },
  ]),
  ...noCalls.map(([what, message]) => [
    `T-34 ${what} is -32602`,
    async (server) => {
      const answer = await post(server, '/mcp', message, await openSession(server))
      const error = expectError(answer, 200, -32_602, 1)
      expect(error.message.length < 300, 'a short text', error.message)
    },
  ]),
  [
    'T-34 no arguments are the same as {}',
    async (server) => {
      const answer = await post(server, '/mcp', rpc('tools/call', { name: TOOL }), await openSession(server))
      expectMisfit(expectResult(answer, 1), /type/)
    },
  ],
  [
    'T-34 2.5 stories are two, and ten are the default, however often it is asked',
    async (server) => {
      const session = await openSession(server)
      for (const [args, count] of [
        [{ type: 'topstories', amount: 2.5 }, 2],
        [{ type: 'topstories' }, 10],
        [{ type: 'topstories', amount: 3 }, 3],
        [{ type: 'topstories' }, 10],
        [{ type: 'beststories', amount: 1 }, 1],
        [{ type: 'newstories' }, 10],
      ])
        expectSame(storiesOf(expectResult(await post(server, '/mcp', call(args), session), 1)), count, 'stories')
    },
  ],
  [
    'T-34 a misfit with 10,000 unknown members is one short answer',
    async (server) => {
      const args = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, at]))
      const answer = await post(server, '/mcp', call({ type: 'topstories', ...args }), await openSession(server))
      expectMisfit(expectResult(answer, 1), /additional/)
    },
  ],
  ...['logging/setLevel', 'resources/read', 'prompts/get', 'completion/complete', 'tools/list'].map((method) => [
    `T-34 ${method} with params of wrong types is the caller's mistake`,
    async (server) => {
      const session = await openSession(server)
      const odd = { level: 7, uri: {}, name: [], ref: 1, argument: null, cursor: { a: 1 } }
      const { error } = jsonOf(await post(server, '/mcp', rpc(method, odd), session))
      expect([-32_601, -32_602].includes(error?.code), '-32601 or -32602', error)
    },
  ]),
  ...['x', '', '0', '-1', 'AAAA', '__proto__', 'x'.repeat(100_000)].map((cursor) => [
    `T-34 the cursor ${JSON.stringify(short(cursor))} that nobody gave`,
    async (server) =>
      expectError(
        await post(server, '/mcp', rpc('tools/list', { cursor }), await openSession(server)),
        200,
        -32_602,
        1,
      ),
  ]),
]
