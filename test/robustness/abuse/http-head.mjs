// The head: how long it may be, which methods there are, what it may promise (RFC 9110, sections 9, 10.1 and 15).
import { handshake, modern, openSession, request, requestBytes, rpc } from './client.mjs'
import { expect, expectHeader, expectSame, expectStatus } from './expect.mjs'
import { connect, exchange } from './socket.mjs'

const KIB = 1024
const tooLong = [
  ['a header of 17 KiB', (server) => requestBytes(server, 'GET', '/health', { X: 'a'.repeat(17 * KIB) })],
  ['a header name of 17 KiB', (server) => requestBytes(server, 'GET', '/health', { ['x'.repeat(17 * KIB)]: 'a' })],
  ['a target of 17 KiB', (server) => requestBytes(server, 'GET', `/${'a'.repeat(17 * KIB)}`)],
  ['a query of 17 KiB', (server) => requestBytes(server, 'GET', `/health?${'a'.repeat(17 * KIB)}`)],
  ['4,000 headers', (server) => requestBytes(server, 'GET', '/health', { 'X-Y': Array(4000).fill('z') })],
  ['a head of 1 MiB', (server) => requestBytes(server, 'POST', '/mcp', { X: 'a'.repeat(KIB * KIB) }, '{}')],
  [
    'a head without an end',
    () => `GET /health HTTP/1.1\r\nHost: localhost\r\n${'X: yyyyyyyyyyyyyyyy\r\n'.repeat(1000)}`,
  ],
  ['a first line without an end', () => `GET /${'a'.repeat(20 * KIB)}`],
]

const unknown = [
  '/nothing',
  '/mcp//',
  '/mcp/x',
  '/MCP',
  '/Mcp',
  '//mcp',
  '/mcp.json',
  '/mcp;x=1',
  '/sse//',
  '/SSE',
  '/message',
  '/index.html',
  '/favicon.ico',
  '/.env',
  '/.git/config',
  '/package.json',
  '/dist/main.js',
  '/server.js',
  '/__proto__',
  '/constructor',
  '/toString',
  '/metrics',
  '/debug/pprof',
  '/.well-known/oauth-protected-resource',
  '/.well-known/openid-configuration',
]

const wrongMethods = [
  ...['PUT', 'PATCH', 'TRACE', 'PROPFIND', 'LOCK', 'SEARCH'].map((method) => [method, '/mcp']),
  ...['PUT', 'PATCH', 'TRACE'].map((method) => [method, '/sse']),
  ...['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH'].map((method) => [method, '/messages']),
  ...['POST', 'PUT', 'DELETE'].map((method) => [method, '/health']),
  ...['POST', 'PUT', 'DELETE'].map((method) => [method, '/']),
]

export const cases = [
  ...tooLong.map(([what, make]) => [
    `T-3 ${what}`,
    async (server) => {
      const { answers, isClosed } = await exchange(server, make(server), { closes: true })
      expectSame([answers.map(({ status }) => status), isClosed], [[431], true], 'statuses and whether it is closed:')
    },
  ]),
  [
    'T-3 a head of 12 KiB is no harm',
    async (server) => expectStatus(await request(server, 'GET', '/health', { X: 'a'.repeat(12 * KIB) }), 200),
  ],
  ...unknown.flatMap((target) => [
    [
      `T-4 ${target} is not there`,
      async (server) => {
        for (const method of ['GET', 'POST']) {
          const answer = expectStatus(
            await request(server, method, target, {}, method === 'POST' ? '{}' : undefined),
            404,
          )
          expect(!answer.text.includes('-32601'), 'a 404 that no client takes for an MCP server', answer.text)
        }
      },
    ],
  ]),
  ...wrongMethods.map(([method, target]) => [
    `T-4 ${method} ${target}`,
    async (server) => {
      const client = connect(server)
      client.send(requestBytes(server, method, target))
      const answer = expectStatus(await client.answer({ isHead: method === 'HEAD' }), 405)
      expectHeader(answer, 'allow', /^[A-Z]+(, [A-Z]+)*$/)
      expect(!answer.headers.allow.split(', ').includes(method), `Allow without ${method}`, answer.head)
      client.send(requestBytes(server, 'GET', '/health'))
      expectStatus(await client.answer(), 200)
      client.destroy()
    },
  ]),
  ...['/mcp', '/sse', '/mcp/', '/sse/'].map((target) => [
    `T-4 HEAD ${target} is the head of an event stream, and nothing is opened`,
    async (server) => {
      const client = connect(server)
      for (let n = 0; n < 3; n++) {
        client.send(requestBytes(server, 'HEAD', target))
        const answer = expectStatus(await client.answer({ isHead: true }), 200)
        expectHeader(answer, 'content-type', 'text/event-stream')
        expect(answer.headers['mcp-session-id'] === undefined, 'no session', answer.head)
      }
      client.send(requestBytes(server, 'GET', '/health'))
      expectStatus(await client.answer(), 200)
      client.destroy()
    },
  ]),
  [
    'T-4 a method in an override header is not believed',
    async (server) => {
      const session = await openSession(server)
      for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])
        await request(server, 'POST', '/mcp', { ...session, [name]: 'DELETE' }, JSON.stringify(rpc('ping')))
      expectStatus(await request(server, 'POST', '/mcp', session, JSON.stringify(rpc('ping'))), 200)
    },
  ],
  [
    'T-4 a path in an override header is not believed',
    async (server) => {
      for (const name of ['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Prefix'])
        expectStatus(await request(server, 'GET', '/nothing', { [name]: '/health' }), 404)
    },
  ],
  [
    'T-4 CONNECT opens no tunnel',
    async (server) => {
      const data = 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\nhello'
      const { answers, isClosed } = await exchange(server, data, { closes: true })
      expect(answers.every(({ status }) => status >= 400) && isClosed, 'an error or nothing, and the end', answers)
    },
  ],
  [
    'T-4 TRACE echoes nothing',
    async (server) => {
      const { text } = await request(server, 'TRACE', '/', { 'X-Secret': 'do-not-echo' })
      expect(!text.includes('do-not-echo'), 'no echo', text)
    },
  ],
  [
    'T-12 Expect: 100-continue is honoured',
    async (server) => {
      const { body, headers } = modern('tools/list')
      const text = JSON.stringify(body)
      const all = { ...headers, Expect: '100-continue', 'Content-Type': 'application/json' }
      const client = connect(server)
      client.send(requestBytes(server, 'POST', '/mcp', { ...all, 'Content-Length': Buffer.byteLength(text) }))
      expectStatus(await client.answer(), 100)
      client.send(text)
      expectStatus(await client.answer(), 200)
      client.destroy()
    },
  ],
  ...['100-continued', '200-ok', 'x'].map((value) => [
    `T-12 Expect: ${value}`,
    async (server) => expectStatus(await request(server, 'POST', '/mcp', { Expect: value }, '{}'), 417),
  ]),
  [
    'T-12, T-20 who is refused is not told to send the body',
    async (server) => {
      const headers = { Expect: '100-continue', 'Content-Type': 'application/json', 'Content-Length': '100' }
      const evil = { Host: 'evil.example', ...headers }
      const { answers } = await exchange(server, requestBytes(server, 'POST', '/mcp', evil))
      expectSame(
        answers.map(({ status }) => status),
        [403],
        'statuses',
      )
    },
  ],
  ...[
    ['websocket', { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': 'eA==' }],
    ['h2c', { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQAAP__' }],
    ['anything', { Connection: 'upgrade', Upgrade: 'TLS/1.0, abuse/2' }],
  ].map(([what, headers]) => [
    `T-12 Upgrade to ${what} is ignored`,
    async (server) => {
      expectStatus(await request(server, 'GET', '/health', headers), 200)
      const text = JSON.stringify(handshake())
      expectStatus(await request(server, 'POST', '/mcp', headers, text), 200)
    },
  ]),
]
