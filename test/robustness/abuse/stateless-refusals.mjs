// 2026-07-28: headers and `_meta` that are missing, wrong or at odds, and what does not exist without sessions.
import { LATEST, META, MODERN, postModern, TOOL } from './client.mjs'
import { expectError } from './expect.mjs'

const ok = { type: 'topstories', amount: 1 }
const base64 = (text) => `=?base64?${Buffer.from(text).toString('base64')}?=`
const VERSION = `${META}protocolVersion`
const CAPABILITIES = `${META}clientCapabilities`
const LEVEL = `${META}logLevel`
const without = (name) => ({ headers: { [name]: undefined } })

// What is wrong, the method, its params, what differs from an honest request; the status and code it gets.
const refused = [
  ['no protocolVersion', 'tools/list', {}, { meta: { [VERSION]: undefined } }, 400, -32_602],
  ['no clientCapabilities', 'tools/list', {}, { meta: { [CAPABILITIES]: undefined } }, 400, -32_602],
  ['clientCapabilities: null', 'tools/list', {}, { meta: { [CAPABILITIES]: null } }, 400, -32_602],
  ['clientCapabilities: a text', 'tools/list', {}, { meta: { [CAPABILITIES]: 'all' } }, 400, -32_602],
  ['clientCapabilities: a number', 'tools/list', {}, { meta: { [CAPABILITIES]: 1 } }, 400, -32_602],
  ['protocolVersion: a number', 'tools/list', {}, { meta: { [VERSION]: 20_260_728 } }, 400, -32_602],
  ['protocolVersion: null', 'tools/list', {}, { meta: { [VERSION]: null } }, 400, -32_602],
  ['protocolVersion: a list', 'tools/list', {}, { meta: { [VERSION]: [MODERN] } }, 400, -32_602],
  ['an unknown log level', 'tools/list', {}, { meta: { [LEVEL]: 'loud' } }, 400, -32_602],
  ['a log level __proto__', 'tools/list', {}, { meta: { [LEVEL]: '__proto__' } }, 400, -32_602],
  ['no version header', 'tools/list', {}, without('MCP-Protocol-Version'), 400, -32_020],
  ['an old version header', 'tools/list', {}, { headers: { 'MCP-Protocol-Version': LATEST } }, 400, -32_020],
  ['a version header twice', 'tools/list', {}, { headers: { 'MCP-Protocol-Version': [MODERN, MODERN] } }, 400, -32_020],
  ['another version in the body', 'tools/list', {}, { meta: { [VERSION]: 'v999.0.0' } }, 400, -32_020],
  ['no Mcp-Method', 'tools/list', {}, without('Mcp-Method'), 400, -32_020],
  ['another Mcp-Method', 'tools/list', {}, { headers: { 'Mcp-Method': 'tools/call' } }, 400, -32_020],
  ['Mcp-Method in capitals', 'tools/list', {}, { headers: { 'Mcp-Method': 'TOOLS/LIST' } }, 400, -32_020],
  ['Mcp-Method as a list', 'tools/list', {}, { headers: { 'Mcp-Method': ['tools/list', 'tools/list'] } }, 400, -32_020],
  ['no Mcp-Name', 'tools/call', { name: TOOL, arguments: ok }, without('Mcp-Name'), 400, -32_020],
  ['another Mcp-Name', 'tools/call', { name: TOOL, arguments: ok }, { headers: { 'Mcp-Name': 'other' } }, 400, -32_020],
  ['an empty Mcp-Name', 'tools/call', { name: TOOL, arguments: ok }, { headers: { 'Mcp-Name': '' } }, 400, -32_020],
  [
    'Mcp-Name in capitals',
    'tools/call',
    { name: TOOL, arguments: ok },
    { headers: { 'Mcp-Name': TOOL.toUpperCase() } },
    400,
    -32_020,
  ],
  [
    'Mcp-Name, base64 of another',
    'tools/call',
    { name: TOOL, arguments: ok },
    { headers: { 'Mcp-Name': base64('other') } },
    400,
    -32_020,
  ],
  [
    'Mcp-Name, base64 without padding',
    'tools/call',
    { name: 'ab', arguments: ok },
    { headers: { 'Mcp-Name': '=?base64?YWI?=' } },
    400,
    -32_020,
  ],
  [
    'Mcp-Name, base64 with blanks',
    'tools/call',
    { name: TOOL, arguments: ok },
    { headers: { 'Mcp-Name': '=?base64?Z2V0 LQ==?=' } },
    400,
    -32_020,
  ],
  [
    'Mcp-Name, base64 that is no UTF-8',
    'tools/call',
    { name: '\ufffd', arguments: ok },
    { headers: { 'Mcp-Name': '=?base64?/w==?=' } },
    400,
    -32_020,
  ],
  [
    'Mcp-Name, BASE64 in capitals',
    'tools/call',
    { name: TOOL, arguments: ok },
    { headers: { 'Mcp-Name': base64(TOOL).replace('base64', 'BASE64') } },
    400,
    -32_020,
  ],
  ...[
    'initialize',
    'ping',
    'logging/setLevel',
    'resources/subscribe',
    'resources/unsubscribe',
    'tasks/list',
    'foo',
    '__proto__',
    'toString',
  ].map((method) => [`the method ${method}`, method, {}, {}, 404, -32_601]),
  ['an unknown tool', 'tools/call', { name: 'nothing', arguments: {} }, {}, 200, -32_602],
  ['the tool __proto__', 'tools/call', { name: '__proto__', arguments: {} }, {}, 200, -32_602],
  ['a cursor nobody gave', 'tools/list', { cursor: 'x' }, {}, 200, -32_602],
  ['arguments that are a list', 'tools/call', { name: TOOL, arguments: [1] }, {}, 200, -32_602],
]

export const cases = refused.flatMap(([what, method, params, more, status, code]) =>
  [1, 'a'].map((id) => [
    `${code === -32_020 || code === -32_022 ? 'T-45' : 'T-42'} ${what} is refused with its id ${JSON.stringify(id)}`,
    async (server) => expectError(await postModern(server, method, params, { ...more, id }), status, code, id),
  ]),
)
