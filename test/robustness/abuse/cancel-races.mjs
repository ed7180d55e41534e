// Cancelling: what cannot be cancelled is passed over in silence, and a race has one outcome.
import {
  begin,
  call,
  handshake,
  modern,
  notification,
  oneStory,
  openSession,
  openSse,
  request,
  post,
  requestBytes,
  rpc,
} from './client.mjs'
import { expect, expectResult, expectSame, expectStatus } from './expect.mjs'
import { connect, delay, MOMENT, soon } from './socket.mjs'
import { withSlowTool } from './start.mjs'

const cancel = (requestId, more) => notification('notifications/cancelled', { requestId, ...more })

/** Waits until the tool has asked upstream. */
const asked = (upstream) => soon(() => upstream.asked > 0, 'a call that reaches the upstream')
const stopped = (upstream) => soon(() => upstream.aborted > 0, 'a stopped request upstream')

const slowOnes = (run) => async (main) => {
  if (main.start) await withSlowTool({}, run)(main)
}

export const cases = [
  [
    'T-39 fifty races over HTTP+SSE: each call is answered once or never',
    async (server) => {
      const sse = await openSse(server)
      const ids = Array.from({ length: 50 }, (_, id) => id)
      await Promise.all(
        ids.flatMap((id) => [sse.post(call({ type: 'topstories', amount: 100 }, id)), sse.post(cancel(id))]),
      )
      const seen = [(await sse.call(rpc('ping', undefined, 'next'))).id]
      while (!seen.includes('next')) seen.push((await sse.message()).id)
      seen.push(...(await sse.messages()).map(({ id }) => id))
      expectSame(new Set(seen).size, seen.length, 'answers of one each:')
      sse.destroy()
    },
  ],
  [
    'T-39 fifty races, one POST each: an answer, or a stream that ends in silence',
    async (server) => {
      const session = await openSession(server)
      await Promise.all(
        Array.from({ length: 50 }, async (_, id) => {
          const answering = post(server, '/mcp', call({ type: 'topstories', amount: 100 }, id), session)
          expectStatus(await post(server, '/mcp', cancel(id), session), 202)
          const answer = expectStatus(await answering, 200)
          expect(answer.isWhole, 'a whole answer', answer)
          if (answer.headers['content-type'] === 'application/json') expectResult(answer, id)
          else expect(!answer.text.includes('data: {'), 'silence', answer.text)
        }),
      )
    },
  ],
  [
    'T-39 call and cancel in one packet',
    async (server) => {
      const session = await openSession(server)
      const client = connect(server)
      const both = [oneStory(1), cancel(1)].map((message) =>
        requestBytes(server, 'POST', '/mcp', session, JSON.stringify(message)),
      )
      client.send(Buffer.concat(both))
      expectStatus(await client.answer(), 200)
      expectStatus(await client.answer(), 202)
      client.destroy()
    },
  ],
  [
    'T-39 the handshake cannot be cancelled',
    async (server) => {
      const sse = await openSse(server)
      await Promise.all([sse.post(handshake()), sse.post(cancel(0))])
      expectSame((await sse.message()).id, 0)
      sse.destroy()
    },
  ],
  [
    'T-39 in flight over HTTP+SSE: no answer ever, and the work stops',
    slowOnes(async (server, upstream) => {
      const sse = await openSse(server)
      expectStatus(await sse.post(oneStory(1)), 202)
      await asked(upstream)
      expectStatus(await sse.post(cancel(1)), 202)
      await stopped(upstream)
      upstream.open()
      expectSame((await sse.call(rpc('ping', undefined, 'next'))).id, 'next', 'the first message')
      expectSame(await sse.messages(), [], 'messages')
      sse.destroy()
    }),
  ],
  [
    'T-39 in flight, a POST: 200, a stream that ends, no answer (R-CA-4)',
    slowOnes(async (server, upstream) => {
      const session = await openSession(server)
      const answering = post(server, '/mcp', oneStory(1), session)
      await asked(upstream)
      expectStatus(await post(server, '/mcp', cancel(1), session), 202)
      const answer = expectStatus(await answering, 200)
      expect(!answer.text.includes('"result"') && !answer.text.includes('"error"'), 'silence', answer.text)
      expectStatus(await post(server, '/mcp', rpc('ping'), session), 200)
    }),
  ],
  [
    'T-39 a cancel that names an id in flight twice stops both (R-JR-21)',
    slowOnes(async (server, upstream) => {
      const session = await openSession(server)
      const first = await begin(server, '/mcp', call({ type: 'topstories', amount: 1 }, 1), session)
      const second = await begin(server, '/mcp', call({ type: 'topstories', amount: 2 }, 1), session)
      await asked(upstream)
      expectStatus(await post(server, '/mcp', cancel(1), session), 202)
      for (const answer of [await first.answer(), await second.answer()])
        expect(!answer.text.includes('"result"'), 'silence', answer.text)
    }),
  ],
  [
    'T-39 a cancel from another session, or of another type of id, stops nothing',
    slowOnes(async (server, upstream) => {
      const [a, b] = [await openSession(server), await openSession(server)]
      const answering = post(server, '/mcp', oneStory(1), a)
      await asked(upstream)
      expectStatus(await post(server, '/mcp', cancel(1), b), 202)
      expectStatus(await post(server, '/mcp', cancel('1'), a), 202)
      upstream.open()
      expectResult(await answering, 1)
    }),
  ],
  [
    'T-39 without sessions a posted cancel is taken and ignored',
    slowOnes(async (server, upstream) => {
      const { headers, body } = modern('tools/call', oneStory().params)
      const answering = post(server, '/mcp', body, headers)
      await asked(upstream)
      const late = modern('notifications/cancelled', { requestId: 1 }, { id: null })
      expectStatus(await post(server, '/mcp', late.body, late.headers), 202)
      upstream.open()
      expectResult(await answering, 1)
    }),
  ],
  [
    'T-39 without sessions who leaves has cancelled: the work stops',
    slowOnes(async (server, upstream) => {
      const { headers, body } = modern('tools/call', oneStory().params)
      const client = connect(server)
      client.send(requestBytes(server, 'POST', '/mcp', headers, JSON.stringify(body)))
      await asked(upstream)
      client.reset()
      await stopped(upstream)
    }),
  ],
  [
    'T-39 in a session who leaves has cancelled nothing: the answer waits for him',
    slowOnes(async (server, upstream) => {
      const session = await openSession(server)
      const headers = { ...session, Accept: 'text/event-stream' }
      const slow = oneStory('late')
      const client = connect(server)
      client.send(requestBytes(server, 'POST', '/mcp', headers, JSON.stringify(slow)))
      await asked(upstream)
      client.reset()
      await delay(MOMENT)
      expectSame(upstream.aborted, 0, 'stopped requests upstream')
      upstream.open()
      expectStatus(await post(server, '/mcp', rpc('ping'), session), 200)
    }),
  ],
  [
    'T-39 HTTP+SSE: who closes the stream has ended the session, and its work stops',
    slowOnes(async (server, upstream) => {
      const sse = await openSse(server)
      expectStatus(await sse.post(oneStory(1)), 202)
      await asked(upstream)
      sse.connection.reset()
      await stopped(upstream)
    }),
  ],
  [
    'T-39, T-43 DELETE stops what is in flight, and its POST comes to an end',
    slowOnes(async (server, upstream) => {
      const session = await openSession(server)
      const client = connect(server)
      client.send(requestBytes(server, 'POST', '/mcp', session, JSON.stringify(oneStory(1))))
      await asked(upstream)
      expectStatus(await request(server, 'DELETE', '/mcp', session), 200, 204)
      const answer = await client.answer()
      expect(!answer.text.includes('"result"'), 'no result', answer.text)
      client.destroy()
    }),
  ],
]
