// The request target: a path of ours, or nothing (RFC 9112, section 3.2).
import { requestBytes } from './client.mjs'
import { expect } from './expect.mjs'
import { exchange } from './socket.mjs'

const NOT_ALLOWED = [400, 403, 421]
const NOT_THERE = [400, 404]

const targets = [
  ['http://evil.example/health', NOT_ALLOWED],
  ['https://evil.example/health', NOT_ALLOWED],
  ['HTTP://EVIL.EXAMPLE/health', NOT_ALLOWED],
  ['http://evil.example:80/mcp', NOT_ALLOWED],
  ['http://localhost@evil.example/health', NOT_ALLOWED],
  ['http://localhost.evil.example/health', NOT_ALLOWED],
  ['http://169.254.169.254/latest/meta-data/', NOT_ALLOWED],
  ['file:///etc/passwd', [...NOT_ALLOWED, 404]],
  ['ftp://localhost/health', [...NOT_ALLOWED, 404]],
  ['*', NOT_THERE],
  ['localhost:80', NOT_THERE],
  ['health', NOT_THERE],
  ['?x=1', NOT_THERE],
  ['\\health', NOT_THERE],
  ['/\\health', NOT_THERE],
  ['/health\\', NOT_THERE],
  ['//evil.example/health', NOT_THERE],
  ['//evil.example/..', NOT_THERE],
  ['///health', NOT_THERE],
  ['/%', NOT_THERE],
  ['/%z', NOT_THERE],
  ['/%zz', NOT_THERE],
  ['/health%', NOT_THERE],
  ['/mcp%2', NOT_THERE],
  ['/%00', NOT_THERE],
  ['/health%00', NOT_THERE],
  ['/health%00.html', NOT_THERE],
  ['/health%0d%0aX:%20y', NOT_THERE],
  ['/health%20', NOT_THERE],
  ['/%68ealth%2f', NOT_THERE],
  ['/%c0%ae%c0%ae/package.json', NOT_THERE],
  ['/%uff0e%uff0e/package.json', NOT_THERE],
  ['/..', NOT_THERE],
  ['/../', NOT_THERE],
  ['/../package.json', NOT_THERE],
  ['/../../../../../../etc/passwd', NOT_THERE],
  ['/%2e%2e/package.json', NOT_THERE],
  ['/.%2e/package.json', NOT_THERE],
  ['/..%2fpackage.json', NOT_THERE],
  ['/%2e%2e%2f%2e%2e%2fetc%2fpasswd', NOT_THERE],
  ['/%252e%252e/package.json', NOT_THERE],
  ['/..\\package.json', NOT_THERE],
  ['/..%5cpackage.json', NOT_THERE],
  ['/client.js/../../package.json', NOT_THERE],
  ['/client.js/..', NOT_THERE],
  ['/client.js%00.css', NOT_THERE],
  ['/client.js/', NOT_THERE],
  ['/client.mjs', NOT_THERE],
  ['/./health', NOT_THERE],
  ['/x/../health', NOT_THERE],
  ['/C:/Windows/win.ini', NOT_THERE],
  ['/style.css::$DATA', NOT_THERE],
  ['/health#x', NOT_THERE],
  ['/mcp/../health', NOT_THERE],
  ['/é', NOT_THERE],
  ['/\x7f', NOT_THERE],
]

export const cases = [
  ...targets.map(([target, statuses]) => [
    `T-5 ${JSON.stringify(target)}`,
    async (server) => {
      const { answers } = await exchange(server, requestBytes(server, 'GET', target))
      const seen = answers.map(({ status, text }) => `${status} ${text}`)
      expect(answers.length === 1 && statuses.includes(answers[0].status), `one ${statuses.join(' or ')}`, seen)
      expect(!/root:|"dependencies"/.test(seen[0]), 'no file', seen)
    },
  ]),
  ...['%', '%zz', '%00', '%0d%0a', '..%2f', '%c0%80', '__proto__', "'%20or%201=1"].map((id) => [
    `T-5 /messages?sessionId=${id}`,
    async (server) => {
      const { answers } = await exchange(server, requestBytes(server, 'POST', `/messages?sessionId=${id}`, {}, '{}'))
      expect(NOT_THERE.includes(answers[0]?.status), '400 or 404', answers)
    },
  ]),
]
