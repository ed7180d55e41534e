// What whoever runs the server gets to read.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { after, test, type TestContext } from 'node:test'
import { atMostTenASecond } from '../../src/serve/log-rate.ts'
import { defineTool, logToStderr, safeLog, serve, type Log, type LogEntry } from '../../src/index.ts'
import { causeOf } from '../../src/diagnostics/log.ts'
import { post, request } from '../support/wire.ts'

test('each refusal is one line: a stable reason, where it was, and what the caller was told; no body, no session id', async () => {
  const lines: LogEntry[] = []
  const { url, close } = await serve({
    name: 't',
    version: '1',
    port: 0,
    limits: { maxBodyBytes: 1000 },
    log: (entry) => lines.push(entry),
  })
  after(close)
  const json = { 'content-type': 'application/json' }
  const secret = 'b1946ac9-2f28-4c5e-9d7f-2f7f9e0c1a55'
  await request('POST', `${url}/mcp`, { ...json, host: 'evil.example' }, '{}')
  await request('POST', `${url}/mcp`, json, '{')
  await request('POST', `${url}/mcp`, { 'content-type': 'text/plain' }, 'top secret')
  await request('POST', `${url}/mcp`, json, 'x'.repeat(1001))
  await request('POST', `${url}/messages?sessionId=${secret}`, json, '{"jsonrpc":"2.0","method":"top secret"}')
  await request('POST', `${url}/mcp`, { ...json, accept: 'image/png', 'mcp-protocol-version': '2026-07-28' }, '{}')
  assert.deepEqual(
    lines.map(({ level, reason, method, path, code }) => [level, reason, method, path, code]),
    [
      ['warn', 'forbidden', 'POST', '/mcp', -32600],
      ['warn', 'bad-request', 'POST', '/mcp', -32700],
      ['warn', 'unsupported-media-type', 'POST', '/mcp', -32600],
      ['warn', 'payload-too-large', 'POST', '/mcp', -32600],
      ['warn', 'not-found', 'POST', '/messages', -32600],
      ['warn', 'bad-request', 'POST', '/mcp', -32600],
    ],
  )
  assert.doesNotMatch(JSON.stringify(lines), new RegExp(`${secret}|top secret`))
})

test('a flood of refusals is ten lines a second for each reason', async (t) => {
  const lines: LogEntry[] = []
  t.mock.method(performance, 'now', () => 1_000) // all of it is one second, however long it takes
  const { url, close } = await serve({ name: 't', version: '1', port: 0, log: (entry) => lines.push(entry) })
  after(close)
  for (let n = 0; n < 100; n++) await post(`${url}/mcp`, '{')
  assert.equal(lines.length, 10)
})

test('at most ten a second: another reason and another second begin anew', () => {
  let now = 500
  const lines: string[] = []
  const log = atMostTenASecond(
    ({ reason }) => lines.push(reason),
    () => now,
  )
  const say = (reason: string, times: number) => {
    for (let n = 0; n < times; n++) log({ level: 'warn', reason })
  }
  say('a', 100)
  say('b', 1)
  assert.equal(lines.length, 11)
  now = 1500
  say('a', 1)
  assert.equal(lines.length, 12)
})

/** The lines that go to standard error meanwhile. */
function written(t: TestContext): string[] {
  const lines: string[] = []
  t.mock.method(process.stderr, 'write', (text: string, done: () => void) => {
    lines.push(text)
    done()
    return true
  })
  return lines
}

test('T-64: a line of the log is one line of JSON, whatever came from outside', (t) => {
  const lines = written(t)
  const strange = [
    '/a\r\n{"level":"error"}\u001b[31m\u0000', // C0
    '\u007f\u0080\u009b31m\u0085\u009d0;title\u009c', // DEL and C1: a terminal takes U+009B for ESC [
    '\u2028\u2029', // line separators
    '\u202eevil\u2066\u200f\u061c', // the direction of the line
    '\u200b\u00ad\ufeff\u2060\u{e0041}', // unseen
    '\ud800 \udc00', // halves of a character
  ]
  logToStderr({ level: 'warn', reason: 'x', strange })
  assert.equal(lines.length, 1)
  assert.match(lines[0]!, /^[ -~]+\n$/)
  assert.deepEqual(JSON.parse(lines[0]!).strange, strange)
  logToStderr({ level: 'warn', reason: 'x', what: 'Größe 你好 😀' })
  assert.match(lines[1]!, /Größe 你好 😀/)
})

test('a log that throws, rejects, or logs again ends nothing and hides nothing: its entries go to standard error', async (t) => {
  const lines = written(t)
  const entry: LogEntry = { level: 'warn', reason: 'x' }
  const hostile: Log[] = [
    () => {
      throw new Error('closed')
    },
    async () => {
      throw new Error('closed')
    },
    // oxlint-disable-next-line unicorn/no-thenable
    () => ({ then: (_resolve: unknown, reject: (error: unknown) => void) => reject(1) }),
    () => ({
      // oxlint-disable-next-line unicorn/no-thenable
      get then() {
        throw new Error('closed')
      },
    }),
    () => null,
  ]
  for (const log of hostile) safeLog(log)(entry)
  await new Promise(setImmediate)
  assert.equal(lines.filter((line) => JSON.parse(line).reason === 'x').length, 4)

  let times = 0
  const again: Log = safeLog((one) => {
    times++
    again(one)
  })
  again(entry)
  again(entry)
  assert.equal(times, 2)
  assert.throws(() => safeLog('file.log' as never), /log must be a function/)
})

test('an entry that is no JSON, and a failure without a text, throw at nobody', (t) => {
  const lines = written(t)
  const circle: LogEntry = { level: 'error', reason: 'x' }
  circle['self'] = circle
  logToStderr(circle)
  logToStderr({ level: 'error', reason: 'x', big: 1n })
  logToStderr({ level: 'info', reason: 'y' })
  assert.deepEqual(
    lines.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line).reason),
    ['log-lines-lost', 'y'],
  )
  for (const strange of [
    Object.create(null),
    { toString: null },
    new Proxy(new Error(), {
      get() {
        throw new Error('no')
      },
    }),
    Symbol('s'),
    undefined,
  ])
    assert.equal(typeof causeOf(strange), 'string')
  assert.ok(causeOf(new Error('x'.repeat(10_000_000))).length < 20_000)
})

test('an entry that is no JSON leaves no listener on standard error', async (t) => {
  written(t)
  const before = process.stderr.listenerCount('error')
  for (let n = 0; n < 3; n++) logToStderr({ level: 'error', reason: 'x', big: 1n })
  assert.equal(process.stderr.listenerCount('error'), before)
  logToStderr({ level: 'info', reason: 'y' })
  for (let turns = 0; turns < 100 && process.stderr.listenerCount('error') > before; turns++)
    await new Promise(setImmediate)
  assert.equal(process.stderr.listenerCount('error'), before)
})

test('a log that throws is in nobody’s way: a refusal, a tool that fails, a result that is no JSON', async (t) => {
  written(t)
  const schema = { type: 'object' } as const
  const tools = [
    defineTool({
      name: 'bad',
      inputSchema: schema,
      run: () => {
        throw Object.create(null)
      },
    }),
    defineTool({ name: 'circle', inputSchema: schema, run: () => ({ structuredContent: { big: 1n } }) as never }),
  ]
  for (const log of [() => assert.fail('closed'), () => Promise.reject(new Error('closed')) as never]) {
    const { url, close } = await serve({ name: 't', version: '1', port: 0, tools, log })
    const refused = await request('GET', `${url}/mcp`, { host: 'evil.example' })
    assert.equal(refused.status, 403)
    const opened = await post(`${url}/mcp`, initialize)
    const session = { 'mcp-session-id': String(opened.headers['mcp-session-id']) }
    for (let id = 1; id < 4; id++) {
      for (const name of ['bad', 'circle']) {
        const answer = await post(`${url}/mcp`, { jsonrpc: '2.0', id, method: 'tools/call', params: { name } }, session)
        assert.equal(answer.status, 200)
        assert.equal(JSON.parse(answer.text).id, id)
      }
    }
    await close()
  }
})

const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
}

// A server of its own in a process of its own: it says on descriptor 3 what is to be known.
const SERVER = `
  import { writeSync } from 'node:fs'
  import { serve } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)}
  const { url } = await serve({ name: 't', version: '1', port: 0, limits: { maxRequestsPerMinute: 100000 } })
  writeSync(3, url + '\\n')
`

/** Starts it; its standard error is what the shell makes of it, and `tell` asks it something. */
async function startServer(t: TestContext, stderr: 'pipe' | number, more = '') {
  const args = ['--input-type=module', '-e', SERVER + more]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', stderr, 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const notes = child.stdio[3] as Readable
  const [said] = await once(notes.setEncoding('utf8'), 'data')
  return { child, notes, url: String(said).trim() }
}

/** Refused so often that each of its lines would be written, ten of a reason at most. */
const refuse = async (url: string, times: number) => {
  for (let n = 0; n < times; n++)
    assert.equal((await request('GET', `${url}/mcp`, { host: 'evil.example' })).status, 403)
}

// A file that is always full. On Linux it is always there: without it the tests fail.
const onLinux = { skip: process.platform === 'linux' ? false : 'only Linux has /dev/full' }
const onPosix = { skip: process.platform === 'win32' ? 'a thing of POSIX' : false }

test('lines that cannot be written end no server: standard error on a full disk', onLinux, async (t) => {
  const { url, child } = await startServer(t, openSync('/dev/full', 'w'))
  await refuse(url, 20)
  await refuse(url, 1)
  assert.equal(child.exitCode, null)
})

test('lines that cannot be written end no server: the reader of standard error is gone', async (t) => {
  const { url, child } = await startServer(t, 'pipe')
  child.stderr!.destroy()
  await refuse(url, 20)
  await refuse(url, 1)
  assert.equal(child.exitCode, null)
})

test(
  'a reader of standard error that does not read holds up no server, and makes it keep no more than 64 KiB',
  onPosix,
  async (t) => {
    const flood = `
    import { logToStderr } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)}
    for (let n = 0; n < 1000; n++) logToStderr({ level: 'info', reason: 'flood', text: 'x'.repeat(1000) })
    writeSync(3, String(process.stderr.writableLength))
  `
    const { url, child, notes } = await startServer(t, 'pipe', flood)
    child.stderr!.pause()
    const length = Number((await once(notes, 'data'))[0])
    assert.ok(length > 0 && length < 70_000, `${length} bytes wait`)
    await refuse(url, 20)
    // Who reads again is told how many were left out.
    let text = ''
    const told = new Promise<void>((resolve) => {
      child.stderr!.setEncoding('utf8').on('data', (more: string) => {
        text += more
        if (text.includes('log-lines-lost')) resolve()
      })
    })
    child.stderr!.resume()
    const asking = setInterval(() => void request('GET', `${url}/mcp`, { host: 'evil.example' }).catch(() => {}), 50)
    await told
    clearInterval(asking)
    const lost = JSON.parse(text.split('\n').find((line) => line.includes('log-lines-lost'))!).lines
    const flooded = text.split('"reason":"flood"').length - 1
    assert.ok(flooded + lost >= 1000, `${flooded} written and ${lost} lost`)
  },
)

test(
  'only our own lines are expected to fail: another writer of standard error still hears of it',
  onLinux,
  async (t) => {
    const others = `
    import { logToStderr } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)}
    logToStderr({ level: 'info', reason: 'ours' })
    process.on('uncaughtException', (error) => writeSync(3, error.code))
    const theirs = () => process.stderr.write('theirs')
    setImmediate(() => setImmediate(() => setImmediate(theirs)))
  `
    const { notes } = await startServer(t, openSync('/dev/full', 'w'), others)
    assert.equal((await once(notes, 'data'))[0], 'ENOSPC')
  },
)
