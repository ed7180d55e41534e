// Sessions: who has none, a wrong one, two; how they begin and end (MCP, "Session Management").
import {
  handshake,
  LATEST,
  MODERN,
  notification,
  oneStory,
  openSession,
  openSse,
  openStream,
  post,
  request,
  rpc,
} from './client.mjs'
import { expect, expectError, expectResult, expectSame, expectStatus, jsonOf } from './expect.mjs'
import { soon } from './socket.mjs'

const STREAM = { Accept: 'text/event-stream' }
const UNKNOWN = '00000000-0000-4000-8000-000000000000'

/** The session's stream, then what becomes of the session. */
const expectGone = (post) => soon(async () => (await post()).status === 404, '404 of a session that is gone')

export const cases = [
  ...[
    '',
    '?',
    '?sessionId',
    '?sessionId=',
    '?session_id=x',
    '?SESSIONID=x',
    '?sessionId[]=x',
    '?x',
    '#sessionId=x',
  ].map((query) => [
    `T-40 POST /messages${query}`,
    async (server) => expectStatus(await post(server, `/messages${query}`, rpc('ping')), 400, 404),
  ]),
  [
    'T-40 POST without a session',
    async (server) => expectError(await post(server, '/mcp', rpc('ping')), 400, -32_600, 1),
  ],
  [
    'T-40 a notification without a session',
    async (server) => expectError(await post(server, '/mcp', notification('notifications/initialized')), 400, -32_600),
  ],
  ['T-40 DELETE without a session', async (server) => expectStatus(await request(server, 'DELETE', '/mcp'), 400)],
  [
    'T-40 an unknown session',
    async (server) => {
      const headers = { 'Mcp-Session-Id': UNKNOWN }
      expectError(await post(server, '/mcp', rpc('ping'), headers), 404, -32_600, 1)
      expectStatus(await request(server, 'GET', '/mcp', { ...headers, ...STREAM }), 404)
      expectStatus(await request(server, 'DELETE', '/mcp', headers), 404)
      expectStatus(await post(server, `/messages?sessionId=${UNKNOWN}`, rpc('ping')), 404)
    },
  ],
  [
    'T-43 DELETE ends the session and its streams, once',
    async (server) => {
      const session = await openSession(server)
      const stream = await openStream(server, 'GET', '/mcp', { ...session, ...STREAM })
      expectStatus(await request(server, 'DELETE', '/mcp', session), 200, 204)
      expect(await stream.ends(), 'the end of its stream', 'an open stream')
      expectError(await post(server, '/mcp', rpc('ping'), session), 404, -32_600, 1)
      expectStatus(await request(server, 'GET', '/mcp', { ...session, ...STREAM }), 404)
      expectStatus(await request(server, 'DELETE', '/mcp', session), 404)
      stream.destroy()
    },
  ],
  ...['destroy', 'reset'].map((how) => [
    `T-43 a stream of HTTP+SSE gone (${how}): its session is gone`,
    async (server) => {
      const sse = await openSse(server)
      sse.connection[how]()
      await expectGone(() => sse.post(rpc('ping')))
    },
  ]),
  ...['1999-01-01', 'foo', '', '2025-11-25x', '2025-11-25, 2025-11-25', '2025-13-99', '-1', 'v1', '2025-11-25\t1'].map(
    (version) => [
      `T-45 MCP-Protocol-Version: ${JSON.stringify(version)}`,
      async (server) => {
        const session = await openSession(server)
        const answer = await post(server, '/mcp', rpc('ping'), { ...session, 'MCP-Protocol-Version': version })
        expectError(answer, 400, -32_600, 1)
        expectStatus(await post(server, '/mcp', rpc('ping'), session), 200)
      },
    ],
  ),
  [
    'T-45 a second initialize in the session is refused, and the session lives on',
    async (server) => {
      const session = await openSession(server)
      expectError(await post(server, '/mcp', handshake(LATEST, 5), session), 400, -32_600, 5)
      expectResult(await post(server, '/mcp', oneStory(), session), 1)
    },
  ],
  [
    'T-45 a second initialize over HTTP+SSE is refused on the stream',
    async (server) => {
      const sse = await openSse(server)
      expectSame((await sse.call(handshake('2024-11-05', 1))).id, 1)
      expectSame((await sse.call(handshake('2024-11-05', 2))).error?.code, -32_600)
      expectSame((await sse.call(rpc('ping', undefined, 3))).id, 3)
      sse.destroy()
    },
  ],
  ...[
    undefined,
    [],
    {},
    { protocolVersion: 1 },
    { protocolVersion: null, capabilities: {} },
    { protocolVersion: LATEST, capabilities: 'all' },
  ].map((params) => [
    `T-45 initialize with params ${JSON.stringify(params)} leaves no session, or a whole one`,
    async (server) => {
      const answer = await post(server, '/mcp', rpc('initialize', params))
      expectStatus(answer, 200, 400)
      const id = answer.headers['mcp-session-id']
      if (id === undefined) return expectSame(jsonOf(answer).error?.code, -32_602)
      expectStatus(await post(server, '/mcp', rpc('ping'), { 'Mcp-Session-Id': id }), 200)
    },
  ]),
  ...[MODERN, '2099-01-01', 'foo', ''].map((version) => [
    `T-45 initialize that asks for ${JSON.stringify(version)} is answered with a version that has sessions`,
    async (server) =>
      expectSame(expectResult(await post(server, '/mcp', handshake(version)), 0).protocolVersion, LATEST),
  ]),
  [
    'T-23 who is refused gets no session',
    async (server) => {
      for (const headers of [
        { Host: 'evil.example' },
        { Origin: 'null' },
        { 'Content-Type': 'text/plain' },
        { Accept: 'text/html' },
      ]) {
        const answer = await post(server, '/mcp', handshake(), headers)
        expect(answer.status >= 400 && answer.headers['mcp-session-id'] === undefined, 'no session', answer.head)
      }
    },
  ],
]
