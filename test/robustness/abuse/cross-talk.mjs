// Forty clients that all count from 1: no answer goes astray.
import {
  call,
  modern,
  notification,
  openSession,
  openSse,
  openStream,
  post,
  requestBytes,
  rpc,
  TOOL,
} from './client.mjs'
import { expect, expectResult, expectSame, expectStatus, jsonOf } from './expect.mjs'
import { connect } from './socket.mjs'

export const inOrder = true

const CLIENTS = 40
const ROUNDS = 8
const all = (make) => Promise.all(Array.from({ length: CLIENTS }, (_, at) => make(at)))
const rounds = Array.from({ length: ROUNDS }, (_, round) => round + 1)
/** An amount nobody else asks for in this round. */
const amountOf = (client, round) => client * ROUNDS + round
const storiesOf = ({ content }) => content.filter(({ text }) => text.startsWith('{')).length
const ask = (client, round, id = round) => call({ type: 'topstories', amount: amountOf(client, round) }, id)

function expectMine(client, round, result) {
  expectSame(storiesOf(result), amountOf(client, round), `client ${client}, call ${round}: stories`)
}

export const cases = [
  [
    'T-46 forty sessions with the same ids at once',
    async (server) => {
      const sessions = await all(() => openSession(server))
      await all((at) =>
        Promise.all(
          rounds.map(async (round) =>
            expectMine(at, round, expectResult(await post(server, '/mcp', ask(at, round), sessions[at]), round)),
          ),
        ),
      )
    },
  ],
  [
    'T-46 the same over HTTP+SSE',
    async (server) => {
      const clients = await all(() => openSse(server))
      await all((at) => Promise.all(rounds.map((round) => clients[at].post(ask(at, round)))))
      await all(async (at) => {
        const answers = []
        while (answers.length < ROUNDS) answers.push(await clients[at].message())
        for (const { id, result } of answers) expectMine(at, id, result)
        expectSame(answers.map(({ id }) => id).toSorted(), rounds, 'ids')
        expectSame(await clients[at].messages(), [], 'nothing more')
        clients[at].destroy()
      })
    },
  ],
  [
    'T-46 the same without sessions, all with id 1',
    (server) =>
      all(async (at) => {
        for (const round of rounds) {
          const { body, headers } = modern('tools/call', ask(at, round).params)
          expectMine(at, round, expectResult(await post(server, '/mcp', body, headers), 1))
        }
      }),
  ],
  [
    'T-46 the same by streams of their own',
    async (server) => {
      const sessions = await all(() => openSession(server))
      await all(async (at) => {
        const headers = { ...sessions[at], Accept: 'text/event-stream' }
        const stream = await openStream(server, 'POST', '/mcp', headers, JSON.stringify(ask(at, 1)))
        expectMine(at, 1, (await stream.message()).result)
        expect(await stream.ends(), 'the end', 'an open stream')
        stream.destroy()
      })
    },
  ],
  [
    'T-46 all transports at once, all with id 1',
    async (server) => {
      const session = await openSession(server)
      const sse = await openSse(server)
      await Promise.all(
        rounds.flatMap((round) => [
          post(server, '/mcp', ask(0, round, 1), session).then((answer) =>
            expectMine(0, round, expectResult(answer, 1)),
          ),
          sse.post(ask(1, round, 1)),
          (async () => {
            const { body, headers } = modern('tools/call', ask(2, round).params)
            expectMine(2, round, expectResult(await post(server, '/mcp', body, headers), 1))
          })(),
        ]),
      )
      const seen = (await sse.messages(rounds.length)).map(({ result }) => storiesOf(result))
      expectSame(
        seen.toSorted((a, b) => a - b),
        rounds.map((round) => amountOf(1, round)),
        'stories on the stream',
      )
      sse.destroy()
    },
  ],
  [
    'T-46 two sessions take turns on one connection',
    async (server) => {
      const sessions = [await openSession(server), await openSession(server)]
      const client = connect(server)
      const turns = Array.from({ length: 30 }, (_, at) => [at % 2, 1 + (at % ROUNDS)])
      for (const [at, round] of turns)
        client.send(requestBytes(server, 'POST', '/mcp', sessions[at], JSON.stringify(ask(at, round, 1))))
      for (const [at, round] of turns) expectMine(at, round, expectResult(await client.answer(), 1))
      client.destroy()
    },
  ],
  [
    'T-46 eras take turns on one connection',
    async (server) => {
      const session = await openSession(server)
      const client = connect(server)
      const { body, headers } = modern('tools/call', { name: TOOL, arguments: { type: 'topstories', amount: 2 } })
      for (let turn = 0; turn < 10; turn++) {
        client.send(requestBytes(server, 'POST', '/mcp', session, JSON.stringify(ask(0, 1, 1))))
        client.send(requestBytes(server, 'POST', '/mcp', headers, JSON.stringify(body)))
        client.send(requestBytes(server, 'POST', '/mcp', {}, JSON.stringify(rpc('ping'))))
        expectMine(0, 1, expectResult(await client.answer(), 1))
        expectSame(storiesOf(expectResult(await client.answer(), 1)), 2, 'stories')
        expectStatus(await client.answer(), 400)
      }
      client.destroy()
    },
  ],
  [
    'T-46 a log level is that of its session',
    async (server) => {
      const [a, b] = [await openSession(server), await openSession(server)]
      expectResult(await post(server, '/mcp', rpc('logging/setLevel', { level: 'debug' }), a), 1)
      const stream = await openStream(server, 'GET', '/mcp', { ...b, Accept: 'text/event-stream' })
      await post(server, '/mcp', ask(0, 1), a)
      expectSame(await stream.messages(), [], 'nothing on the stream of the other')
      stream.destroy()
    },
  ],
  [
    'T-46 a foreign answer or cancel with an id in flight elsewhere changes nothing',
    async (server) => {
      const [a, b] = [await openSession(server), await openSession(server)]
      const cancel = notification('notifications/cancelled', { requestId: 1 })
      const stray = { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'stray' }] } }
      const answers = await Promise.all([
        ...rounds.map((round) => post(server, '/mcp', ask(0, round, 1), a)),
        ...rounds.flatMap(() => [post(server, '/mcp', cancel, b), post(server, '/mcp', stray, b)]),
      ])
      for (const [at, round] of rounds.entries()) expectMine(0, round, expectResult(answers[at], 1))
      for (const answer of answers.slice(ROUNDS)) expectStatus(answer, 202)
    },
  ],
  [
    'T-46 an answer with the right id in the wrong session reaches nobody (both doors)',
    async (server) => {
      const [a, b] = [await openSse(server), await openSse(server)]
      expectStatus(await a.post({ jsonrpc: '2.0', id: 1, result: {} }), 202)
      expectSame(jsonOf({ text: JSON.stringify(await b.call(rpc('ping'))) }).id, 1)
      expectSame(await a.messages(), [], 'nothing on the stream of the other')
      a.destroy()
      b.destroy()
    },
  ],
]
