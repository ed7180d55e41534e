// Clients that are gone after any byte of what they meant to say (T-13).
import { readdirSync } from 'node:fs'
import { modern, oneStory, openSession, openSse, post, request, requestBytes, rpc } from './client.mjs'
import { expect, expectResult, expectSame, expectStatus } from './expect.mjs'
import { connect, soon } from './socket.mjs'

export const inOrder = true

const connected = ({ socket }) =>
  socket.connecting ? new Promise((resolve) => socket.once('connect', resolve).once('error', resolve)) : undefined

/** Sends the first `length` bytes for every length, and is gone. */
async function leaveAtEveryByte(server, bytes, leave) {
  const lengths = Array.from({ length: bytes.length + 1 }, (_, length) => length)
  const lane = async () => {
    for (let length = lengths.shift(); length !== undefined; length = lengths.shift()) {
      const client = connect(server)
      await connected(client)
      await new Promise((resolve) => client.socket.write(bytes.subarray(0, length), resolve))
      client[leave]()
    }
  }
  await Promise.all(Array.from({ length: 16 }, lane))
  expectStatus(await request(server, 'GET', '/health'), 200)
}

const chunked = (server, headers, text) =>
  Buffer.concat([
    requestBytes(server, 'POST', '/mcp', {
      ...headers,
      'Content-Type': 'application/json',
      'Transfer-Encoding': 'chunked',
    }),
    Buffer.from(`${text.length.toString(16)};x=y\r\n${text}\r\n0\r\nX: y\r\n\r\n`),
  ])

const requests = [
  ['GET /health', (server) => requestBytes(server, 'GET', '/health')],
  ['GET /', (server) => requestBytes(server, 'GET', '/')],
  ['GET /sse', (server) => requestBytes(server, 'GET', '/sse', { Accept: 'text/event-stream' })],
  ['GET /mcp', (server, session) => requestBytes(server, 'GET', '/mcp', { ...session, Accept: 'text/event-stream' })],
  ['a call', (server, session) => requestBytes(server, 'POST', '/mcp', session, JSON.stringify(oneStory()))],
  [
    'a call answered by a stream',
    (server, session) =>
      requestBytes(server, 'POST', '/mcp', { ...session, Accept: 'text/event-stream' }, JSON.stringify(oneStory())),
  ],
  ['a call in chunks', (server, session) => chunked(server, session, JSON.stringify(oneStory()))],
  [
    'a call without a session',
    (server) => {
      const { headers, body } = modern('tools/call', oneStory().params)
      return requestBytes(server, 'POST', '/mcp', headers, JSON.stringify(body))
    },
  ],
  [
    'subscriptions/listen',
    (server) => {
      const { headers, body } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
      return requestBytes(server, 'POST', '/mcp', headers, JSON.stringify(body))
    },
  ],
  [
    'a preflight',
    (server) =>
      requestBytes(server, 'OPTIONS', '/mcp', { Origin: 'http://localhost', 'Access-Control-Request-Method': 'POST' }),
  ],
]

const openFiles = ({ pid }) => readdirSync(`/proc/${pid}/fd`).length
const halves = [
  ['GET /health', (server) => requestBytes(server, 'GET', '/health'), 1],
  ['a call', (server, session) => requestBytes(server, 'POST', '/mcp', session, JSON.stringify(oneStory())), 1],
  ['a call in chunks', (server, session) => chunked(server, session, JSON.stringify(oneStory())), 1],
  ['three requests', (server) => Buffer.concat(Array(3).fill(requestBytes(server, 'GET', '/health'))), 3],
]

export const cases = [
  ...requests.flatMap(([what, make]) =>
    ['reset', 'destroy'].map((leave) => [
      `T-13 ${what}: gone after every byte (${leave === 'reset' ? 'RST' : 'FIN'})`,
      async (server) => {
        const session = await openSession(server)
        await leaveAtEveryByte(server, make(server, session), leave)
        expectResult(await post(server, '/mcp', oneStory(), session), 1)
      },
    ]),
  ),
  [
    'T-13 /messages: gone after every byte; the stream lives on and hears nothing of half messages',
    async (server) => {
      const sse = await openSse(server)
      const bytes = requestBytes(server, 'POST', sse.endpoint, {}, JSON.stringify(rpc('ping', undefined, 'half')))
      await leaveAtEveryByte(server, bytes.subarray(0, -1), 'reset')
      expectSame((await sse.call(rpc('ping', undefined, 'whole'))).id, 'whole', 'the first message')
      sse.destroy()
    },
  ],
  ...halves.map(([what, make, count]) => [
    `T-13 ${what}, then a half-close: answered all the same`,
    async (server) => {
      const client = connect(server)
      client.send(make(server, await openSession(server))).end()
      for (let answers = 0; answers < count; answers++) expectStatus(await client.answer(), 200)
      expect(await client.closes(), 'the end', 'an open connection')
      client.destroy()
    },
  ]),
  [
    'T-13 half a request, then a half-close: 400 or the end',
    async (server) => {
      const client = connect(server)
      client
        .send('POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{')
        .end()
      expect(await client.closes(), 'the end', 'an open connection')
      expect(/^(HTTP\/1\.1 400 |$)/.test(client.peek().toString()), '400 or nothing', client.peek().toString())
      client.destroy()
    },
  ],
  [
    'T-13 a large answer is left in the middle',
    async (server) => {
      const { headers, body } = modern('tools/call', {
        ...oneStory().params,
        arguments: { type: 'topstories', amount: 500 },
      })
      for (let round = 0; round < 30; round++) {
        const client = connect(server)
        client.send(requestBytes(server, 'POST', '/mcp', headers, JSON.stringify(body)))
        await client.until(() => client.received() > round * 2000 || undefined)
        client.reset()
      }
      expectResult(await post(server, '/mcp', body, headers), 1)
    },
  ],
  [
    'T-13, T-61 five hundred connections that say nothing and go leave no descriptor behind (with --pid)',
    async (server) => {
      if (!server.pid) return
      const clients = Array.from({ length: 500 }, () => connect(server))
      await Promise.all(clients.map(connected))
      await request(server, 'GET', '/health')
      const most = openFiles(server)
      for (const client of clients) client.reset()
      await soon(() => openFiles(server) <= most - 480, `at most ${most - 480} descriptors`)
    },
  ],
]
