// Bodies: their length and their characters (T-7, T-9).
import { modern, openSession, openSse, post, request, requestBytes, rpc } from './client.mjs'
import { expect, expectError, expectResult, expectSame } from './expect.mjs'
import { connect, exchange } from './socket.mjs'

export const inOrder = true

const MIB = 2 ** 20
const PING = JSON.stringify(rpc('ping'))
const chunked = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' }
const chunk = `${MIB.toString(16)}\r\n${' '.repeat(MIB)}\r\n`

const bytes = (...all) =>
  Buffer.concat(all.map((one) => (typeof one === 'string' ? Buffer.from(one) : Buffer.from(one))))
const inString = (...odd) => bytes('{"jsonrpc":"2.0","id":"', odd, '","method":"ping"}')
const noText = [
  ['nothing', ''],
  ['blanks', ' \r\n\t '],
  ['NULs', bytes([0, 0, 0, 0])],
  ['a NUL behind the message', bytes(PING, [0])],
  ['UTF-16, little end first', Buffer.from(PING, 'utf16le')],
  ['UTF-16 with its mark', Buffer.from(`\ufeff${PING}`, 'utf16le')],
  ['UTF-16, big end first', Buffer.from(PING, 'utf16le').swap16()],
  ['UTF-32', bytes([...PING].flatMap((character) => [character.charCodeAt(0), 0, 0, 0]))],
  ['a lone 0xFF in a string', inString(0xff)],
  ['a lone continuation byte in a string', inString(0x80)],
  ['a character cut short in a string', inString(0xe2, 0x82)],
  ['an overlong slash in a string', inString(0xc0, 0xaf)],
  ['an overlong NUL in a string', inString(0xc0, 0x80)],
  ['half a surrogate pair in UTF-8', inString(0xed, 0xa0, 0x80)],
  ['a pair of surrogates in UTF-8 (CESU-8)', inString(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80)],
  ['a code point above U+10FFFF', inString(0xf4, 0x90, 0x80, 0x80)],
  ['a sequence of five bytes', inString(0xf8, 0x88, 0x80, 0x80, 0x80)],
  ['Latin-1 in a string', inString(0xe9)],
  ['an odd byte behind the message', bytes(PING, [0xff])],
  ['a form', 'jsonrpc=2.0&method=ping&id=1'],
]

export const cases = [
  ...[4 * MIB + 1, 100 * MIB, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER, '999999999999999999'].map((length) => [
    `T-7 Content-Length: ${length} is refused from the head alone`,
    async (server) => {
      const headers = { 'Content-Type': 'application/json', 'Content-Length': length }
      const { answers, isClosed } = await exchange(server, requestBytes(server, 'POST', '/mcp', headers), {
        closes: true,
      })
      expectSame([answers.map(({ status }) => status), isClosed], [[413], true], 'statuses and whether it is closed:')
      expectError(answers[0], 413, -32600)
    },
  ]),
  [
    'T-7 a length over the limit gets no 100 Continue',
    async (server) => {
      const headers = { 'Content-Type': 'application/json', 'Content-Length': 5 * MIB, Expect: '100-continue' }
      const { answers } = await exchange(server, requestBytes(server, 'POST', '/mcp', headers))
      expectSame(
        answers.map(({ status }) => status),
        [413],
        'statuses',
      )
    },
  ],
  ...['/mcp', '/messages'].flatMap((door) => [
    [
      `T-7 ${door}: chunks of 4 MiB and one byte more: 413`,
      async (server) => {
        const sse = await openSse(server)
        const client = connect(server)
        client.send(requestBytes(server, 'POST', door === '/mcp' ? door : sse.endpoint, chunked))
        for (let sent = 0; sent < 4; sent++) client.send(chunk)
        client.send('1\r\n \r\n')
        expectError(await client.answer(), 413, -32_600)
        expect(await client.closes(), 'the end', 'an open connection')
        client.destroy()
        expectSame((await sse.call(rpc('ping', undefined, 3))).id, 3)
        sse.destroy()
      },
    ],
    [
      `T-7 ${door}: chunks without end are not taken without end`,
      async (server) => {
        const sse = await openSse(server)
        const client = connect(server)
        client.send(requestBytes(server, 'POST', door === '/mcp' ? door : sse.endpoint, chunked))
        let sent = 0
        for (; sent < 64 && !client.isOver(); sent++) {
          const written = new Promise((resolve) => client.socket.write(chunk, resolve))
          await Promise.race([written, client.until(() => client.isOver() || undefined)])
        }
        expect(sent < 64, 'the end', `${sent} MiB taken`)
        client.destroy()
        expectSame((await sse.call(rpc('ping', undefined, 3))).id, 3)
        sse.destroy()
      },
    ],
  ]),
  [
    'T-7 a body of 4 MiB less a little is served',
    async (server) => {
      const session = await openSession(server)
      const message = rpc('ping', { x: 'x'.repeat(4 * MIB - 100) })
      expectResult(await post(server, '/mcp', message, session), 1)
    },
  ],
  [
    'T-7 /messages: a length over the limit; the stream lives on',
    async (server) => {
      const sse = await openSse(server)
      expectError(
        await request(server, 'POST', sse.endpoint, { 'Content-Type': 'application/json', 'Content-Length': 5 * MIB }),
        413,
        -32600,
      )
      expectSame((await sse.call(rpc('ping', undefined, 2))).id, 2)
      sse.destroy()
    },
  ],
  ...noText.flatMap(([what, body]) => [
    [`T-9 ${what}`, async (server) => expectError(await post(server, '/mcp', body), 400, -32700)],
    [
      `T-9 /messages: ${what}`,
      async (server) => {
        const sse = await openSse(server)
        expectError(await sse.post(body), 400, -32700)
        expectSame((await sse.call(rpc('ping', undefined, 2))).id, 2)
        sse.destroy()
      },
    ],
  ]),
  [
    'T-9 a byte order mark is skipped or refused, and nothing else',
    async (server) => {
      const { body, headers } = modern('tools/list')
      const answer = await post(server, '/mcp', `\ufeff${JSON.stringify(body)}`, headers)
      if (answer.status === 200) expectResult(answer, 1)
      else expectError(answer, 400, -32700)
    },
  ],
  [
    'T-9 a U+FFFD that was sent comes back, and characters outside the first plane',
    async (server) => {
      const session = await openSession(server)
      for (const id of ['\ufffd', '😀', 'e\u0301', '\u2028', '\ufeff'])
        expectResult(await post(server, '/mcp', rpc('ping', undefined, id), session), id)
    },
  ],
]
