// The end of the process while there is work: it is finished, or told why not (section 7).
import { begin, call, modern, openSession, openSse, post, request } from './client.mjs'
import { expect, expectHeader, expectResult, expectSame, expectStatus, jsonOf } from './expect.mjs'
import { exitOf, isEnding } from './shutdown.mjs'
import { connect, soon } from './socket.mjs'
import { withSlowTool } from './start.mjs'

export const needs = 'start'
export const isSlow = true

const asked = (upstream) => soon(() => upstream.asked > 0, 'a call that reaches the upstream')

export const cases = [
  [
    'T-90 what is in flight is finished, at all doors',
    withSlowTool({}, async (server, upstream) => {
      const session = await openSession(server)
      const sse = await openSse(server)
      const { headers, body } = modern('tools/call', call({ type: 'topstories', amount: 1 }).params)
      const begun = [
        await begin(server, '/mcp', call({ type: 'topstories', amount: 1 }), session),
        await begin(server, '/mcp', body, headers),
      ]
      expectStatus(await sse.post(call({ type: 'topstories', amount: 1 }, 'sse')), 202)
      await asked(upstream)
      server.kill('SIGTERM')
      await isEnding(server)
      upstream.open()
      for (const { answer } of begun) expectResult(await answer(), 1)
      expectSame((await sse.message()).id, 'sse')
      expectSame(await exitOf(server), [0, null], '[code, signal]')
    }),
  ],
  [
    'T-90 what is in flight for longer than DRAIN_MS is answered -32603, "shutting down", and the process ends',
    withSlowTool({ DRAIN_MS: '2000' }, async (server, upstream) => {
      const session = await openSession(server)
      const answering = post(server, '/mcp', call({ type: 'topstories', amount: 1 }), session)
      await asked(upstream)
      server.kill('SIGTERM')
      const { error, id } = jsonOf(expectStatus(await answering, 200, 503))
      expectSame([error?.code, error?.data?.reason, id], [-32_603, 'shutting down', 1])
      expectSame(await exitOf(server), [0, null], '[code, signal]')
    }),
  ],
  [
    'T-90 the same over HTTP+SSE: the error comes on the stream, then its end',
    withSlowTool({ DRAIN_MS: '2000' }, async (server, upstream) => {
      const sse = await openSse(server)
      expectStatus(await sse.post(call({ type: 'topstories', amount: 1 })), 202)
      await asked(upstream)
      server.kill('SIGTERM')
      const { error } = await sse.message()
      expectSame([error?.code, error?.data?.reason], [-32_603, 'shutting down'])
      expect(await sse.ends(), 'the last chunk', 'a cut')
    }),
  ],
  [
    'T-90 new requests on open connections: 503 and Connection: close; /health too; no new connections',
    withSlowTool({}, async (server, upstream) => {
      const session = await openSession(server)
      const answering = post(server, '/mcp', call({ type: 'topstories', amount: 1 }), session)
      await asked(upstream)
      // These have begun their requests before the signal, so that they are not idle.
      const targets = ['GET /health', 'POST /mcp', 'GET /sse']
      const clients = targets.map((line) => connect(server).send(`${line} HTTP/1.1\r\nHost: localhost\r\n`))
      await request(server, 'GET', '/health') // it has read what was sent before this
      server.kill('SIGTERM')
      await isEnding(server)
      for (const client of clients) {
        client.send('Content-Length: 0\r\n\r\n')
        const answer = expectStatus(await client.answer(), 503)
        expectHeader(answer, 'connection', 'close')
        expect(await client.closes(), 'the end', 'an open connection')
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
      const answering = post(server, '/mcp', call({ type: 'topstories', amount: 1 }), session).catch(() => {})
      await asked(upstream)
      server.kill('SIGTERM')
      await isEnding(server)
      server.kill('SIGTERM')
      expectSame(await exitOf(server), [1, null], '[code, signal]')
      await answering
    }),
  ],
]
