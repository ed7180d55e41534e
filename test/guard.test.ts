// Who may call: T-20, T-21, R-SE-1, R-SE-2, R8.
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { createGuard, serve, type GuardOptions } from '../src/index.ts'
import { request } from './support/wire.ts'

const options = { name: 'test', version: '1', port: 0 }
const { url, close } = await serve(options)
after(close)
const port = new URL(url).port

const passes = (headers: { host?: string; origin?: string }, allowed: GuardOptions = {}) => {
  try {
    createGuard(allowed)({ headers: { host: 'localhost', ...headers } } as IncomingMessage)
    return true
  } catch (error) {
    assert.equal((error as { status: number }).status, 403)
    return false
  }
}

test('R-SE-2, T-20: localhost, 127.0.0.1 and [::1] are us, on any port', () => {
  for (const name of ['localhost', '127.0.0.1', '[::1]', 'LocalHost'])
    for (const suffix of ['', ':1', `:${port}`, ':65535']) assert.ok(passes({ host: name + suffix }), name + suffix)
})

test('R-SE-2, T-20: one guard tells friend from stranger again and again, in any order', () => {
  const guard = createGuard({})
  const asked = (headers: { host?: string; origin?: string }) => () =>
    guard({ headers: { host: 'localhost', ...headers } } as IncomingMessage)
  for (let i = 0; i < 3; i++) {
    assert.doesNotThrow(asked({}))
    assert.throws(asked({ host: 'evil.example' }), { status: 403 })
    assert.throws(asked({ host: 'evil.example' }), { status: 403 })
    assert.doesNotThrow(asked({ origin: 'http://localhost:5173' }))
    assert.throws(asked({ origin: 'http://evil.example' }), { status: 403 })
    assert.throws(asked({ origin: 'http://evil.example' }), { status: 403 })
  }
})

test('R-SE-2, T-20: no other Host is, whatever it looks like', () => {
  const hosts = [
    'evil.example',
    'localhost.evil.example',
    'evil.example:3000',
    'localhost@evil.example',
    '127.0.0.1.nip.io',
    'localhost, evil.example',
    '',
    ' ',
    'localhost:',
    'localhost:x',
    '[::1',
    '::1',
    '[::2]',
    '127.0.0.2',
    '0.0.0.0',
    'localhost/x',
    '2130706433',
  ]
  for (const host of hosts) assert.ok(!passes({ host }), JSON.stringify(host))
})

test('R-SE-1, T-21: pages of loopback pass on any port and scheme; without Origin it is no page', () => {
  for (const origin of ['http://localhost:6274', 'https://127.0.0.1', 'http://[::1]:1', 'HTTP://LOCALHOST:5173'])
    assert.ok(passes({ origin }), origin)
  assert.ok(passes({}))
})

test('R-SE-1, T-21: no other Origin does: null, files, lists, user-info tricks, look-alikes', () => {
  const origins = [
    'null',
    '',
    'file://',
    'http://evil.example',
    'http://localhost.evil.example',
    'http://localhost@evil.example',
    'http://evil.example#localhost',
    'http://localhost http://evil.example',
    'http://localhost,http://evil.example',
    'https://evillocalhost',
    'chrome-extension://localhost',
    'http://localhost:80/path',
    'localhost',
    'http://127.0.0.1.evil.example',
    'http://localhost%00.evil.example',
  ]
  for (const origin of origins) assert.ok(!passes({ origin }), origin)
})

test('R8: a listed name matches with and without a port, a listed name with a port just that one', () => {
  const allowedHosts = ['api.example.com', 'other.example:8443']
  assert.ok(passes({ host: 'api.example.com' }, { allowedHosts }))
  assert.ok(passes({ host: 'API.example.com:8080' }, { allowedHosts }))
  assert.ok(passes({ host: 'other.example:8443' }, { allowedHosts }))
  assert.ok(!passes({ host: 'other.example' }, { allowedHosts }))
  assert.ok(!passes({ host: 'localhost' }, { allowedHosts }))
  const allowedOrigins = ['https://app.example', 'plain.example']
  assert.ok(passes({ origin: 'https://app.example' }, { allowedOrigins }))
  assert.ok(!passes({ origin: 'http://app.example' }, { allowedOrigins }))
  assert.ok(passes({ origin: 'http://plain.example:8080' }, { allowedOrigins }))
})

test('an empty list is the default, not an open door', () => {
  assert.ok(!passes({ host: 'evil.example' }, { allowedHosts: [] }))
  assert.ok(passes({ host: 'localhost', origin: 'http://localhost' }, { allowedHosts: [], allowedOrigins: [] }))
  assert.ok(!passes({ origin: 'http://evil.example' }, { allowedOrigins: [] }))
})

test('the guard and the WHATWG URL parser agree on every host', () => {
  const piece = fc.constantFrom(
    'localhost',
    '127.0.0.1',
    '[::1]',
    'evil',
    '.example',
    '.',
    '@',
    ':',
    '3000',
    '#',
    '/',
    '\\',
    '%',
    ' ',
    'LOCALHOST',
    '0',
    'x',
  )
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')),
      (host) => {
        if (!passes({ host })) return
        assert.ok(['localhost', '127.0.0.1', '[::1]'].includes(new URL(`http://${host}`).hostname), host)
        if (host === '') assert.fail()
      },
    ),
    { numRuns: 5000 },
  )
})

test('R-SE-1, R-SE-2, R-SSE-4, T-20, T-21: on every path and method the answer is 403, before anything else, and names the value and the setting', async () => {
  for (const [method, path] of [
    ['GET', '/sse'],
    ['POST', '/sse'],
    ['POST', '/messages?sessionId=x'],
    ['DELETE', '/messages'],
    ['GET', '/mcp'],
    ['POST', '/mcp'],
    ['DELETE', '/mcp'],
    ['GET', '/'],
    ['GET', '/health'],
    ['GET', '/nothing'],
  ] as const) {
    const foreignHost = await request(method, url + path, { host: 'evil.example:3000' })
    assert.equal(foreignHost.status, 403, `${method} ${path}`)
    assert.deepEqual(JSON.parse(foreignHost.text), {
      jsonrpc: '2.0',
      error: {
        code: -32600,
        message:
          'Host "evil.example:3000" is not allowed. If it should be, add it to ALLOWED_HOSTS (option allowedHosts).',
      },
    })
    const foreignPage = await request(method, url + path, { origin: 'http://evil.example' })
    assert.equal(foreignPage.status, 403, `${method} ${path}`)
    assert.match(
      JSON.parse(foreignPage.text).error.message,
      /Origin "http:\/\/evil\.example" is not allowed.*ALLOWED_ORIGINS/,
    )
  }
})

test('a refused value is echoed cut short and as JSON, never as markup', async () => {
  const { headers, text } = await request('GET', `${url}/sse`, {
    origin: `http://<script>${'x'.repeat(5000)}`,
  })
  assert.equal(headers['content-type'], 'application/json')
  assert.ok(text.length < 500)
})

test('R-SE-3, T-20: a server that listens to others must be told its names, else it does not start', async () => {
  await assert.rejects(serve({ ...options, host: '0.0.0.0' }), /ALLOWED_HOSTS/)
  await assert.rejects(serve({ ...options, host: '0.0.0.0', allowedHosts: [] }), /ALLOWED_HOSTS/)
})
