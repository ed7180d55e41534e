// Bytes that are no HTTP, and requests behind each other (RFC 9112, sections 2, 5 and 9).
import { call, modern, oneStory, requestBytes } from './client.mjs'
import { expect, expectSame, jsonOf } from './expect.mjs'
import { connect, exchange, isRefused } from './socket.mjs'

const SMUGGLED = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'

const head = (lines, first = 'GET /health HTTP/1.1') => `${first}\r\nHost: localhost\r\n${lines}\r\n${SMUGGLED}`
const noHttp = [
  ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex')],
  ['an SSH banner', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
  ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 505]],
  ['NUL in a value', head('X: a\0b\r\n')],
  ['NUL in a name', head('X\0: a\r\n')],
  ['a bare CR in a value', head('X: a\rOrigin: b\r\n')],
  ['a bare CR at the end of a line', `GET /health HTTP/1.1\rHost: localhost\r\r${SMUGGLED}`],
  ['a bare LF in a value', head('X: a\nHost: evil.example\r\n'), [400, 403]],
  ['a blank before the colon', head('X : a\r\n')],
  ['a blank before the colon of Content-Length', head('Content-Length : 5\r\n', 'POST /mcp HTTP/1.1')],
  ['a tab before the colon', head('X\t: a\r\n')],
  ['a blank in a name', head('X Y: a\r\n')],
  ['a line without a colon', head('nothing\r\n')],
  ['a name of no characters', head(': a\r\n')],
  ['a control character in a name', head('X\x01: a\r\n')],
  ['a control character in a value', head('X: \x01\r\n')],
  ['DEL in a value', head('X: \x7f\r\n')],
  ['a folded line', head('X: a\r\n b\r\n')],
  ['a folded Transfer-Encoding', head('Transfer-Encoding:\r\n chunked\r\n', 'POST /mcp HTTP/1.1')],
  ['a first header line that begins with a blank', `GET /health HTTP/1.1\r\n Host: localhost\r\n\r\n${SMUGGLED}`],
  ['no version', `GET /health\r\n\r\n${SMUGGLED}`],
  ['version HTTP/1.2', head('', 'GET /health HTTP/1.2'), [400, 505]],
  ['version HTTP/11.1', head('', 'GET /health HTTP/11.1')],
  ['version http/1.1', head('', 'GET /health http/1.1')],
  ['version HTTP/1,1', head('', 'GET /health HTTP/1,1')],
  ['a method of small letters', head('', 'get /health HTTP/1.1'), [400, 405, 501]],
  ['a method nobody knows', head('', 'ABUSE /health HTTP/1.1'), [400, 405, 501]],
  ['a blank in the target', head('', 'GET /health x HTTP/1.1')],
  ['only a line end in a request line', head('', ' ')],
  ['no Host', `GET /health HTTP/1.1\r\n\r\n${SMUGGLED}`],
  ['two Hosts', head('Host: evil.example\r\n')],
  ['the same Host twice', head('Host: localhost\r\n')],
  ['a Host that is a list', `GET /mcp HTTP/1.1\r\nHost: localhost, localhost\r\n\r\n`, [400, 403], 'open'],
]

const statuses = (answers) => answers.map(({ status }) => status)
const get = (server, target, headers) => requestBytes(server, 'GET', target, headers)

export const cases = [
  ...noHttp.map(([what, data, allowed = [400], open]) => [
    `T-1 ${what}`,
    open
      ? async (server) =>
          expect(allowed.includes((await exchange(server, data)).answers[0]?.status), `${allowed}`, what)
      : isRefused(allowed, () => data),
  ]),
  [
    'T-11 fifty requests in one packet are answered in order, each once',
    async (server) => {
      const targets = Array.from({ length: 50 }, (_, at) => ['/health', '/nothing', '/mcp?x', '/'][at % 4])
      const data = targets.map((target) =>
        target === '/mcp?x' ? requestBytes(server, 'PUT', '/mcp') : get(server, target),
      )
      const { answers } = await exchange(server, Buffer.concat(data), { due: data.length })
      expectSame(
        statuses(answers),
        targets.map((target) => ({ '/nothing': 404, '/mcp?x': 405 })[target] ?? 200),
        'statuses',
      )
    },
  ],
  [
    'T-11 twenty calls in one packet are answered in order, whatever each takes',
    async (server) => {
      const data = Array.from({ length: 20 }, (_, id) => {
        const { params } = call({ type: 'topstories', amount: id % 2 ? 1 : 400 })
        const { body, headers } = modern('tools/call', params, { id })
        return requestBytes(server, 'POST', '/mcp', headers, JSON.stringify(body))
      })
      const { answers } = await exchange(server, Buffer.concat(data), { due: data.length })
      expectSame(
        answers.map((answer) => jsonOf(answer).id),
        data.map((_, id) => id),
        'ids',
      )
    },
  ],
  [
    'T-11 nothing behind Connection: close is answered',
    async (server) => {
      const { answers, isClosed } = await exchange(
        server,
        `${get(server, '/health', { Connection: 'close' })}${SMUGGLED}`,
        { closes: true },
      )
      expectSame([statuses(answers), isClosed], [[200], true])
    },
  ],
  [
    'T-11 a refused body is not read as the next request',
    async (server) => {
      const body = `${SMUGGLED}${JSON.stringify(oneStory())}`
      const data = `${requestBytes(server, 'POST', '/mcp', { 'Content-Type': 'text/plain', Host: 'evil.example' }, body)}${SMUGGLED}`
      const { answers, isClosed } = await exchange(server, data, { due: 2 })
      expect(
        answers.length === 2 || (answers.length === 1 && isClosed),
        'two answers, or one and the end',
        statuses(answers),
      )
      expectSame(answers[0].status, 403)
    },
  ],
  [
    'T-1 a request sent byte by byte is one request',
    async (server) => {
      const client = connect(server)
      await client.sendSlowly([...`${get(server, '/health')}`], 1)
      expectSame((await client.answer()).status, 200)
      client.destroy()
    },
  ],
]
