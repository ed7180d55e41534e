// Senders that never come to an end: a head is waited for 10 s, a body 20 s, a first byte 20 s, checked every 5 s.
import { handshake, modern, openSession, openSse, requestBytes, rpc } from './client.mjs'
import { expect, expectSame, expectStatus } from './expect.mjs'
import { connect, delay, PATIENCE } from './socket.mjs'

export const isSlow = true

// Its time, and a check, after which it is due.
const HEAD = 10_000 + 5_000 + PATIENCE
const BODY = 20_000 + 5_000 + PATIENCE

const json = { 'Content-Type': 'application/json' }
const trickle = (client, byte, ms) => client.sendSlowly(Array(200).fill(byte), ms)

/** The connection is over in time: by 408, or by its end alone. */
const isCut = (limit, use) => async (server) => {
  const client = connect(server)
  const sending = use(client, server)
  const isOver = await client.closes(limit)
  const seen = client.peek().toString('latin1')
  client.destroy()
  await sending
  expect(isOver, '408 or the end', `an open connection after ${limit} ms: ${seen}`)
  expect(seen === '' || seen.startsWith('HTTP/1.1 408 '), '408 or nothing', seen)
}

const afterAnswer = (use) => async (client, server) => {
  client.send(requestBytes(server, 'GET', '/health'))
  expectStatus(await client.answer(), 200)
  await use(client, server)
}

export const cases = [
  ['T-10 a head that stops', isCut(HEAD, (client) => client.send('GET /health HTTP/1.1\r\nHost: loc'))],
  [
    'T-10 a head that stops before its last line end',
    isCut(HEAD, (client) => client.send('GET /health HTTP/1.1\r\nHost: localhost\r\n')),
  ],
  ['T-10 a first line that stops', isCut(HEAD, (client) => client.send('GET /hea'))],
  ['T-10 one byte', isCut(HEAD, (client) => client.send('G'))],
  ['T-10 a line end, and nothing', isCut(BODY, (client) => client.send('\r\n'))],
  [
    'T-10 a head of a byte every 300 ms',
    isCut(HEAD, (client) => client.send('GET /health HTTP/1.1\r\nHost: localhost\r\nX: ') && trickle(client, 'a', 300)),
  ],
  [
    'T-10 a head of a header every 500 ms',
    isCut(
      HEAD,
      (client) => client.send('GET /health HTTP/1.1\r\nHost: localhost\r\n') && trickle(client, 'X: a\r\n', 500),
    ),
  ],
  [
    'T-10 the second head on a connection stops',
    isCut(
      HEAD + 500,
      afterAnswer((client) => client.send('GET /health HTTP/1.1\r\nHost: loc')),
    ),
  ],
  [
    'T-10 the second head on a connection trickles',
    isCut(
      HEAD + 500,
      afterAnswer((client) => client.send('GET /health HTTP/1.1\r\nX: ') && trickle(client, 'a', 300)),
    ),
  ],
  ['T-10 no byte at all', isCut(BODY, () => {})],
  [
    'T-10 a body that never begins',
    isCut(BODY, (client, server) =>
      client.send(requestBytes(server, 'POST', '/mcp', { ...json, 'Content-Length': '1000' })),
    ),
  ],
  [
    'T-10 a body that stops',
    isCut(BODY, (client, server) =>
      client.send(`${requestBytes(server, 'POST', '/mcp', { ...json, 'Content-Length': '1000' })}{"jsonrpc":`),
    ),
  ],
  [
    'T-10 a body of a byte every 300 ms',
    isCut(BODY, (client, server) => {
      client.send(requestBytes(server, 'POST', '/mcp', { ...json, 'Content-Length': '1000' }))
      return trickle(client, ' ', 300)
    }),
  ],
  [
    'T-10 chunks of a byte every 300 ms',
    isCut(BODY, (client, server) => {
      client.send(requestBytes(server, 'POST', '/mcp', { ...json, 'Transfer-Encoding': 'chunked' }))
      return trickle(client, '1\r\n \r\n', 300)
    }),
  ],
  [
    'T-10 a chunk size that never ends',
    isCut(BODY, (client, server) => {
      client.send(`${requestBytes(server, 'POST', '/mcp', { ...json, 'Transfer-Encoding': 'chunked' })}1;`)
      return trickle(client, 'x', 300)
    }),
  ],
  [
    'T-10 trailers of a byte every 300 ms',
    isCut(BODY, (client, server) => {
      client.send(`${requestBytes(server, 'POST', '/mcp', { ...json, 'Transfer-Encoding': 'chunked' })}0\r\nX: `)
      return trickle(client, 'x', 300)
    }),
  ],
  [
    'T-10 a body of /messages that stops',
    isCut(BODY, async (client, server) => {
      const sse = await openSse(server)
      client.send(requestBytes(server, 'POST', sse.endpoint, { ...json, 'Content-Length': '1000' }))
      await client.closes(BODY)
      sse.destroy()
    }),
  ],
  [
    'T-10 a body that is announced and waited for (Expect: 100-continue)',
    async (server) => {
      const client = connect(server)
      client.send(requestBytes(server, 'POST', '/mcp', { ...json, 'Content-Length': '1000', Expect: '100-continue' }))
      expectStatus(await client.answer(), 100)
      expect(await client.closes(BODY), '408 or the end', 'an open connection')
      client.destroy()
    },
  ],
  [
    'T-10 a hundred such senders at once: others are served meanwhile',
    async (server) => {
      const slow = Array.from({ length: 100 }, () => connect(server).send('POST /mcp HTTP/1.1\r\nHost: l'))
      for (let round = 0; round < 10; round++) {
        const client = connect(server)
        client.send(requestBytes(server, 'GET', '/health'))
        expectStatus(await client.answer(), 200)
        client.destroy()
        await delay(100)
      }
      const ends = await Promise.all(slow.map((client) => client.closes(HEAD)))
      for (const client of slow) client.destroy()
      expectSame(ends.filter((isOver) => !isOver).length, 0, 'open connections:')
    },
  ],
  [
    'T-10 a slow but honest sender is served: a byte at a time',
    async (server) => {
      const client = connect(server)
      const { headers, body } = modern('tools/list')
      await client.sendSlowly([...requestBytes(server, 'POST', '/mcp', headers, JSON.stringify(body)).toString()], 1)
      expectStatus(await client.answer(), 200)
      client.destroy()
    },
  ],
  [
    'T-9, T-10 characters cut in two by the network are whole again',
    async (server) => {
      const session = await openSession(server)
      const bytes = requestBytes(server, 'POST', '/mcp', session, JSON.stringify(rpc('ping', undefined, '日😀é')))
      const client = connect(server)
      await client.sendSlowly(
        [...bytes].map((byte) => Buffer.from([byte])),
        1,
      )
      expectSame(JSON.parse((await client.answer()).text).id, '日😀é')
      client.destroy()
    },
  ],
  [
    'T-10 a connection that is used now and then is kept: 25 s, a request every 5 s',
    async (server) => {
      const client = connect(server)
      for (let round = 0; round < 6; round++) {
        client.send(requestBytes(server, 'POST', '/mcp', {}, JSON.stringify(handshake())))
        expectStatus(await client.answer(), 200)
        await delay(5000)
      }
      client.destroy()
    },
  ],
]
