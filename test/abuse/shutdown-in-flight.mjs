// The end of the process while there is work: it is finished, or told why not (section 7).
import { call, modern, openSession, openSse, post, request } from './client.mjs'
import { expect, expectHeader, expectResult, expectSame, expectStatus, jsonOf } from './expect.mjs'
import { exitOf, LIMIT } from './shutdown.mjs'
import { connect, delay } from './socket.mjs'
import { withSlowTool } from './start.mjs'

export const needs = 'start'
export const isSlow = true

async function asked(upstream) {
  for (const end = Date.now() + 5000; Date.now() < end && upstream.asked === 0;) await delay(20)
  expect(upstream.asked > 0, 'a call that reaches the upstream', upstream.asked)
}

export const cases = [
  [
    'T-90 what is in flight is finished, at all doors',
    withSlowTool({}, async (server, upstream) => {
      const session = await openSession(server)
      const sse = await openSse(server)
      const { headers, body } = modern('tools/call', call({ type: 'topstories', amount: 1 }).params)
      const answers = [
        post(server, '/mcp', call({ type: 'topstories', amount: 1 }), session, LIMIT),
        post(server, '/mcp', body, headers, LIMIT),
      ]
      expectStatus(await sse.post(call({ type: 'topstories', amount: 1 }, 'sse')), 202)
      await asked(upstream)
      await delay(200)
      server.kill('SIGTERM')
      await delay(1000)
      upstream.open()
      for (const answer of await Promise.all(answers)) expectResult(answer, 1)
      expectSame((await sse.message()).id, 'sse')
      expectSame(await exitOf(server), [0, null], '[code, signal]')
    }),
  ],
  [
    'T-90 what is in flight for longer than DRAIN_MS is answered -32603, "shutting down", and the process ends within 8 s',
    withSlowTool({ DRAIN_MS: '2000' }, async (server, upstream) => {
      const session = await openSession(server)
      const answering = post(server, '/mcp', call({ type: 'topstories', amount: 1 }), session, 10_000)
      await asked(upstream)
      const began = Date.now()
      server.kill('SIGTERM')
      const { error, id } = jsonOf(expectStatus(await answering, 200, 503))
      const waited = Date.now() - began
      expectSame([error?.code, error?.data?.reason, id], [-32_603, 'shutting down', 1])
      expect(waited > 1500 && waited < 3500, 'an answer after about 2 s', `${waited} ms`)
      expectSame(await exitOf(server, LIMIT - waited + 500), [0, null], '[code, signal]')
    }),
  ],
  [
    'T-90 the same over HTTP+SSE: the error comes on the stream, then its end',
    withSlowTool({ DRAIN_MS: '2000' }, async (server, upstream) => {
      const sse = await openSse(server)
      expectStatus(await sse.post(call({ type: 'topstories', amount: 1 })), 202)
      await asked(upstream)
      server.kill('SIGTERM')
      const { error } = await sse.message(LIMIT)
      expectSame([error?.code, error?.data?.reason], [-32_603, 'shutting down'])
      expect(await sse.ends(2000), 'the last chunk', 'a cut')
    }),
  ],
  [
    'T-90 new requests on open connections: 503 and Connection: close; /health too; no new connections',
    withSlowTool({}, async (server, upstream) => {
      const session = await openSession(server)
      const answering = post(server, '/mcp', call({ type: 'topstories', amount: 1 }), session, 10_000)
      await asked(upstream)
      // These have begun their requests before the signal, so that they are not idle.
      const targets = ['GET /health', 'POST /mcp', 'GET /sse']
      const clients = targets.map((line) => connect(server).send(`${line} HTTP/1.1\r\nHost: localhost\r\n`))
      await delay(200)
      server.kill('SIGTERM')
      await delay(300)
      for (const client of clients) {
        client.send('Content-Length: 0\r\n\r\n')
        const answer = expectStatus(await client.answer({ within: 2000 }), 503)
        expectHeader(answer, 'connection', 'close')
        expect(await client.closes(1000), 'the end', 'an open connection')
        client.destroy()
      }
      const late = await request(server, 'GET', '/health').catch((error) => error)
      expect(late instanceof Error, 'no connection', late)
      upstream.open()
      expectResult(await answering, 1)
    }),
  ],
  [
    'T-90 a second signal ends it at once with 1',
    withSlowTool({}, async (server, upstream) => {
      const session = await openSession(server)
      const answering = post(server, '/mcp', call({ type: 'topstories', amount: 1 }), session, 10_000).catch(() => {})
      await asked(upstream)
      server.kill('SIGTERM')
      await delay(300)
      server.kill('SIGTERM')
      expectSame(await exitOf(server, 1000), [1, null], '[code, signal]')
      await answering
    }),
  ],
]
