// What whoever runs the server gets to read.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logToStderr, serve, type LogEntry } from '../src/index.ts'
import { atMostTenASecond } from '../src/edge/log-rate.ts'
import { post, request } from './support/wire.ts'

test('each refusal is one line: a stable reason, where it was, and what the caller was told; no body, no session id', async () => {
  const lines: LogEntry[] = []
  const { url, close } = await serve({
    name: 't',
    version: '1',
    port: 0,
    maxBodyBytes: 1000,
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

test('a flood of refusals is ten lines a second for each reason', async () => {
  const lines: LogEntry[] = []
  const { url, close } = await serve({ name: 't', version: '1', port: 0, log: (entry) => lines.push(entry) })
  after(close)
  for (let n = 0; n < 100; n++) await post(`${url}/mcp`, '{')
  assert.ok(lines.length >= 10 && lines.length <= 30, `${lines.length} lines`) // 100 requests may take two seconds
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

test('T-64: a line of the log is one line of JSON, whatever came from outside', (t) => {
  const written = t.mock.method(console, 'error', () => {})
  logToStderr({ level: 'warn', reason: 'x', path: '/a\r\n{"level":"error"}\u001b[31m\u0000\u2028' })
  const line = written.mock.calls[0]!.arguments[0] as string
  assert.ok([...line].every((character) => character >= ' '))
  assert.equal(JSON.parse(line).path, '/a\r\n{"level":"error"}\u001b[31m\u0000\u2028')
})
