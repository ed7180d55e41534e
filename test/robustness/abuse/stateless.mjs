// 2026-07-28: everything is in the request, headers repeat it, and nothing is remembered.
import {
  call,
  LATEST,
  META,
  MODERN,
  modern,
  openSession,
  openStream,
  post,
  postModern,
  request,
  rpc,
  TOOL,
} from './client.mjs'
import { expect, expectError, expectHeader, expectResult, expectSame, expectStatus, jsonOf } from './expect.mjs'

const ok = { type: 'topstories', amount: 1 }
const base64 = (text) => `=?base64?${Buffer.from(text).toString('base64')}?=`
const VERSION = `${META}protocolVersion`

const served = [
  ['without clientInfo', {}],
  ['with a session nobody has', { headers: { 'Mcp-Session-Id': 'x' } }],
  ['with two sessions', { headers: { 'Mcp-Session-Id': ['a', 'b'] } }],
  ['with Last-Event-ID', { headers: { 'Last-Event-ID': '1.0' } }],
  ['with clientInfo that is a number', { meta: { [`${META}clientInfo`]: 1 } }],
  ['with keys nobody knows', { meta: { 'com.example/x': { a: [1] }, progressToken: 'p', traceparent: 1 } }],
  ['with a padded Mcp-Method', { headers: { 'Mcp-Method': '  tools/list\t' } }],
]

export const cases = [
  ...['2026-07-29', '2027-01-01', '2099-12-31'].map((version) => [
    `T-45 version ${version} is not served, and the answer says which is`,
    async (server) => {
      const more = { headers: { 'MCP-Protocol-Version': version }, meta: { [VERSION]: version } }
      const error = expectError(await postModern(server, 'tools/list', {}, more), 400, -32_022, 1)
      expectSame(error.data, { supported: [MODERN], requested: version })
    },
  ]),
  [
    'T-45 a version with sessions is not served without',
    async (server) => {
      const more = { headers: { 'MCP-Protocol-Version': LATEST }, meta: { [VERSION]: LATEST } }
      const error = expectError(await postModern(server, 'tools/list', {}, more), 400, -32_022, 1)
      expectSame(error.data, { supported: [MODERN], requested: LATEST })
    },
  ],
  ...served.map(([what, more]) => [
    `T-42 ${what}: served, and no session is made`,
    async (server) => {
      const answer = await postModern(server, 'tools/list', {}, more)
      expectSame(expectResult(answer, 1).tools.length, 1)
      expect(answer.headers['mcp-session-id'] === undefined, 'no session', answer.head)
    },
  ]),
  [
    'T-42 a live session is neither needed, nor used, nor ended',
    async (server) => {
      const session = await openSession(server)
      expectResult(await postModern(server, 'tools/list', {}, { headers: session }), 1)
      expectStatus(await request(server, 'DELETE', '/mcp', { ...session, 'MCP-Protocol-Version': MODERN }), 405)
      expectResult(await post(server, '/mcp', rpc('ping'), session), 1)
    },
  ],
  ...['GET', 'DELETE'].map((method) => [
    `T-42 ${method} in this revision: 405`,
    async (server) => {
      const answer = await request(server, method, '/mcp', {
        'MCP-Protocol-Version': MODERN,
        Accept: 'text/event-stream',
      })
      expectHeader(expectStatus(answer, 405), 'allow', /POST/)
    },
  ]),
  [
    'T-42 an answer that is posted is refused',
    async (server) =>
      expectError(await post(server, '/mcp', { jsonrpc: '2.0', id: 1, result: {} }, modern('x').headers), 400, -32_600),
  ],
  [
    'T-38 a notification is taken: 202 and no body',
    async (server) => {
      const { body, headers } = modern('notifications/abuse', {}, { id: null })
      const answer = expectStatus(await post(server, '/mcp', body, headers), 202)
      expectSame(answer.text, '', 'body')
    },
  ],
  [
    'T-42 a header of this revision and a body of another: malformed, not another era',
    async (server) =>
      expectError(await post(server, '/mcp', rpc('tools/list'), modern('tools/list').headers), 400, -32_602, 1),
  ],
  ...[null, 1, 'x', [], true].map((meta) => [
    `T-42 _meta: ${JSON.stringify(meta)}`,
    async (server) => {
      const body = rpc('tools/list', { _meta: meta })
      expectError(await post(server, '/mcp', body, modern('tools/list').headers), 400, -32_602, 1)
    },
  ]),
  [
    'T-45 Mcp-Name in base64 is the name',
    async (server) => {
      const answer = await postModern(
        server,
        'tools/call',
        { name: TOOL, arguments: ok },
        { headers: { 'Mcp-Name': base64(TOOL) } },
      )
      expectResult(answer, 1)
    },
  ],
  [
    'T-42 a second request on the connection inherits nothing from the first',
    async (server) => {
      expectResult(await postModern(server, 'tools/list'), 1)
      expectError(await post(server, '/mcp', rpc('tools/list')), 400, -32_600, 1)
    },
  ],
  [
    'T-42 subscriptions/listen acknowledges nothing it was not asked for',
    async (server) => {
      const filter = { toolsListChanged: 'yes', constructor: 1, resourceSubscriptions: 'x' }
      const { headers, body } = modern('subscriptions/listen', { notifications: filter }, { id: 'l' })
      const stream = await openStream(server, 'POST', '/mcp', headers, JSON.stringify(body))
      if (stream.status === 200 && stream.headers['content-type'].startsWith('text/event-stream')) {
        const { method, params, error } = await stream.message()
        if (error) expectSame(error.code, -32_602)
        else {
          expectSame(method, 'notifications/subscriptions/acknowledged')
          expect(!/constructor|"x"|"yes"/.test(JSON.stringify(params.notifications)), 'no echo', params)
        }
      } else expect([200, 400].includes(stream.status), '200 or 400', stream.head)
      stream.destroy()
    },
  ],
  [
    'T-42 every result says who answers and that it is complete',
    async (server) => {
      for (const [method, params] of [
        ['server/discover', {}],
        ['tools/list', {}],
        ['tools/call', call(ok).params],
      ]) {
        const { resultType, _meta } = jsonOf(await postModern(server, method, params)).result
        expectSame([resultType, typeof _meta?.[`${META}serverInfo`]?.name], ['complete', 'string'], method)
      }
    },
  ],
]
