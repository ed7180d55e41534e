// Who may call: the names we are called by, and the pages that may (DNS rebinding, cross-site requests).
import {
  handshake,
  modern,
  oneStory,
  openSession,
  openSse,
  openStream,
  post,
  request,
  requestBytes,
  rpc,
} from './client.mjs'
import { expect, expectError, expectHeader, expectResult, expectSame, expectStatus } from './expect.mjs'
import { foreignHosts, foreignOrigins } from './foreign-names.mjs'
import { connect, exchange } from './socket.mjs'

const everywhere = [
  ['GET', '/sse'],
  ['POST', '/sse'],
  ['GET', '/mcp'],
  ['DELETE', '/mcp'],
  ['OPTIONS', '/mcp'],
  ['PUT', '/mcp'],
  ['POST', '/messages?sessionId=x'],
  ['OPTIONS', '/messages'],
  ['GET', '/'],
  ['HEAD', '/'],
  ['GET', '/client.js'],
  ['GET', '/nothing'],
]

const evil = { Origin: 'http://evil.example' }

async function expectRefused(server, method, target, headers) {
  const body = method === 'POST' ? JSON.stringify(handshake()) : undefined
  const answer = expectStatus(await request(server, method, target, headers, body), 403)
  expect(answer.headers['mcp-session-id'] === undefined, 'no session', answer.head)
  expect(answer.headers['access-control-allow-origin'] === undefined, 'no CORS', answer.head)
  if (method === 'POST') expectError(answer, 403, -32600)
}

export const cases = [
  ...foreignHosts.map((host) => [
    `T-20 Host: ${JSON.stringify(host)}`,
    async (server) => {
      const { answers } = await exchange(
        server,
        requestBytes(server, 'POST', '/mcp', { Host: host }, JSON.stringify(handshake())),
      )
      expectSame(
        answers.map(({ status }) => status),
        [403],
        'statuses',
      )
      expectError(answers[0], 403, -32600)
    },
  ]),
  ...everywhere.map(([method, target]) => [
    `T-20 a foreign Host at ${method} ${target}`,
    (server) => expectRefused(server, method, target, { Host: 'evil.example' }),
  ]),
  ...['localhost', 'LOCALHOST', 'localhost:1', '127.0.0.1', '127.0.0.1:65535', '[::1]', '[::1]:3000'].map((host) => [
    `T-20 Host: ${host} is us`,
    async (server) => expectResult(await post(server, '/mcp', handshake(), { Host: host }), 0),
  ]),
  [
    'T-20 HTTP/1.0 without Host is refused, but for what probes ask',
    async (server) => {
      for (const target of ['/', '/mcp', '/sse', '/nothing']) {
        const { answers } = await exchange(server, `GET ${target} HTTP/1.0\r\n\r\n`)
        expect([400, 403].includes(answers[0]?.status), '400 or 403', answers)
      }
      const { answers } = await exchange(server, 'GET /health HTTP/1.0\r\n\r\n')
      expectSame(answers[0]?.status, 200)
      const haproxy = await exchange(server, 'OPTIONS / HTTP/1.0\r\n\r\n')
      expectSame(haproxy.answers[0]?.status, 204)
    },
  ],
  ...['evil.example', '10.244.0.5:3000', '[fe80::1]', ''].map((host) => [
    `T-20 /health tells a probe that has another name for us: ${JSON.stringify(host)}`,
    async (server) => {
      const answer = expectStatus(await request(server, 'GET', '/health', { Host: host }), 200)
      expectSame(JSON.parse(answer.text), { status: 'ok' })
    },
  ]),
  [
    'T-20 the refusal does not wait for the body',
    async (server) => {
      const headers = { Host: 'evil.example', 'Content-Type': 'application/json', 'Content-Length': '1000' }
      expectStatus(await request(server, 'POST', '/mcp', headers), 403)
    },
  ],
  [
    'T-21 the refusal does not wait for the body',
    async (server) => {
      const headers = { ...evil, 'Content-Type': 'application/json', 'Content-Length': '1000' }
      expectStatus(await request(server, 'POST', '/mcp', headers), 403)
    },
  ],
  ...foreignOrigins.map((origin) => [
    `T-21 Origin: ${JSON.stringify(origin)}`,
    (server) => expectRefused(server, 'POST', '/mcp', { Origin: origin }),
  ]),
  ...[...everywhere, ['GET', '/health'], ['OPTIONS', '/']].map(([method, target]) => [
    `T-21 a foreign Origin at ${method} ${target}`,
    (server) => expectRefused(server, method, target, evil),
  ]),
  [
    'T-21 a foreign Origin inside a session, which is not ended by it',
    async (server) => {
      const session = await openSession(server)
      expectError(await post(server, '/mcp', oneStory(), { ...session, ...evil }), 403, -32600)
      expectStatus(await request(server, 'GET', '/mcp', { ...session, ...evil }), 403)
      expectStatus(await request(server, 'DELETE', '/mcp', { ...session, ...evil }), 403)
      expectResult(await post(server, '/mcp', rpc('ping'), session), 1)
    },
  ],
  [
    'T-21 a foreign Origin at the endpoint of an open stream: nothing reaches the stream',
    async (server) => {
      const sse = await openSse(server)
      expectError(await sse.post(oneStory(1), evil), 403, -32600)
      expectSame((await sse.call(rpc('ping', undefined, 2))).id, 2)
      sse.destroy()
    },
  ],
  [
    'T-21 a foreign Origin without a session (2026-07-28)',
    async (server) => {
      const { body, headers } = modern('tools/list')
      expectError(await post(server, '/mcp', body, { ...headers, ...evil }), 403, -32600)
    },
  ],
  [
    'T-21 an Origin behind 2,100 other headers is seen, or the head is refused',
    async (server) => {
      const client = connect(server)
      const others = 'a:\r\n'.repeat(2100)
      client.send(`GET /health HTTP/1.1\r\nHost: localhost\r\n${others}Origin: http://evil.example\r\n\r\n`)
      expectStatus(await client.answer(), 403, 400, 431)
      client.destroy()
    },
  ],
  ...['http://localhost', 'http://localhost:5173', 'https://127.0.0.1:8443', 'http://[::1]:1'].map((origin) => [
    `T-21 Origin: ${origin} is a page of this machine`,
    async (server) => expectResult(await post(server, '/mcp', handshake(), { Origin: origin }), 0),
  ]),
  ...[
    { 'X-Forwarded-Host': 'evil.example' },
    { Forwarded: 'host=evil.example;proto=https' },
    { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Port': '443' },
    { 'X-Forwarded-Prefix': '/evil', 'X-Original-Host': 'evil.example', 'X-Host': 'evil.example' },
  ].map((headers) => [
    `T-24 ${Object.keys(headers).join(', ')} do not shape the endpoint event`,
    async (server) => {
      const stream = await openStream(server, 'GET', '/sse', headers)
      const { data } = await stream.event()
      expect(/^\/messages\?sessionId=[\w-]+$/.test(data), 'a relative path', data)
      stream.destroy()
    },
  ]),
  ...['X-Forwarded-Host', 'Forwarded', 'X-Real-Host'].map((name) => [
    `T-24 ${name}: localhost does not heal a foreign Host`,
    (server) =>
      expectRefused(server, 'POST', '/mcp', {
        Host: 'evil.example',
        [name]: name === 'Forwarded' ? 'host=localhost' : 'localhost',
      }),
  ]),
  [
    'T-20 the refused value comes back as JSON, never as a page',
    async (server) => {
      const answer = await request(server, 'GET', '/', { Host: '<script>alert(1)</script>' })
      expectStatus(answer, 403)
      expectHeader(answer, 'content-type', 'application/json')
    },
  ],
]
