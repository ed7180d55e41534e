// What an answer gives away: no stack, no path, no module, no version; no page where none was asked for.
import { modern, openSession, openSse, post, postModern, request, requestBytes, rpc, TOOL } from './client.mjs'
import { expect, expectHeader, expectSame } from './expect.mjs'
import { exchange } from './socket.mjs'

const LEAKS = [
  ['a stack', /\bat (async )?[\w.<>]+ \(|\n\s+at /],
  ['a path', /\/(home|root|usr|tmp|work|var|opt|Users|app)\/|[A-Z]:\\|file:\/\//],
  ['a module', /node_modules|node:internal|\bnode:[a-z]+|dist\/|src\/|\.[cm]?[jt]s\b/],
  ['a name of the platform', /\bajv\b|\bexpress\b|llhttp|HPE_|ERR_[A-Z]|node\.?js|v8\b|V8\b/],
  [
    'an exception',
    /TypeError|SyntaxError|RangeError|ReferenceError|Cannot (read|convert)|is not a function|Unexpected token|position \d/,
  ],
]

/** Whatever the answer is, it gives nothing away. The page's own files are told apart: they are no answers to mistakes. */
function expectNoLeak(answer) {
  const { text, head, headers } = answer
  for (const [what, pattern] of LEAKS) expect(!pattern.test(text), `no ${what}`, text)
  expect(
    headers['x-powered-by'] === undefined && headers['server'] === undefined,
    'neither X-Powered-By nor Server',
    head,
  )
  expect(!/text\/html/.test(headers['content-type'] ?? ''), 'no page', head)
  if (text !== '') expectHeader(answer, 'x-content-type-options', 'nosniff')
}

const json = { 'Content-Type': 'application/json' }
const mistakes = [
  ['no HTTP', () => 'nonsense\r\n\r\n'],
  ['a bad header', () => 'GET / HTTP/1.1\r\nHost: localhost\r\nX Y: z\r\n\r\n'],
  ['a bad length', () => 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n'],
  ['a head too long', (server) => requestBytes(server, 'GET', '/', { X: 'x'.repeat(20_000) })],
  ['a foreign Host', (server) => requestBytes(server, 'GET', '/', { Host: 'evil.example' })],
  ['a foreign Origin', (server) => requestBytes(server, 'GET', '/', { Origin: 'http://evil.example' })],
  ['an unknown path', (server) => requestBytes(server, 'GET', '/nothing.php')],
  ['an unknown path below the page', (server) => requestBytes(server, 'GET', '/../../etc/passwd')],
  ['a wrong method', (server) => requestBytes(server, 'PUT', '/mcp')],
  ['a wrong method at the page', (server) => requestBytes(server, 'POST', '/', {}, '{}')],
  ['a wrong type', (server) => requestBytes(server, 'POST', '/mcp', { 'Content-Type': 'text/html' }, '<p>')],
  [
    'a wrong Accept',
    (server) => requestBytes(server, 'POST', '/mcp', { Accept: 'text/html' }, JSON.stringify(rpc('initialize'))),
  ],
  ['a coding', (server) => requestBytes(server, 'POST', '/mcp', { 'Content-Encoding': 'gzip' }, 'x')],
  ['a body too long', (server) => requestBytes(server, 'POST', '/mcp', { ...json, 'Content-Length': 10 ** 9 })],
  ['an expectation', (server) => requestBytes(server, 'POST', '/mcp', { Expect: 'x' }, '{}')],
  ['no JSON', (server) => requestBytes(server, 'POST', '/mcp', {}, '{"a":')],
  ['no UTF-8', (server) => requestBytes(server, 'POST', '/mcp', {}, Buffer.from([0xff]))],
  ['too deep JSON', (server) => requestBytes(server, 'POST', '/mcp', {}, '['.repeat(100_000))],
  ['no message', (server) => requestBytes(server, 'POST', '/mcp', {}, 'null')],
  ['no session', (server) => requestBytes(server, 'POST', '/mcp', {}, JSON.stringify(rpc('ping')))],
  [
    'an unknown session',
    (server) => requestBytes(server, 'POST', '/mcp', { 'Mcp-Session-Id': 'x' }, JSON.stringify(rpc('ping'))),
  ],
  [
    'an unknown stream',
    (server) => requestBytes(server, 'POST', '/messages?sessionId=x', {}, JSON.stringify(rpc('ping'))),
  ],
  ['a broken escape', (server) => requestBytes(server, 'GET', '/%zz')],
  ['health', (server) => requestBytes(server, 'GET', '/health')],
]

const inSession = [
  ['an unknown method', rpc('nothing')],
  ['an unknown tool', rpc('tools/call', { name: 'nothing' })],
  ['params that are a list', rpc('tools/call', [1])],
  ['a tool name that is an object', rpc('tools/call', { name: { toString: 1 } })],
  ['arguments that do not fit', rpc('tools/call', { name: TOOL, arguments: { type: 1 } })],
  ['a resource', rpc('resources/read', { uri: 'file:///etc/passwd' })],
  ['a prompt', rpc('prompts/get', { name: '../x' })],
  ['a log level', rpc('logging/setLevel', { level: { toString: 1 } })],
  ['a cursor', rpc('tools/list', { cursor: { toString: 1 } })],
]

const SECRET = 'Bearer do-not-repeat-this-token'

export const cases = [
  ...mistakes.map(([what, make]) => [
    `T-14, T-15 ${what}`,
    async (server) => {
      const { answers, rest } = await exchange(server, make(server))
      expect(answers.length > 0, 'an answer', rest)
      for (const answer of answers) expectNoLeak(answer)
    },
  ]),
  ...inSession.flatMap(([what, message]) => [
    [`T-14 ${what}`, async (server) => expectNoLeak(await post(server, '/mcp', message, await openSession(server)))],
    [
      `T-14 ${what} without a session`,
      async (server) => expectNoLeak(await postModern(server, message.method, message.params)),
    ],
    [
      `T-14 ${what} over HTTP+SSE`,
      async (server) => {
        const sse = await openSse(server)
        const text = JSON.stringify(await sse.call(message))
        for (const [leak, pattern] of LEAKS) expect(!pattern.test(text), `no ${leak}`, text)
        sse.destroy()
      },
    ],
  ]),
  [
    'T-14 a token that is sent comes back nowhere',
    async (server) => {
      const headers = { Authorization: SECRET, Cookie: `a=${SECRET}`, 'X-Api-Key': SECRET }
      for (const [target, body] of [
        ['/mcp', '{'],
        ['/mcp', JSON.stringify(rpc('ping'))],
        ['/nothing', '{}'],
        ['/messages', '{}'],
      ]) {
        const { text, head } = await post(server, target, body, headers)
        expect(!`${head}${text}`.includes('do-not-repeat'), 'no echo', head + text)
      }
    },
  ],
  ...['nothing', 'mcp', 'messages'].map((path) => [
    `T-14 a query of /${path} comes back nowhere`,
    async (server) => {
      const { text, head } = await post(server, `/${path}?sessionId=secret-1&token=secret-2`, rpc('ping'))
      expect(!/secret-[12]/.test(head + text), 'no echo', head + text)
    },
  ]),
  ...['<script>alert(1)</script>', '"><img src=x>', '\u202e', '\u001b[31m', '${7*7}', '{{7*7}}', '%s%n'].map((name) => [
    `T-14 the unknown tool ${JSON.stringify(name)} comes back as data in JSON`,
    async (server) => {
      const answer = await post(server, '/mcp', rpc('tools/call', { name }), await openSession(server))
      expectHeader(answer, 'content-type', 'application/json')
      expectHeader(answer, 'x-content-type-options', 'nosniff')
      const { message } = JSON.parse(answer.text).error
      expect(!message.includes('49') && !answer.text.includes('\u001b'), 'the name as it is, escaped', answer.text)
    },
  ]),
  ...['tools/call', 'prompts/get'].map((method) => [
    `T-14 a name of 5,000 characters at ${method} comes back cut at 128`,
    async (server) => {
      const answer = await post(server, '/mcp', rpc(method, { name: 'n'.repeat(5000) }), await openSession(server))
      expect((/n{20,}/.exec(answer.text)?.[0].length ?? 0) <= 128, 'at most 128 characters', answer.text)
    },
  ]),
  [
    'T-14 a Host of 10,000 characters comes back short',
    async (server) => {
      const { text } = await request(server, 'GET', '/', { Host: 'h'.repeat(10_000) })
      expect(text.length < 600, 'a short text', text)
    },
  ],
  [
    'T-14 the handshake names no path, platform or module',
    async (server) => {
      const { body, headers } = modern('server/discover')
      const answer = await post(server, '/mcp', body, headers)
      for (const [what, pattern] of LEAKS) expect(!pattern.test(answer.text), `no ${what}`, answer.text)
      expectSame(answer.headers['x-powered-by'], undefined, 'X-Powered-By')
    },
  ],
]
