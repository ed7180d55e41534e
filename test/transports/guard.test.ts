// Who may call: T-20, T-21, R-SE-1, R-SE-2, R8.
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { createGuard, serve, type GuardOptions, type LogEntry } from '../../src/index.ts'
import { request } from '../support/wire.ts'

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

test('what is listed letter by letter matches, and as a browser writes it', () => {
  const listed: [origin: string, ...asSent: string[]][] = [
    ['chrome-extension://abcdefghijklmnopabcdefghijklmnop'],
    ['moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc'],
    ['vscode-webview://1a2b3c', 'VSCODE-WEBVIEW://1A2B3C'],
    ['tauri://localhost'],
    ['capacitor://localhost'],
    ['app://obsidian.md'],
    ['file://'],
    ['null'],
    ['https://app.example', 'HTTPS://APP.EXAMPLE', 'https://app.example:443'],
    ['https://app.example:443', 'https://app.example'],
    ['http://app.example:80', 'http://app.example'],
    ['HTTPS://Mixed.Example', 'https://mixed.example'],
    ['https://app.example:8443'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://xn--bcher-kva.example'],
    ['https://[::1]:8443', 'https://[::1]:8443'],
    ['http://[0:0:0:0:0:0:0:1]', 'http://[::1]'],
    ['http://127.1', 'http://127.0.0.1'],
    ['http://my_service'],
    ['bücher.example', 'https://xn--bcher-kva.example:8443'],
    ['app.example:443', 'https://app.example'],
    ['app.example:80', 'http://app.example'],
    ['::1', 'http://[::1]:5173'],
  ]
  for (const [entry, ...asSent] of listed)
    for (const origin of [...(entry.includes('://') || entry === 'null' ? [entry] : []), ...asSent]) {
      if (/[^ -~]/.test(origin)) continue // no browser sends it
      assert.ok(passes({ origin }, { allowedOrigins: [entry] }), `${entry}: ${origin}`)
      assert.ok(!passes({ origin }, { allowedOrigins: ['other.example'] }), `${origin}, not listed`)
    }
  const hosts: [entry: string, ...asSent: string[]][] = [
    ['mcp.example.com', 'mcp.example.com:443', 'MCP.EXAMPLE.COM:8080'],
    ['mcp.example.com.', 'mcp.example.com.'],
    ['mcp.example.com:443', 'mcp.example.com'],
    ['mcp.example.com:8080'],
    ['::1', '[::1]', '[::1]:3000'],
    ['[::1]:3000'],
    ['bücher.example', 'xn--bcher-kva.example:3000'],
    ['my_service'],
    ['10.0.0.7', '10.0.0.7:3000'],
  ]
  for (const [entry, ...asSent] of hosts)
    for (const host of asSent.length > 0 ? asSent : [entry])
      assert.ok(passes({ host }, { allowedHosts: [entry] }), `${entry}: ${host}`)
})

test('an entry lets in no more than it says', () => {
  for (const [entry, ...others] of [
    ['https://app.example', 'http://app.example', 'https://app.example:8443', 'https://x.app.example', 'app.example'],
    ['https://app.example:8443', 'https://app.example'],
    ['app.example:443', 'http://app.example', 'https://app.example:8443', '//app.example:443', 'app.example:443'],
    ['app://name', 'app://name2', 'app://', 'app:name', 'http://name', 'name', 'app://name/'],
    ['null', 'http://nul', 'file://', '', 'undefined'],
    ['undefined:80', ''],
  ])
    for (const origin of others) assert.ok(!passes({ origin }, { allowedOrigins: [entry!] }), `${entry}: ${origin}`)
  for (const [entry, ...others] of [
    ['a.example:443', 'a.example:8443', 'a.example:80', 'xa.example'],
    ['a.example:8080', 'a.example', 'a.example:80'],
    ['undefined:80', '', ' '],
  ])
    for (const host of others) assert.ok(!passes({ host }, { allowedHosts: [entry!] }), `${entry}: ${host}`)
})

test('what never matches is refused at the start, with the entry and the right form', async () => {
  const neverOrigins = [
    'https://app.example/',
    'https://app.example/path',
    'https://app.example?x',
    'https://app.example#x',
    'https://user@app.example',
    'https://user:secret@app.example',
    'https://*.example',
    '*.example',
    '*',
    'https://',
    'https://:443',
    'https://app.example:99999',
    'https://app.example:',
    'https:app.example',
    'https:/app.example',
    '//app.example',
    'https://app example',
    ' https://app.example',
    'https://app.example, https://other.example',
    'app.example/',
    'app.example:x',
    'chrome-extension://',
    'chrome-extension://id/',
    'chrome-extension://*',
    'tauri://localhost/index.html',
    'file:///',
    'file:///home/me/page.html',
    'ws://app.example',
    'wss://app.example',
    'about:blank',
    'data:,x',
    'localhost/',
    '10.0.0.0/8',
    '',
    ' ',
  ]
  const neverHosts = [
    'http://mcp.example.com',
    'https://mcp.example.com:8080',
    'mcp.example.com/',
    'mcp.example.com/mcp',
    '*.example.com',
    '*',
    '10.0.0.0/8',
    '[::1]/128',
    '::1/128',
    'fe80::1%eth0',
    '[::1',
    'mcp.example.com:',
    'mcp.example.com:99999',
    'mcp.example.com:http',
    'user@mcp.example.com',
    'mcp.example.com, other.example.com',
    'null ',
    '',
    ' ',
  ]
  for (const entry of neverOrigins)
    assert.throws(
      () => createGuard({ allowedOrigins: ['localhost', entry] }),
      (error) =>
        error instanceof TypeError &&
        error.message.startsWith(`${JSON.stringify(entry)} never matches`) &&
        /ALLOWED_ORIGINS \(option allowedOrigins\).*https:\/\/app\.example\.com/.test(error.message),
      entry,
    )
  for (const entry of neverHosts)
    assert.throws(
      () => createGuard({ allowedHosts: ['localhost', entry] }),
      (error) =>
        error instanceof TypeError &&
        error.message.startsWith(`${JSON.stringify(entry)} never matches`) &&
        /ALLOWED_HOSTS \(option allowedHosts\).*mcp\.example\.com/.test(error.message),
      entry,
    )
  for (const list of ['https://app.example', [1], [undefined], { 0: 'a' }, new Set(['a'])] as never[]) {
    assert.throws(() => createGuard({ allowedOrigins: list }), /allowedOrigins must be a list of texts/)
    assert.throws(() => createGuard({ allowedHosts: list }), /allowedHosts must be a list of texts/)
  }
  await assert.rejects(serve({ ...options, allowedOrigins: ['https://app.example/'] }), TypeError)
})

test('who lists null is warned at the start: every sandboxed frame has it', async () => {
  const lines: LogEntry[] = []
  const running = await serve({ ...options, allowedOrigins: ['null'], log: (entry) => lines.push(entry) })
  assert.deepEqual(
    lines.map(({ level, reason }) => [level, reason]),
    [['warn', 'null-origin']],
  )
  const answer = await request('GET', `${running.url}/mcp`, { origin: 'null', accept: 'image/png' })
  assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [406, 'null'])
  await running.close()
})

test('what a page of another site loads without CORS is refused on the routes of MCP, whatever else it says', async () => {
  for (const path of ['/sse', '/mcp', '/messages?sessionId=x', '/mcp/'])
    for (const site of ['cross-site', 'same-site', 'cross-site, none'])
      for (const mode of ['no-cors', 'navigate', 'cors', undefined])
        for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
          const headers = { 'sec-fetch-site': site, ...(mode && { 'sec-fetch-mode': mode }) }
          const answer = await request(method, url + path, headers)
          assert.equal(answer.status, 403, `${method} ${path} ${site} ${mode}`)
        }
  for (const headers of [
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
    { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:5173' },
    { 'sec-fetch-mode': 'cors' }, // Node's fetch
  ])
    assert.equal((await request('GET', `${url}/mcp`, { ...headers, accept: 'image/png' })).status, 406)
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
