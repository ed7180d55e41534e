// The end of the process (section 7): who is told what, who is waited for, and how long.
import {
  call,
  modern,
  notification,
  openSession,
  openSse,
  openStream,
  post,
  request,
  requestBytes,
  rpc,
} from './client.mjs'
import { expect, expectSame, expectStatus } from './expect.mjs'
import { connect, delay, PATIENCE, soon } from './socket.mjs'
import { withServer } from './start.mjs'

export const needs = 'start'
export const isSlow = true

const STREAM = { Accept: 'text/event-stream' }

/** [code, signal], or what there is instead. */
export const exitOf = (server) => Promise.race([server.exited, delay(PATIENCE).then(() => `no exit in ${PATIENCE} ms`)])

/** Waits until the server takes no new connection: it has heard the signal. */
export const isEnding = (server) =>
  soon(
    () =>
      request(server, 'GET', '/health').then(
        () => false,
        () => true,
      ),
    'no new connection',
  )

const listening = (server) => {
  const { headers, body } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } }, { id: 'l' })
  return openStream(server, 'POST', '/mcp', headers, JSON.stringify(body))
}

const standing = [
  ['GET /sse', (server) => openStream(server, 'GET', '/sse', STREAM)],
  [
    'GET /mcp of a session',
    async (server) => openStream(server, 'GET', '/mcp', { ...(await openSession(server)), ...STREAM }),
  ],
]

/** The retry of each stream's last words. */
async function lastWords(stream) {
  let retry
  for (let block = await stream.block(); block; block = await stream.block()) retry = block.retry ?? retry
  return { retry: Number(retry), isWhole: await stream.ends() }
}

export const cases = [
  ...['SIGTERM', 'SIGINT'].flatMap((signal) => [
    [
      `T-90 ${signal} with nothing to do: exit 0`,
      withServer({}, async (server) => {
        expectStatus(await request(server, 'GET', '/health'), 200)
        server.kill(signal)
        expectSame(await exitOf(server), [0, null], '[code, signal]')
      }),
    ],
    [
      `T-90 ${signal} with streams open: exit 0`,
      withServer({}, async (server) => {
        const streams = await Promise.all([...standing.map(([, open]) => open(server)), listening(server)])
        server.kill(signal)
        expectSame(await exitOf(server), [0, null], '[code, signal]')
        for (const stream of streams) stream.destroy()
      }),
    ],
  ]),
  ...standing.map(([what, open]) => [
    `T-90 ${what} is told when to come back, at random between 1 and 5 s, and ends whole`,
    withServer({}, async (server) => {
      const streams = await Promise.all(Array.from({ length: 12 }, () => open(server)))
      const words = Promise.all(streams.map(lastWords))
      server.kill('SIGTERM')
      const all = await words
      const seen = JSON.stringify(all)
      expect(
        all.every(({ retry }) => retry >= 1000 && retry <= 5000),
        'retry: 1000 to 5000 on each',
        seen,
      )
      expect(new Set(all.map(({ retry }) => retry)).size > 3, 'retries that differ', seen)
      expect(
        all.every(({ isWhole }) => isWhole),
        'the last chunk on each',
        seen,
      )
    }),
  ]),
  [
    'T-90 a subscription is answered, and ends whole (R-SU-8)',
    withServer({}, async (server) => {
      const stream = await listening(server)
      expectSame((await stream.message()).method, 'notifications/subscriptions/acknowledged')
      server.kill('SIGTERM')
      const messages = await stream.messages(Infinity)
      expectSame(messages.find(({ id }) => id === 'l')?.result?.resultType, 'complete', 'resultType')
      expect(await stream.ends(), 'the last chunk', 'a cut')
    }),
  ],
  [
    'T-90 idle connections, half heads and half bodies hold nothing up',
    withServer({}, async (server) => {
      const idle = Array.from({ length: 20 }, () => connect(server))
      for (const client of idle) client.send(requestBytes(server, 'GET', '/health'))
      for (const client of idle) expectStatus(await client.answer(), 200)
      const halves = [
        connect(server),
        connect(server).send('GET /hea'),
        connect(server).send(
          requestBytes(server, 'POST', '/mcp', { 'Content-Type': 'application/json', 'Content-Length': '1000' }),
        ),
      ]
      await request(server, 'GET', '/health') // it has read what was sent before this
      server.kill('SIGTERM')
      const ends = await Promise.all(idle.map((client) => client.closes()))
      expectSame(ends.filter((isOver) => !isOver).length, 0, 'idle connections still open:')
      expectSame(await exitOf(server), [0, null], '[code, signal]')
      for (const client of [...idle, ...halves]) client.destroy()
    }),
  ],
  [
    'T-90 a reader who has stopped holds nothing up',
    withServer({}, async (server) => {
      const sse = await openSse(server)
      sse.connection.socket.pause()
      for (let id = 0; id < 40; id++) await sse.post(call({ type: 'topstories', amount: 500 }, id))
      server.kill('SIGTERM')
      expectSame(await exitOf(server), [0, null], '[code, signal]')
      sse.destroy()
    }),
  ],
  [
    'T-90 under load: every request has an answer, or its connection was never taken',
    withServer({}, async (server) => {
      const session = await openSession(server)
      const state = { isOver: false }
      let answered = 0
      const lane = async () => {
        const seen = []
        while (!state.isOver) {
          const client = connect(server)
          client.send(requestBytes(server, 'POST', '/mcp', session, JSON.stringify(rpc('ping'))))
          const answer = await client.answer().catch(() => undefined)
          if (answer) seen.push(answer)
          if (answer) answered++
          // Bytes without a whole answer would be a cut.
          else seen.push({ status: client.received() === 0 ? 'refused' : 'cut' })
          client.destroy()
          if (!answer) break
        }
        return seen
      }
      const lanes = Array.from({ length: 10 }, lane)
      await soon(() => answered > 50, 'answers before the signal')
      server.kill('SIGTERM')
      await exitOf(server)
      state.isOver = true
      const statuses = (await Promise.all(lanes))
        .flat()
        .map(({ status, isWhole }) => (isWhole === false ? 'cut' : status))
      // Not 404: it would send the client to begin a new session with a process that ends.
      const odd = statuses.filter((status) => ![200, 503, 'refused'].includes(status))
      expectSame(odd, [], 'other outcomes')
    }),
  ],
  [
    'T-90 SIGKILL, and a new process: an old session is unknown, a new one is served',
    async (main) => {
      const first = await main.start()
      const session = await openSession(first)
      await first.end()
      await withServer({ PORT: String(first.port) }, async (server) => {
        expectStatus(await post(server, '/mcp', rpc('ping'), session), 404)
        expectStatus(
          await post(server, '/mcp', notification('notifications/initialized'), await openSession(server)),
          202,
        )
      })(main)
    },
  ],
]
