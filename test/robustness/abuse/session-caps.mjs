// Servers with small limits: who makes room, who waits, what is freed. And a thousand sessions that nobody ends.
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
import { expect, expectHeader, expectResult, expectSame, expectStatus } from './expect.mjs'
import { connect, soon } from './socket.mjs'
import { withServer, withSlowTool } from './start.mjs'

export const needs = 'start'
export const isSlow = true

export const STREAM = { Accept: 'text/event-stream' }
const statusOf = async (server, session) => (await post(server, '/mcp', rpc('ping'), session)).status
export const statusesOf = (server, sessions) => Promise.all(sessions.map((session) => statusOf(server, session)))
const openMany = (count, open) => Promise.all(Array.from({ length: count }, open))

export async function openSome(server, count) {
  const sessions = []
  while (sessions.length < count) sessions.push(await openSession(server))
  return sessions
}

const listen = (server) => {
  const { headers, body } = modern(
    'subscriptions/listen',
    { notifications: { toolsListChanged: true } },
    { id: 'listen' },
  )
  return openStream(server, 'POST', '/mcp', headers, JSON.stringify(body))
}

async function expectBusy(server, method, target, headers, body) {
  const answer = expectStatus(await request(server, method, target, headers, body), 503)
  expectHeader(answer, 'retry-after', /^\d+$/)
}

export const cases = [
  [
    'T-48 at the cap the session idle longest makes room',
    withServer({ MAX_SESSIONS: '3' }, async (server) => {
      const [a, b, c] = await openSome(server, 3)
      expectSame(await statusesOf(server, [a]), [200])
      const d = await openSession(server)
      expectSame(await statusesOf(server, [b, a, c, d]), [404, 200, 200, 200], 'statuses')
    }),
  ],
  [
    'T-48 those that never went beyond the handshake go first',
    withServer({ MAX_SESSIONS: '3' }, async (server) => {
      const [a, b] = await openSome(server, 2)
      const { headers } = await post(server, '/mcp', handshake())
      await openSession(server)
      expectSame(
        await statusesOf(server, [a, b, { 'Mcp-Session-Id': headers['mcp-session-id'] }]),
        [200, 200, 404],
        'statuses',
      )
    }),
  ],
  [
    'T-48 none is idle: 503 with Retry-After, those with streams live, and room comes when one closes',
    withServer({ MAX_SESSIONS: '3' }, async (server) => {
      const sessions = await openSome(server, 3)
      const streams = await Promise.all(sessions.map((one) => openStream(server, 'GET', '/mcp', { ...one, ...STREAM })))
      await expectBusy(server, 'POST', '/mcp', { 'Content-Type': 'application/json' }, JSON.stringify(handshake()))
      expectSame(await statusesOf(server, sessions), [200, 200, 200], 'statuses')
      streams[0].destroy()
      await soon(async () => (await post(server, '/mcp', handshake())).status === 200, 'room')
      for (const stream of streams) stream.destroy()
    }),
  ],
  [
    'T-48 a session with a request in flight is not idle',
    withSlowTool({ MAX_SESSIONS: '2' }, async (server, upstream) => {
      const busy = await openSession(server)
      const answer = post(server, '/mcp', oneStory(), busy)
      await soon(() => upstream.asked > 0, 'a call that reaches the upstream')
      await openSome(server, 3)
      upstream.open()
      expectResult(await answer, 1)
      expectSame(await statusesOf(server, [busy]), [200])
    }),
  ],
  [
    'T-48 500 handshakes in a row never lock anybody out',
    withServer({ MAX_SESSIONS: '5' }, async (server) => {
      const used = await openSession(server)
      for (let round = 0; round < 500; round++) expectStatus(await post(server, '/mcp', handshake()), 200)
      expectSame(await statusesOf(server, [used]), [200], 'the session that is used:')
    }),
  ],
  [
    'T-48 1,100 handshakes that nobody goes on with: a client that comes then is served',
    withServer({}, async (server) => {
      const used = await openSession(server)
      const lane = async () => {
        const client = connect(server)
        for (let round = 0; round < 110; round++) {
          client.send(requestBytes(server, 'POST', '/mcp', {}, JSON.stringify(handshake())))
          expectStatus(await client.answer(), 200)
        }
        client.destroy()
      }
      await openMany(10, lane)
      expectResult(await post(server, '/mcp', oneStory(), await openSession(server)), 1)
      expectSame(await statusesOf(server, [used]), [200])
    }),
  ],
  [
    'T-48, T-37 at the cap, ten clients that come at once do not push each other out',
    withServer({ MAX_SESSIONS: '100' }, async (server) => {
      await openSome(server, 100)
      const answers = await openMany(10, () => post(server, '/mcp', handshake()))
      const sessions = answers.map(({ headers }) => ({ 'Mcp-Session-Id': headers['mcp-session-id'] }))
      expectSame(await statusesOf(server, sessions), Array(10).fill(200), 'statuses')
    }),
  ],
  [
    'T-49 streams of HTTP+SSE over the cap: 503, the others live, all are free when they close',
    withServer({ MAX_SESSIONS: '5' }, async (server) => {
      const open = await openMany(5, () => openSse(server))
      await expectBusy(server, 'GET', '/sse', STREAM)
      for (const sse of open) expectSame((await sse.call(rpc('ping'))).id, 1)
      for (const sse of open) sse.connection.reset()
      await soon(async () => {
        const again = await openMany(5, () => openStream(server, 'GET', '/sse', STREAM))
        for (const stream of again) stream.destroy()
        return again.every(({ status }) => status === 200)
      }, 'five free places')
    }),
  ],
  [
    'T-49 subscriptions over the cap are refused, the others live, all are free when they close',
    withServer({ MAX_LISTENS: '3' }, async (server) => {
      const open = await openMany(3, () => listen(server))
      for (const stream of open) expectSame((await stream.message()).method, 'notifications/subscriptions/acknowledged')
      const { headers, body } = modern('subscriptions/listen', { notifications: {} })
      await expectBusy(server, 'POST', '/mcp', { ...headers, 'Content-Type': 'application/json' }, JSON.stringify(body))
      for (const stream of open) expect(!stream.connection.isOver(), 'an open stream', 'its end')
      for (const stream of open) stream.destroy()
      await soon(async () => {
        const stream = await listen(server)
        stream.destroy()
        return stream.status === 200
      }, 'a free place')
    }),
  ],
  [
    'T-23 refused handshakes push no session out',
    withServer({ MAX_SESSIONS: '2' }, async (server) => {
      const sessions = await openSome(server, 2)
      for (const headers of [
        { Host: 'evil.example' },
        { Origin: 'null' },
        { 'Content-Type': 'text/plain' },
        { Accept: 'text/html' },
      ])
        for (let round = 0; round < 3; round++) await post(server, '/mcp', handshake(), headers)
      await post(server, '/mcp', rpc('initialize', { protocolVersion: 1 }))
      await post(server, '/mcp', '{"jsonrpc":"2.0","id":null,"method":"initialize"}')
      expectSame(await statusesOf(server, sessions), [200, 200], 'statuses')
    }),
  ],
]
