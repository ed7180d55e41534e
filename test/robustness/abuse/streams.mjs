// Event streams: their head, their life in silence, and their end at any moment.
import { readdirSync } from 'node:fs'
import { call, modern, openSession, openSse, openStream, post, request, requestBytes, rpc, TOOL } from './client.mjs'
import { expect, expectHeader, expectSame, expectStatus } from './expect.mjs'
import { connect, delay, MOMENT, soon } from './socket.mjs'

const STREAM = { Accept: 'text/event-stream' }
const oneStory = JSON.stringify(call({ type: 'topstories', amount: 1 }))
const listening = (server, more = {}) => {
  const { headers, body } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } }, { id: 'l' })
  return openStream(server, 'POST', '/mcp', { ...headers, ...more }, JSON.stringify(body))
}
const modernCall = (server, more = {}) => {
  const { headers, body } = modern('tools/call', { name: TOOL, arguments: { type: 'topstories', amount: 1 } })
  return openStream(server, 'POST', '/mcp', { ...headers, ...STREAM, ...more }, JSON.stringify(body))
}

export const kinds = [
  ['GET /sse', (server, more) => openStream(server, 'GET', '/sse', { ...STREAM, ...more })],
  ['GET /mcp without a session', (server, more) => openStream(server, 'GET', '/mcp', { ...STREAM, ...more })],
  [
    'GET /mcp of a session',
    async (server, more) => openStream(server, 'GET', '/mcp', { ...(await openSession(server)), ...STREAM, ...more }),
  ],
  [
    'an answer to a POST',
    async (server, more) =>
      openStream(server, 'POST', '/mcp', { ...(await openSession(server)), ...STREAM, ...more }, oneStory),
  ],
  ['an answer without a session', modernCall],
  ['subscriptions/listen', listening],
]

/** After `count` streams that end like this, the sessions are gone, the sockets too, and others are served. */
const cutMany = (count, open, cut) => async (server) => {
  await Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const stream = await open(server, {})
      await cut(stream, at)
    }),
  )
  const sse = await openSse(server)
  expectSame((await sse.call(rpc('ping'))).id, 1)
  sse.destroy()
}

const openFiles = ({ pid }) => readdirSync(`/proc/${pid}/fd`).length

export const cases = [
  ...kinds.map(([what, open]) => [
    `T-51 ${what}: a head that proxies and browsers leave alone`,
    async (server) => {
      const stream = await open(server, { 'Accept-Encoding': 'gzip, deflate, br, zstd' })
      expectSame(stream.status, 200, 'status')
      expectHeader(stream, 'content-type', /^text\/event-stream(;\s*charset=utf-8)?$/i)
      expectHeader(stream, 'cache-control', 'no-cache, no-transform')
      expectHeader(stream, 'x-accel-buffering', 'no')
      expectHeader(stream, 'x-content-type-options', 'nosniff')
      expect(stream.headers['content-encoding'] === undefined, 'no compression', stream.head)
      stream.destroy()
    },
  ]),
  ...['*/*', 'text/*', 'text/event-stream, application/json;q=0.1', undefined].map((accept) => [
    `T-51 GET /sse with Accept: ${accept ?? 'none'} is served`,
    async (server) => {
      const stream = await openStream(server, 'GET', '/sse', { Accept: accept })
      expectSame((await stream.event()).event, 'endpoint', 'event')
      stream.destroy()
    },
  ]),
  [
    'T-4 HEAD /sse opens no stream and ends at once',
    async (server) => {
      const client = connect(server)
      client.send(requestBytes(server, 'HEAD', '/sse', STREAM))
      expectStatus(await client.answer({ isHead: true }), 200)
      client.send(requestBytes(server, 'GET', '/health'))
      expectStatus(await client.answer(), 200)
      client.destroy()
    },
  ],
  [
    'T-51 the endpoint event comes first, whole, and names a path of ours',
    async (server) => {
      const stream = await openStream(server, 'GET', '/sse', STREAM)
      const { event, data } = await stream.block()
      expectSame([event, /^\/messages\?sessionId=[\w-]{20,}$/.test(data)], ['endpoint', true])
      stream.destroy()
    },
  ],
  [
    'T-51 a client of HTTP/1.0 gets a stream without chunks',
    async (server) => {
      const client = connect(server)
      client.send(`GET /sse HTTP/1.0\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`)
      const { status, headers } = await client.head()
      expectSame([status, headers['transfer-encoding']], [200, undefined])
      await client.until(() => client.peek().includes('\n\n') || undefined)
      expect(client.peek().toString().startsWith('event: endpoint\n'), 'the endpoint event', client.peek().toString())
      client.destroy()
    },
  ],
  [
    'T-49 a second GET of a session takes over, the first ends (R-SH-14)',
    async (server) => {
      const session = await openSession(server)
      const first = await openStream(server, 'GET', '/mcp', { ...session, ...STREAM })
      const second = await openStream(server, 'GET', '/mcp', { ...session, ...STREAM })
      expectSame(second.status, 200, 'status')
      expect(await first.ends(), 'the end of the first', 'two open streams')
      expect(!second.connection.isOver(), 'the second open', 'its end')
      second.destroy()
    },
  ],
  [
    'T-53 a GET stream gone: the session lives on and takes another',
    async (server) => {
      const session = await openSession(server)
      for (let round = 0; round < 20; round++) {
        const stream = await openStream(server, 'GET', '/mcp', { ...session, ...STREAM })
        expectSame(stream.status, 200, 'status')
        stream.connection.reset()
      }
      expectStatus(await post(server, '/mcp', rpc('ping'), session), 200)
    },
  ],
  [
    'T-53 a client that half-closes keeps its stream, or all of it is gone',
    async (server) => {
      const sse = await openSse(server)
      sse.connection.end()
      await delay(MOMENT)
      const { status } = await sse.post(rpc('ping'))
      if (status === 202) expectSame((await sse.message()).id, 1)
      else expectSame([status, await sse.connection.closes()], [404, true])
      sse.destroy()
    },
  ],
  ...kinds.flatMap(([what, open]) => [
    [
      `T-53 fifty times ${what}, reset as soon as its head is there`,
      cutMany(50, open, (stream) => stream.connection.reset()),
    ],
    [
      `T-53 fifty times ${what}, left at any moment of its first 50 ms`,
      cutMany(50, open, async (stream, at) => {
        await delay(at)
        stream.destroy()
      }),
    ],
  ]),
  [
    'T-53 a stream that is left while its answers are made',
    async (server) => {
      for (let round = 0; round < 20; round++) {
        const sse = await openSse(server)
        const body = JSON.stringify(call({ type: 'topstories', amount: 500 }))
        const posts = Array.from({ length: 5 }, () => sse.post(body).catch(() => {}))
        await delay(round)
        sse.connection.reset()
        await Promise.all(posts)
      }
      expectStatus(await request(server, 'GET', '/health'), 200)
    },
  ],
  [
    'T-53, T-61 two hundred streams leave no descriptor behind (with --pid)',
    async (server) => {
      if (!server.pid) return
      const streams = await Promise.all(Array.from({ length: 200 }, () => openStream(server, 'GET', '/sse', STREAM)))
      const most = openFiles(server)
      for (const stream of streams) stream.connection.reset()
      await soon(() => openFiles(server) <= most - 180, `at most ${most - 180} descriptors`)
    },
  ],
]
