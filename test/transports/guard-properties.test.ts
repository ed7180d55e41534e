// The checks of Host and Origin, held against the WHATWG URL parser.
// A failure prints the seed and the path that bring it back: put them into the second argument of fc.assert.
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import fc from 'fast-check'
import { createGuard } from '../../src/index.ts'
import { parseUrl } from '../../src/url.ts'

fc.configureGlobal({ includeErrorInReport: true })

const NAMES = ['localhost', '127.0.0.1', '[::1]']
const statusOf = (headers: { host: string; origin?: string }, target = '/mcp') => {
  try {
    createGuard({})({ url: target, headers, rawHeaders: [] } as unknown as IncomingMessage)
    return 200
  } catch (error) {
    return (error as { status: number }).status
  }
}

const port = fc.oneof(
  fc.constantFrom('', ':', ':0', ':80', ':443', ':65535', ':65536', ':99999', ':+1', ':1e3'),
  fc.nat(70_000).map((n) => `:${n}`),
)
const NOISE = [
  '.',
  '@',
  ':',
  '/',
  '\\',
  '?',
  '#',
  '%',
  '%2e',
  '%00',
  '\t',
  ' ',
  ',',
  '\u00ad',
  '\u3002',
  '\uff4c',
  'x',
  '0',
  '0x7f',
  '[',
  ']',
  '::',
  '%25lo',
]
const oddName = fc.oneof(
  fc.constantFrom(
    ...NAMES,
    'LOCALHOST',
    'LocalHost.',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::1%25lo]',
  ),
  fc.domain(),
  fc.ipV4Extended(),
  fc.ipV6().map((address) => `[${address}]`),
  fc
    .tuple(fc.constantFrom(...NAMES), fc.nat(12), fc.constantFrom(...NOISE))
    .map(([name, at, noise]) => name.slice(0, at) + noise + name.slice(at)),
)
const host = fc.oneof(
  fc.tuple(oddName, port).map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('localhost', 'evil.example'), fc.constantFrom(...NOISE), oddName, port)
    .map((parts) => parts.join('')),
  fc.webAuthority({ withIPv4: true, withIPv6: true, withPort: true, withUserInfo: true }),
)

/** Whether the URL parser reads just a listed name and a port, and would write the name as it is written. */
function parserAgrees(text: string): boolean {
  if (!parseUrl(`http://${text}`)) return false
  const { hostname, username, password, pathname, search, hash } = new URL(`http://${text}`)
  const isNothingElse = [username, password, search, hash].every((part) => part === '') && pathname === '/'
  const isAsWritten = text.toLowerCase().startsWith(hostname) && /^(:\d{1,5})?$/.test(text.slice(hostname.length))
  return NAMES.includes(hostname) && isNothingElse && isAsWritten
}

test('10. the Host check agrees with the WHATWG URL parser on generated hosts', () => {
  fc.assert(
    fc.property(host, (text) => assert.equal(statusOf({ host: text }), parserAgrees(text) ? 200 : 403, text)),
    { numRuns: 10_000 },
  )
})

test('10. the Origin check agrees with the WHATWG URL parser on generated origins', () => {
  const scheme = fc.constantFrom(
    'http://',
    'https://',
    'HTTP://',
    'ws://',
    'file://',
    'http:',
    'http:///',
    '//',
    '',
    'null',
    'blob:http://',
  )
  fc.assert(
    fc.property(scheme, host, (before, text) => {
      const agrees = /^https?:\/\/$/i.test(before) && parserAgrees(text)
      assert.equal(statusOf({ host: 'localhost', origin: before + text }), agrees ? 200 : 403, before + text)
    }),
    { numRuns: 10_000 },
  )
})

test('10. of a request that names the whole URL, the name in it counts, as the URL parser reads it', () => {
  fc.assert(
    fc.property(host, fc.constantFrom('localhost', 'evil.example'), (text, header) => {
      const target = `http://${text}/mcp`
      const url = parseUrl(target)
      const expected = url ? (NAMES.includes(url.hostname) ? 200 : 403) : 400
      assert.equal(statusOf({ host: header }, target), expected, target)
    }),
    { numRuns: 5000 },
  )
})
