// What a body says it is: its type, its coding; and what the client takes (T-6, T-8).
import { gzipSync } from 'node:zlib'
import { handshake, openSession, openSse, post, request, requestBytes, rpc } from './client.mjs'
import { expect, expectError, expectHeader, expectResult, expectSame, expectStatus } from './expect.mjs'
import { connect } from './socket.mjs'

const MIB = 2 ** 20
const PING = JSON.stringify(rpc('ping'))

const foreignTypes = [
  undefined,
  '',
  'text/plain',
  'text/plain;charset=utf-8',
  'text/plain; application/json',
  'text/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json-patch+json',
  'application/vnd.api+json',
  'application/jsonx',
  'xapplication/json',
  'application/json, text/plain',
  'application/json; charset=utf-8, text/plain',
  'application/json; x="',
  '*/*',
  'application/*',
  ['application/json', 'text/plain'],
  ['text/plain', 'application/json'],
]

const codings = ['gzip', 'GZIP', 'x-gzip', 'deflate', 'br', 'compress', 'zstd', 'identity, gzip', 'gzip, identity', 'x']

export const cases = [
  ...foreignTypes.map((type) => [
    `T-6 Content-Type: ${type === undefined ? 'none' : type}`,
    async (server) => {
      const answer = await request(server, 'POST', '/mcp', { 'Content-Type': type }, JSON.stringify(handshake()))
      expectError(answer, 415, -32600)
      expect(answer.headers['mcp-session-id'] === undefined, 'no session', answer.head)
    },
  ]),
  ...[
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; charset=utf8',
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-16',
    'application/json; odata.metadata=none',
    'application/json; x="a;b,c"',
  ].map((type) => [
    `T-6 Content-Type: ${type} is JSON in UTF-8`,
    async (server) => expectResult(await post(server, '/mcp', handshake(), { 'Content-Type': type }), 0),
  ]),
  ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', undefined].map((type) => [
    `T-6 /messages, Content-Type: ${type ?? 'none'}; its stream lives on`,
    async (server) => {
      const sse = await openSse(server)
      expectError(await sse.post(PING, { 'Content-Type': type }), 415, -32600)
      expectSame((await sse.call(rpc('ping', undefined, 2))).id, 2)
      sse.destroy()
    },
  ]),
  ...[
    'text/html',
    'image/*',
    'application/xml',
    'application/json;q=0, text/event-stream;q=0',
    'text/html, */*;q=0',
  ].map((accept) => [
    `T-6 POST with Accept: ${accept}`,
    async (server) => {
      const session = await openSession(server)
      expectStatus(await post(server, '/mcp', PING, { ...session, Accept: accept }), 406)
    },
  ]),
  ...['application/json', 'text/html', 'text/plain'].flatMap((accept) => [
    [
      `T-6 GET /mcp of a session with Accept: ${accept}`,
      async (server) => {
        const session = await openSession(server)
        expectStatus(await request(server, 'GET', '/mcp', { ...session, Accept: accept }), 406)
      },
    ],
    [
      `T-6 GET /sse with Accept: ${accept}`,
      async (server) => {
        const client = connect(server)
        client.send(requestBytes(server, 'GET', '/sse', { Accept: accept }))
        expectSame((await client.head()).status, 406, 'status')
        client.destroy()
      },
    ],
  ]),
  [
    'T-6 /messages looks at no Accept',
    async (server) => {
      const sse = await openSse(server)
      expectStatus(await sse.post(PING, { Accept: 'text/html' }), 202)
      expectSame((await sse.message()).id, 1)
      sse.destroy()
    },
  ],
  ...codings.map((coding) => [
    `T-8 Content-Encoding: ${coding}`,
    async (server) => {
      const answer = await post(server, '/mcp', gzipSync(JSON.stringify(handshake())), { 'Content-Encoding': coding })
      expectError(answer, 415, -32600)
      expectHeader(answer, 'accept-encoding', 'identity')
    },
  ]),
  [
    'T-8 a bomb of 64 MiB in 64 KiB is not inflated',
    async (server) => {
      const bomb = gzipSync(Buffer.alloc(64 * MIB, ' '))
      expectStatus(await post(server, '/mcp', bomb, { 'Content-Encoding': 'gzip' }, 1500), 415)
    },
  ],
  ...['identity', 'Identity'].map((coding) => [
    `T-8 Content-Encoding: ${coding} is no coding`,
    async (server) => expectResult(await post(server, '/mcp', handshake(), { 'Content-Encoding': coding }), 0),
  ]),
]
