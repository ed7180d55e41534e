// Session ids: how they are made, and what becomes of those that nobody gave (T-41, T-42, T-44).
import { handshake, openSession, openSse, post, request, rpc } from './client.mjs'
import { expect, expectError, expectSame, expectStatus } from './expect.mjs'

const STREAM = { Accept: 'text/event-stream' }
const UNKNOWN = '00000000-0000-4000-8000-000000000000'

const oddIds = [
  UNKNOWN,
  '0',
  '1',
  'null',
  'undefined',
  'true',
  '[object Object]',
  '__proto__',
  'constructor',
  'toString',
  '../x',
  '%00',
  '*',
  ' ',
  "' or 1=1 --",
  'é',
  '<script>',
  'x'.repeat(10_000),
]

export const cases = [
  ...oddIds.map((id) => [
    `T-44 Mcp-Session-Id: ${JSON.stringify(id.slice(0, 40))}`,
    async (server) => {
      const headers = { 'Mcp-Session-Id': Buffer.from(id).toString('latin1') }
      expectError(await post(server, '/mcp', rpc('ping'), headers), [400, 404], -32_600, 1)
      expectStatus(await request(server, 'GET', '/mcp', { ...headers, ...STREAM }), 400, 404)
      expectStatus(await request(server, 'DELETE', '/mcp', headers), 400, 404)
    },
  ]),
  ...oddIds
    .filter((id) => /^[\w.*/-]+$/.test(id))
    .map((id) => [
      `T-44 /messages?sessionId=${id.slice(0, 40)}`,
      async (server) => expectError(await post(server, `/messages?sessionId=${id}`, rpc('ping')), [400, 404], -32_600),
    ]),
  [
    'T-41 ids of 300 sessions: visible ASCII, never twice, 120 bits or more',
    async (server) => {
      const ids = []
      for (let round = 0; round < 300; round++)
        ids.push((await post(server, '/mcp', handshake())).headers['mcp-session-id'])
      expect(
        ids.every((id) => /^[\x21-\x7e]+$/.test(id)),
        'visible ASCII',
        ids[0],
      )
      expectSame(new Set(ids).size, 300, 'different ids')
      // What a place of the id shows in 300 sessions is nearly all that it can show.
      const bits = [...ids[0]].map((_, at) => Math.log2(new Set(ids.map((id) => id[at])).size))
      const sum = bits.reduce((all, one) => all + one, 0)
      expect(sum >= 120, '120 bits', `${sum} in ${ids[0].length} characters`)
    },
  ],
  [
    'T-41 ids do not count up and hold no time',
    async (server) => {
      const [a, b] = [await openSession(server), await openSession(server)].map((one) => one['Mcp-Session-Id'])
      let same = 0
      while (a[same] === b[same]) same++
      expect(same < 6, 'ids that differ early', [a, b])
    },
  ],
  [
    'T-42 the session of one transport is unknown to the other',
    async (server) => {
      const session = await openSession(server)
      expectStatus(await post(server, `/messages?sessionId=${session['Mcp-Session-Id']}`, rpc('ping')), 404)
      const sse = await openSse(server)
      const headers = { 'Mcp-Session-Id': /sessionId=(.*)/.exec(sse.endpoint)[1] }
      expectStatus(await post(server, '/mcp', rpc('ping'), headers), 404)
      expectStatus(await request(server, 'DELETE', '/mcp', headers), 404)
      expectSame((await sse.call(rpc('ping'))).id, 1)
      sse.destroy()
    },
  ],
  [
    'T-42 an id in other letters, shorter or longer is another id',
    async (server) => {
      const id = (await openSession(server))['Mcp-Session-Id']
      for (const other of [id.toUpperCase(), id.slice(0, -1), `${id}0`, `x${id}`].filter((one) => one !== id))
        expectStatus(await post(server, '/mcp', rpc('ping'), { 'Mcp-Session-Id': other }), 404)
    },
  ],
  [
    'T-44 two sessions in two headers',
    async (server) => {
      const ids = [await openSession(server), await openSession(server)].map((one) => one['Mcp-Session-Id'])
      expectStatus(await post(server, '/mcp', rpc('ping'), { 'Mcp-Session-Id': ids }), 400, 404)
      expectStatus(await post(server, '/mcp', rpc('ping'), { 'Mcp-Session-Id': ids.join() }), 400, 404)
      expectStatus(await request(server, 'DELETE', '/mcp', { 'Mcp-Session-Id': ids }), 400, 404)
      expectStatus(await post(server, '/mcp', rpc('ping'), { 'Mcp-Session-Id': ids[0] }), 200)
    },
  ],
  [
    'T-44 one session in two headers',
    async (server) => {
      const id = (await openSession(server))['Mcp-Session-Id']
      expectStatus(await post(server, '/mcp', rpc('ping'), { 'Mcp-Session-Id': [id, id] }), 400, 404)
    },
  ],
  [
    'T-44 two sessions in one query',
    async (server) => {
      const sse = await openSse(server)
      expectStatus(await post(server, `${sse.endpoint}&sessionId=x`, rpc('ping')), 400, 404)
      expectStatus(await post(server, sse.endpoint.replace('?', '?sessionId=x&'), rpc('ping')), 400, 404)
      expectSame((await sse.call(rpc('ping', undefined, 2))).id, 2, 'the first message')
      sse.destroy()
    },
  ],
]
