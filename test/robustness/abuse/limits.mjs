// Limits that are set by the environment: requests in flight, bodies, time; and settings that make no sense.
import { begin, handshake, oneStory, openSession, openSse, openStream, post, rpc } from './client.mjs'
import { expect, expectResult, expectSame, expectStatus, jsonOf } from './expect.mjs'
import { openSome, statusesOf, STREAM } from './session-caps.mjs'
import { delay } from './socket.mjs'
import { withServer, withSlowTool } from './start.mjs'

export const needs = 'start'
export const isSlow = true

/** Looks at another one of many sessions alike each second, until one is forgotten: a look keeps a session alive. */
async function expectForgotten(server, sessions) {
  for (const session of sessions) {
    if ((await statusesOf(server, [session]))[0] === 404) return
    await delay(1000)
  }
  expect(false, '404 of one that is forgotten', `${sessions.length} that live on`)
}
const CHECKS = 45 // it forgets every 10 s

export const cases = [
  [
    'T-37 requests in flight over the cap of a session: -32603, "busy", and the others are answered',
    withSlowTool({ MAX_IN_FLIGHT: '4' }, async (server, upstream) => {
      const session = await openSession(server)
      const pending = []
      for (const id of [0, 1, 2, 3]) pending.push(await begin(server, '/mcp', oneStory(id), session))
      const answer = expectStatus(await post(server, '/mcp', oneStory('fifth'), session), 200)
      const { error, id } = jsonOf(answer)
      expectSame([error?.code, error?.data?.reason, id], [-32_603, 'busy', 'fifth'])
      const other = post(server, '/mcp', oneStory('other'), await openSession(server))
      upstream.open()
      for (const [at, { answer }] of pending.entries()) expectResult(await answer(), at)
      expectResult(await other, 'other')
    }),
  ],
  [
    'T-37 the same over HTTP+SSE',
    withSlowTool({ MAX_IN_FLIGHT: '2' }, async (server, upstream) => {
      const sse = await openSse(server)
      for (const id of [1, 2, 3]) expectStatus(await sse.post(oneStory(id)), 202)
      const { id, error } = await sse.message()
      expectSame([id, error?.code, error?.data?.reason], [3, -32_603, 'busy'])
      upstream.open()
      expectSame([(await sse.message()).id, (await sse.message()).id].toSorted(), [1, 2], 'ids')
      sse.destroy()
    }),
  ],
  [
    'T-7 a body over MAX_BODY_BYTES',
    withServer({ MAX_BODY_BYTES: '1000' }, async (server) => {
      expectStatus(await post(server, '/mcp', handshake()), 200)
      expectStatus(await post(server, '/mcp', rpc('ping', { x: 'x'.repeat(1000) })), 413)
    }),
  ],
  [
    'T-54 a comment every KEEP_ALIVE_MS',
    withServer({ KEEP_ALIVE_MS: '300' }, async (server) => {
      const sse = await openSse(server)
      for (let seen = 0; seen < 3;) {
        const block = await sse.block()
        expect(block, 'a comment', 'silence')
        if (block.comment !== undefined) seen++
      }
      sse.destroy()
    }),
  ],
  [
    'T-48 a handshake that nothing follows is forgotten after HANDSHAKE_IDLE_MS, a session that is used is not',
    withServer({ HANDSHAKE_IDLE_MS: '500' }, async (server) => {
      const used = await openSession(server)
      const begun = await Promise.all(Array.from({ length: CHECKS }, () => post(server, '/mcp', handshake())))
      await expectForgotten(
        server,
        begun.map(({ headers }) => ({ 'Mcp-Session-Id': headers['mcp-session-id'] })),
      )
      expectSame(await statusesOf(server, [used]), [200], 'the session that is used:')
    }),
  ],
  [
    'T-48 a session is forgotten after SESSION_IDLE_MS, unless a stream of it is open',
    withServer({ SESSION_IDLE_MS: '500' }, async (server) => {
      const [open, ...idle] = await openSome(server, 1 + CHECKS)
      const stream = await openStream(server, 'GET', '/mcp', { ...open, ...STREAM })
      await expectForgotten(server, idle)
      expectSame(await statusesOf(server, [open]), [200], 'the session with a stream:')
      stream.destroy()
    }),
  ],
  ...[
    ['T-48', 'MAX_SESSIONS'],
    ['T-48', 'SESSION_IDLE_MS'],
    ['T-7', 'MAX_BODY_BYTES'],
    ['T-54', 'KEEP_ALIVE_MS'],
  ].flatMap(([requirement, name]) =>
    ['-1', 'x', '1e99'].map((value) => [
      `${requirement} ${name}=${value} does not start, and says so`,
      async (main) => {
        const server = await main.start({ [name]: value }).catch((error) => error)
        if (server instanceof Error)
          return expect(server.message.includes(name), `an error that names ${name}`, server.message)
        await server.end()
        expect(false, 'no start', 'a server that listens')
      },
    ]),
  ),
]
