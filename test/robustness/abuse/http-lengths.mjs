// Where a body ends: two ways to say it are none, and what stands behind is no request (RFC 9112, sections 6 and 7).
import { modern, requestBytes, TOOL } from './client.mjs'
import { expectSame, jsonOf } from './expect.mjs'
import { exchange, isRefused } from './socket.mjs'

const BODY = '{"jsonrpc":"2.0","method":"x"}'
const JSON_TYPE = 'Content-Type: application/json\r\n'
const SMUGGLED = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'

const framed = (lines, body = BODY) =>
  `POST /mcp HTTP/1.1\r\nHost: localhost\r\n${JSON_TYPE}${lines}\r\n${body}${SMUGGLED}`
const chunks = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`
const N = BODY.length
const ambiguous = [
  ['Content-Length and Transfer-Encoding', framed(`Content-Length: ${N}\r\nTransfer-Encoding: chunked\r\n`, chunks)],
  ['Transfer-Encoding and Content-Length', framed(`Transfer-Encoding: chunked\r\nContent-Length: ${N}\r\n`, chunks)],
  ['two Content-Length headers that differ', framed(`Content-Length: ${N}\r\nContent-Length: 5\r\n`)],
  ['two Content-Length headers that agree', framed(`Content-Length: ${N}\r\nContent-Length: ${N}\r\n`)],
  ['a list of two Content-Lengths', framed(`Content-Length: ${N}, ${N}\r\n`)],
  ...[
    `+${N}`,
    `-${N}`,
    `0x${N.toString(16)}`,
    `${N} ${N}`,
    `${N}a`,
    `${N}.0`,
    '1e1',
    '',
    '٥',
    '18446744073709551646',
  ].map((length) => [`Content-Length: ${length}`, framed(`Content-Length: ${length}\r\n`)]),
  ...[
    'identity',
    'gzip',
    'gzip, chunked',
    'chunked, gzip',
    'chunked, identity',
    'chunked, chunked',
    'xchunked',
    'chunkedx',
    '"chunked"',
    'chunked;q=1',
    '\x0bchunked',
    'chunked,',
    '',
  ].map((coding) => [
    `Transfer-Encoding: ${JSON.stringify(coding)}`,
    framed(`Transfer-Encoding: ${coding}\r\n`, chunks),
    [400, 501],
  ]),
  [
    'Transfer-Encoding twice',
    framed('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', chunks),
    [400, 501],
  ],
  ['Transfer-Encoding in HTTP/1.0', framed('Transfer-Encoding: chunked\r\n', chunks).replace('HTTP/1.1', 'HTTP/1.0')],
  ...[
    ['g', 'g\r\nx\r\n'],
    ['0x1', '0x1\r\nx\r\n'],
    ['-1', '-1\r\nx\r\n'],
    ['+1', '+1\r\nx\r\n'],
    ['a blank before it', ' 1\r\nx\r\n'],
    ['none', '\r\nx\r\n'],
    ['17 digits', 'FFFFFFFFFFFFFFFFF\r\nx\r\n'],
    ['too small for the data', '1\r\nxyz\r\n'],
    ['no line end behind the data', '1\r\nx0\r\n'],
    ['LF alone behind it', '1\nx\n0\n\n'],
    ['CR alone behind it', '1\rx\r0\r\r'],
    ['a NUL in its extension', '1;\0\r\nx\r\n'],
    ['an LF in its extension', '1;a\nb\r\nx\r\n'],
    ['an extension of 20 KiB', `1;${'a'.repeat(20_480)}\r\nx\r\n`, [400, 413, 431]],
  ].map(([what, data, statuses]) => [
    `chunk size: ${what}`,
    framed('Transfer-Encoding: chunked\r\n', `${data}0\r\n\r\n`),
    statuses,
  ]),
  [
    'a trailer of 20 KiB',
    framed('Transfer-Encoding: chunked\r\n', `1\r\n1\r\n0\r\nX: ${'a'.repeat(20_480)}\r\n\r\n`),
    [400, 413, 431],
  ],
]

const statuses = (answers) => answers.map(({ status }) => status)
const get = (server, target) => requestBytes(server, 'GET', target)

export const cases = [
  ...ambiguous.map(([what, data, allowed = [400]]) => [`T-2 ${what}`, isRefused(allowed, () => data)]),
  [
    'T-2 trailers are dropped: they name neither host, origin nor tool',
    async (server) => {
      const { body, headers } = modern('tools/call', { name: TOOL, arguments: { type: 'topstories', amount: 1 } })
      const text = JSON.stringify(body)
      const all = { ...headers, 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' }
      const trailers = 'Origin: http://evil.example\r\nHost: evil.example\r\nMcp-Name: other\r\n'
      const data = `${requestBytes(server, 'POST', '/mcp', all)}${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n${trailers}\r\n`
      const { answers } = await exchange(server, `${data}${get(server, '/health')}`, { due: 2 })
      expectSame(statuses(answers), [200, 200], 'statuses')
    },
  ],
  [
    'T-2 chunks of one byte are one body',
    async (server) => {
      const { body, headers } = modern('tools/list')
      const all = { ...headers, 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' }
      const data = [...JSON.stringify(body)].map((character) => `1;x=y\r\n${character}\r\n`).join('')
      const { answers } = await exchange(server, `${requestBytes(server, 'POST', '/mcp', all)}${data}0\r\n\r\n`)
      expectSame(jsonOf(answers[0]).result?.tools?.[0]?.name, TOOL)
    },
  ],
]
