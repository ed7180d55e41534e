// What is no JSON, no message, or a method nobody has: the same answer at both doors (JSON-RPC 2.0, sections 4 to 7).
import { modern, openSession, openSse, post, rpc } from './client.mjs'
import { expectError, expectSame, expectStatus } from './expect.mjs'

const notJson = [
  '{',
  '}',
  'foo',
  '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', // section 7
  '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"]', // section 7
  '{"jsonrpc":"2.0","id":1,"method":"ping"',
  '{"jsonrpc":"2.0","id":1,"method":"ping",}',
  '{"jsonrpc":"2.0","id":1 "method":"ping"}',
  "{'jsonrpc':'2.0','id':1,'method':'ping'}",
  '{jsonrpc:"2.0",id:1,method:"ping"}',
  '{"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0","id":2,"method":"ping"}',
  '{"jsonrpc":"2.0","id":1,"method":"ping"} x',
  '{"jsonrpc":"2.0","id":1,"method":"ping"}]',
  '{"jsonrpc":"2.0","id":01,"method":"ping"}',
  '{"jsonrpc":"2.0","id":0x1,"method":"ping"}',
  '{"jsonrpc":"2.0","id":1.,"method":"ping"}',
  '{"jsonrpc":"2.0","id":+1,"method":"ping"}',
  '{"jsonrpc":"2.0","id":NaN,"method":"ping"}',
  '{"jsonrpc":"2.0","id":Infinity,"method":"ping"}',
  '{"jsonrpc":"2.0","id":undefined,"method":"ping"}',
  '{"jsonrpc":"2.0","id":"\\x41","method":"ping"}',
  '{"jsonrpc":"2.0","id":"\\u12","method":"ping"}',
  '{"jsonrpc":"2.0","id":"a\nb","method":"ping"}',
  '{"jsonrpc":"2.0","id":"a\u0000b","method":"ping"}',
  '{"jsonrpc":"2.0","id":"a\tb","method":"ping"}',
  '// comment\n{"jsonrpc":"2.0","id":1,"method":"ping"}',
  '{"jsonrpc":"2.0",/**/"id":1,"method":"ping"}',
  'callback({"jsonrpc":"2.0","id":1,"method":"ping"})',
  ')]}\',\n{"jsonrpc":"2.0","id":1,"method":"ping"}',
  '<?xml version="1.0"?><methodCall/>',
  'data: {"jsonrpc":"2.0","id":1,"method":"ping"}\n\n',
  'nul',
  'TRUE',
  '"',
  '\u00a0{}',
]

// Each with the id that can be read, if there is one.
const noMessage = [
  ['1'],
  ['-0.5e3'],
  ['"ping"'],
  ['null'],
  ['true'],
  ['{}'],
  ['{"jsonrpc":"2.0"}'],
  ['{"id":1}', 1],
  ['{"jsonrpc":"2.0","id":1}', 1],
  ['{"id":1,"method":"ping"}', 1],
  ['{"jsonrpc":"1.0","id":1,"method":"ping"}', 1],
  ['{"jsonrpc":"2","id":1,"method":"ping"}', 1],
  ['{"jsonrpc":2.0,"id":1,"method":"ping"}', 1],
  ['{"jsonrpc":"2.0 ","id":"a","method":"ping"}', 'a'],
  ['{"jsonrpc":["2.0"],"id":1,"method":"ping"}', 1],
  ['{"jsonrpc":null,"id":1,"method":"ping"}', 1],
  ['{"JSONRPC":"2.0","id":1,"method":"ping"}', 1],
  ['{"jsonrpc": "2.0", "method": 1, "params": "bar"}'], // section 7
  ['{"jsonrpc":"2.0","id":1,"method":1}', 1],
  ['{"jsonrpc":"2.0","id":1,"method":null}', 1],
  ['{"jsonrpc":"2.0","id":1,"method":true}', 1],
  ['{"jsonrpc":"2.0","id":1,"method":["ping"]}', 1],
  ['{"jsonrpc":"2.0","id":1,"method":{"toString":"ping"}}', 1],
  ['{"jsonrpc":"2.0","id":1,"method":"ping","params":"bar"}', 1],
  ['{"jsonrpc":"2.0","id":1,"method":"ping","params":1}', 1],
  ['{"jsonrpc":"2.0","id":1,"method":"ping","params":true}', 1],
  ['{"jsonrpc":"2.0","id":1,"method":"ping","params":null}', 1],
  ['{"jsonrpc":"2.0","method":"notifications/initialized","params":"x"}'],
  ['{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}', 1],
  ['{"jsonrpc":"2.0","id":1,"result":1}', 1],
  ['{"jsonrpc":"2.0","id":1,"result":null}', 1],
  ['{"jsonrpc":"2.0","id":1,"error":"x"}', 1],
  ['{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":"x"}}', 1],
  ['{"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":"x"}}', 1],
  ['{"jsonrpc":"2.0","id":1,"error":{"code":1}}', 1],
  ['{"jsonrpc":"2.0","result":{}}'],
]

const short = (text) => (text.length > 60 ? `${text.slice(0, 60)}…` : text)

/** At both doors: the HTTP answer has the error, and nothing goes to the stream. */
const atBothDoors = (id, body, code, readable) => [
  [`${id} ${short(body)}`, async (server) => expectError(await post(server, '/mcp', body), 400, code, readable)],
  [
    `${id} /messages: ${short(body)}`,
    async (server) => {
      const sse = await openSse(server)
      expectError(await sse.post(body), 400, code, readable)
      expectSame(
        await sse.call(rpc('ping', undefined, 'next')),
        { jsonrpc: '2.0', id: 'next', result: {} },
        'the first message',
      )
      sse.destroy()
    },
  ],
]

export const cases = [
  ...notJson.flatMap((body) => atBothDoors('T-30', body, -32_700)),
  ...noMessage.flatMap(([body, id]) => atBothDoors('T-30', body, -32_600, id)),
  [
    'T-30 members nobody knows are no fault',
    async (server) => {
      const message = { ...rpc('ping'), extra: 1, auth: 'x', result: undefined, _meta: [] }
      expectStatus(await post(server, '/mcp', message, await openSession(server)), 200)
    },
  ],
  [
    'T-30 the last of two equal members counts, and there is one answer',
    async (server) => {
      const body = '{"jsonrpc":"2.0","id":1,"id":2,"method":"x","method":"ping"}'
      const answer = await post(server, '/mcp', body, await openSession(server))
      expectSame(JSON.parse(answer.text), { jsonrpc: '2.0', id: 2, result: {} })
    },
  ],
  [
    'T-30 not JSON at the stateless door: no id, no era',
    async (server) => {
      const { headers } = modern('tools/list')
      expectError(await post(server, '/mcp', '{', headers), 400, -32_700)
    },
  ],
]
