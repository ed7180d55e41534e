// Readers that stop: what waits for them is bounded, and nobody else waits with them.
import { readFileSync } from 'node:fs'
import { call, modern, openSession, openSse, openStream, post, request, requestBytes, rpc } from './client.mjs'
import { expect, expectSame, expectStatus } from './expect.mjs'
import { connect, delay } from './socket.mjs'
import { withServer } from './start.mjs'

export const inOrder = true

const MIB = 2 ** 20
const big = (id) => call({ type: 'topstories', amount: 500 }, id)
/** More than the limit and what the systems on both ends keep in their buffers. */
const ENOUGH = 24 * MIB

const memoryOf = ({ pid }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024

/** How many bytes the largest answer has. */
const sizeOf = async (server) => {
  const { headers, body } = modern('tools/call', big(1).params)
  return (await post(server, '/mcp', body, headers)).text.length
}

/** Makes answers that nobody reads, until the server has had enough. The status of the last POST, and what was made. */
async function fill(server, sse, bytes = ENOUGH) {
  const size = await sizeOf(server)
  for (let made = 0, id = 0; made < bytes; made += size) {
    const { status } = await sse.post(big(++id))
    if (status !== 202) return { status, made, count: id }
    if (made + size >= bytes) return { status, made: bytes, count: id }
  }
}

async function stoppedReader(server) {
  const sse = await openSse(server)
  sse.connection.socket.pause()
  return sse
}

/** A connection that asks and asks and reads nothing. Resolves when the server takes no more, or has taken all. */
async function askOnly(server, count, make) {
  const client = connect(server)
  client.socket.pause()
  for (let sent = 0; sent < count && !client.isOver(); sent++) client.send(make())
  let taken = 0
  for (let looks = 0; looks < 20 && client.socket.writableLength > 0; looks++) {
    await delay(100)
    if (client.socket.writableLength !== taken) looks = 0
    taken = client.socket.writableLength
  }
  await request(server, 'GET', '/health') // it has read what was sent before this
  return client
}

const askingOnly = [
  ['of a session', async (server) => ({ headers: await openSession(server), body: big(1) })],
  [
    'of a session, by streams',
    async (server) => ({ headers: { ...(await openSession(server)), Accept: 'text/event-stream' }, body: big(1) }),
  ],
  ['without a session', () => modern('tools/call', big(1).params)],
]

export const cases = [
  [
    'T-52 a reader of HTTP+SSE who stops is dropped: 1 MiB waits for him, and his session is gone',
    async (server) => {
      const sse = await stoppedReader(server)
      const { status, made } = await fill(server, sse)
      sse.destroy()
      expectSame(status, 404, `after ${made} bytes nobody read, status`)
    },
  ],
  [
    'T-52 nobody else waits for him',
    async (server) => {
      const sse = await stoppedReader(server)
      const state = { isDone: false }
      const filling = fill(server, sse).finally(() => (state.isDone = true))
      do expectStatus(await request(server, 'GET', '/health'), 200)
      while (!state.isDone)
      await filling
      sse.destroy()
    },
  ],
  [
    'T-52 ten of them, whose answers wait, cost less than 128 MiB (with --pid)',
    async (server) => {
      if (!server.pid) return
      const before = memoryOf(server)
      const readers = await Promise.all(Array.from({ length: 10 }, () => stoppedReader(server)))
      await Promise.all(readers.map((sse) => fill(server, sse)))
      const grown = memoryOf(server) - before
      for (const sse of readers) sse.destroy()
      expect(grown < 128 * MIB, 'less than 128 MiB', `${(grown / MIB).toFixed(1)} MiB`)
    },
  ],
  ...askingOnly.map(([what, make]) => [
    `T-52 who asks 400 times ${what} and reads nothing is not answered into memory, and hurts nobody`,
    async (server) => {
      const { headers, body } = await make(server)
      const before = server.pid ? memoryOf(server) : 0
      const client = await askOnly(server, 400, () =>
        requestBytes(server, 'POST', '/mcp', headers, JSON.stringify(body)),
      )
      const grown = server.pid ? memoryOf(server) - before : 0
      expectStatus(await request(server, 'GET', '/health'), 200)
      if (headers['Mcp-Session-Id'])
        expectStatus(
          await post(
            server,
            '/mcp',
            rpc('ping'),
            headers.Accept ? { 'Mcp-Session-Id': headers['Mcp-Session-Id'] } : headers,
          ),
          200,
        )
      client.reset()
      expect(grown < 40 * MIB, 'less than 40 MiB', `${(grown / MIB).toFixed(1)} MiB`)
    },
  ]),
  [
    'T-52 a reader who is slow, but reads, gets all',
    async (server) => {
      const sse = await openSse(server)
      const { socket } = sse.connection
      const reading = setInterval(() => (socket.isPaused() ? socket.resume() : socket.pause()), 20)
      try {
        for (let id = 1; id <= 20; id++) {
          expectStatus(await sse.post(big(id)), 202)
          expectSame((await sse.message()).id, id)
        }
      } finally {
        clearInterval(reading)
        sse.destroy()
      }
    },
  ],
  [
    'T-52 who stops and goes on has every answer, once (MAX_UNREAD_BYTES)',
    async (main) => {
      if (!main.start) return
      await withServer({ MAX_UNREAD_BYTES: String(64 * MIB) }, async (server) => {
        const sse = await stoppedReader(server)
        const { status, count } = await fill(server, sse, 12 * MIB)
        expectSame(status, 202, 'status')
        sse.connection.socket.resume()
        const ids = (await sse.messages(count)).map(({ id }) => id)
        sse.destroy()
        expectSame(
          ids.toSorted((a, b) => a - b),
          ids.map((_, at) => at + 1),
          'ids',
        )
        expectSame(ids.length, count, 'answers:')
      })(main)
    },
  ],
  [
    'T-52 one message over the limit is sent where nothing waits before it (MAX_UNREAD_BYTES)',
    async (main) => {
      if (!main.start) return
      await withServer({ MAX_UNREAD_BYTES: '1000' }, async (server) => {
        const sse = await openSse(server)
        expectSame((await sse.call(big('big'))).id, 'big')
        expectSame((await sse.call(rpc('ping'))).id, 1)
        sse.destroy()
      })(main)
    },
  ],
  [
    'T-52 MAX_UNREAD_BYTES is the limit: a reader who stops is dropped earlier',
    async (main) => {
      if (!main.start) return
      await withServer({ MAX_UNREAD_BYTES: '100000' }, async (server) => {
        const session = await openSession(server)
        const stream = await openStream(server, 'GET', '/mcp', { ...session, Accept: 'text/event-stream' })
        const sse = await stoppedReader(server)
        expectSame((await fill(server, sse, 16 * MIB)).status, 404, 'status')
        sse.destroy()
        expectStatus(await post(server, '/mcp', rpc('ping'), session), 200)
        stream.destroy()
      })(main)
    },
  ],
]
