// What a browser is told: CORS for the pages that may call, and nothing for others (Fetch Standard, "CORS protocol").
import { handshake, modern, openSession, openStream, post, request, rpc } from './client.mjs'
import { expect, expectHeader, expectSame, expectStatus } from './expect.mjs'

const PAGE = 'http://localhost:5173'
const preflight = (method, headers) => ({
  Origin: PAGE,
  'Access-Control-Request-Method': method,
  ...(headers && { 'Access-Control-Request-Headers': headers }),
})

/** Readable by this page and no other, without cookies. */
function expectReadable(answer) {
  expectHeader(answer, 'access-control-allow-origin', PAGE)
  expectHeader(answer, 'vary', /(^|,\s*)Origin(,|$)/i)
  expectNoMore(answer)
}

function expectNoMore({ headers, head }) {
  expect(headers['access-control-allow-origin'] !== '*', 'no *', head)
  expect(headers['access-control-allow-credentials'] === undefined, 'no credentials', head)
  expect(headers['access-control-allow-private-network'] === undefined, 'no private network', head)
}

const listed = (answer, name) => (answer.headers[name] ?? '').split(',').map((one) => one.trim().toLowerCase())

const CUSTOM = [
  'content-type',
  'accept',
  'authorization',
  'last-event-id',
  'mcp-session-id',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
]

const origin = { Origin: PAGE }
const json = { 'Content-Type': 'application/json' }
const answers = [
  ['200', (server) => post(server, '/mcp', handshake(), origin)],
  ['400, not JSON', (server) => post(server, '/mcp', '{', origin)],
  ['400, no session', (server) => post(server, '/mcp', rpc('ping'), origin)],
  ['404, unknown session', (server) => post(server, '/mcp', rpc('ping'), { ...origin, 'Mcp-Session-Id': 'x' })],
  ['404, unknown stream', (server) => post(server, '/messages?sessionId=x', rpc('ping'), origin)],
  ['405', (server) => request(server, 'PUT', '/mcp', origin)],
  ['413', (server) => request(server, 'POST', '/mcp', { ...origin, ...json, 'Content-Length': '99999999' })],
  ['415', (server) => post(server, '/mcp', '{}', { ...origin, 'Content-Type': 'text/plain' })],
  [
    '404, unknown method without a session',
    (server) => {
      const { headers, body } = modern('no/method')
      return post(server, '/mcp', body, { ...origin, ...headers })
    },
  ],
]

export const cases = [
  ...[
    ['/mcp', ['GET', 'POST', 'DELETE']],
    ['/sse', ['GET', 'POST']],
    ['/messages', ['POST']],
  ].map(([target, methods]) => [
    `T-22 OPTIONS ${target} by a page of this machine`,
    async (server) => {
      const answer = expectStatus(await request(server, 'OPTIONS', target, preflight('POST', CUSTOM.join())), 204, 200)
      expectReadable(answer)
      for (const method of methods)
        expect(listed(answer, 'access-control-allow-methods').includes(method.toLowerCase()), method, answer.head)
      for (const name of CUSTOM)
        expect(listed(answer, 'access-control-allow-headers').includes(name), name, answer.head)
      expect(!listed(answer, 'access-control-allow-headers').includes('*'), 'no *', answer.head)
    },
  ]),
  [
    'T-22 an argument that travels as Mcp-Param-* may be sent',
    async (server) => {
      const answer = await request(server, 'OPTIONS', '/mcp', preflight('POST', 'content-type,mcp-param-region'))
      expect(
        listed(answer, 'access-control-allow-headers').includes('mcp-param-region'),
        'mcp-param-region',
        answer.head,
      )
    },
  ],
  [
    'T-22 other headers are not allowed because a page asks',
    async (server) => {
      const answer = await request(server, 'OPTIONS', '/mcp', preflight('POST', 'x-forwarded-host,cookie,*'))
      for (const name of ['x-forwarded-host', 'cookie', '*'])
        expect(!listed(answer, 'access-control-allow-headers').includes(name), `no ${name}`, answer.head)
    },
  ],
  [
    'T-22 private network access is not granted',
    async (server) => {
      const headers = { ...preflight('POST'), 'Access-Control-Request-Private-Network': 'true' }
      expectNoMore(await request(server, 'OPTIONS', '/mcp', headers))
      const foreign = await request(server, 'OPTIONS', '/mcp', { ...headers, Origin: 'http://evil.example' })
      expectStatus(foreign, 403)
      expectNoMore(foreign)
    },
  ],
  ...answers.map(([what, ask]) => [
    `T-22 a page may read ${what}`,
    async (server) => {
      const answer = await ask(server)
      expectStatus(answer, Number(what.slice(0, 3)))
      expectReadable(answer)
    },
  ]),
  [
    'T-22 a page sees the session id',
    async (server) => {
      const answer = await post(server, '/mcp', handshake(), origin)
      const exposed = listed(answer, 'access-control-expose-headers')
      for (const name of ['mcp-session-id', 'www-authenticate']) expect(exposed.includes(name), name, answer.head)
    },
  ],
  [
    'T-22 a page may read streams',
    async (server) => {
      const session = await openSession(server)
      for (const [target, headers] of [
        ['/sse', {}],
        ['/mcp', session],
      ]) {
        const stream = await openStream(server, 'GET', target, { Accept: 'text/event-stream', ...headers, ...origin })
        expectSame(stream.status, 200, 'status')
        expectReadable(stream)
        stream.destroy()
      }
    },
  ],
  [
    'T-22 each origin is echoed as it is, and not the one before',
    async (server) => {
      for (const one of ['http://localhost:1', 'http://127.0.0.1:2', 'http://[::1]:3', 'http://localhost:1'])
        expectHeader(await post(server, '/mcp', handshake(), { Origin: one }), 'access-control-allow-origin', one)
    },
  ],
  [
    'T-22 without Origin there is nothing of CORS but Vary',
    async (server) => {
      const { head } = await post(server, '/mcp', handshake())
      expect(!/access-control/i.test(head), 'no Access-Control', head)
    },
  ],
  ...['http://evil.example', 'null', 'http://localhost.evil.example'].map((from) => [
    `T-22 OPTIONS from ${from} is refused and tells nothing`,
    async (server) => {
      const answer = expectStatus(await request(server, 'OPTIONS', '/mcp', { ...preflight('POST'), Origin: from }), 403)
      expect(!/access-control/i.test(answer.head), 'no Access-Control', answer.head)
    },
  ]),
]
