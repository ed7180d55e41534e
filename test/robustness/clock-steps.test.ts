// The clock on the wall is set back and forth while the server runs: durations are those of the monotonic clock.
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { defineTool, serve, type Principal } from '../../src/index.ts'
import { callAt } from '../../src/bounds/deadline.ts'
import { connectHttpSse, openEvents, post } from '../support/wire.ts'

const began = new EventEmitter()
let end = (): void => {}
const steps = defineTool({
  name: 'steps',
  inputSchema: { type: 'object' },
  run(_args, call) {
    call.progress(1)
    return new Promise<string>((resolve) => {
      end = () => resolve(String(call.deadline - Date.now() <= 60_000 && call.deadline > Date.now()))
      began.emit('begun')
    })
  },
})
const both = { accept: 'application/json, text/event-stream' }
const HOUR = 3_600_000

for (const step of [-HOUR, -15_000, HOUR, 24 * HOUR])
  test(`a step of ${step / 1000} s: callers are let in, sessions stay, a call is answered`, async (t) => {
    const running = await serve({
      name: 't',
      version: '1',
      port: 0,
      log() {},
      tools: [steps],
      limits: { maxRequestsPerMinute: 600 },
    })
    t.after(() => running.close())
    const mcp = `${running.url}/mcp`
    const params = { protocolVersion: '2025-11-25', capabilities: {} }
    const { headers } = await post(mcp, { jsonrpc: '2.0', id: 0, method: 'initialize', params }, both)
    const session = { ...both, 'mcp-session-id': headers['mcp-session-id'] as string }
    const stream = await connectHttpSse(running.url)
    const begun = once(began, 'begun')
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'steps', _meta: { progressToken: 1 } } }
    const answer = post(mcp, call, session)
    await begun

    const real = Date.now
    t.mock.method(Date, 'now', () => real() + step)
    end()
    assert.match((await answer).text, /"text":"true"/)
    for (let n = 0; n < 5; n++)
      assert.equal((await post(mcp, { jsonrpc: '2.0', id: 2, method: 'ping' }, session)).status, 200)
    assert.equal((await stream.call('ping', {}, 'p')).id, 'p')
    stream.destroy()
  })

test('a stream ends with its token, also where that ended before the stream began, and where the clock is set', async (t) => {
  let expiresAt = Infinity
  const auth = { authorize: (): Principal => ({ issuer: 'i', subject: 's', expiresAt }) }
  const options = { name: 't', version: '1', port: 0, log() {}, limits: { keepAliveMs: 0 }, listChanged: true, auth }
  const running = await serve(options)
  t.after(() => running.close())
  const listen = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'subscriptions/listen',
    params: {
      notifications: { toolsListChanged: true },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  })
  const json = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'subscriptions/listen',
  }
  const open = [() => openEvents(`${running.url}/sse`), () => openEvents(`${running.url}/mcp`, json, listen)]
  for (const each of open) {
    expiresAt = Date.now() - 10_000 // within the leeway that clocks are given
    await (
      await each()
    ).ended
    expiresAt = Date.now() + 20
    await (
      await each()
    ).ended
  }
  // An hour that the clock leaps over: the next look, within a minute, sees it.
  t.mock.timers.enable({ apis: ['setTimeout'] })
  for (const each of open) {
    expiresAt = Date.now() + HOUR
    const stream = await each()
    await (each === open[0] ? stream.event() : stream.message())
    const leap = t.mock.method(Date, 'now', () => expiresAt + 1)
    t.mock.timers.tick(60_000)
    await stream.ended
    leap.mock.restore()
  }
})

test('a date that is none is past: nobody polls for it, and nothing outlives it', (t) => {
  const timer = t.mock.method(globalThis, 'setTimeout')
  for (const date of [NaN, undefined as never, 'soon' as never]) {
    let calls = 0
    callAt(date, () => calls++)
    assert.equal(calls, 1)
  }
  assert.equal(timer.mock.callCount(), 0)
})

test('a token that ends while the body is on its way: the stream that begins after that ends at once', async (t) => {
  const heard = new EventEmitter()
  const expiresAt = Date.now() + 60_000
  const auth = {
    authorize(): Principal {
      heard.emit('authorized')
      return { issuer: 'i', subject: 's', expiresAt }
    },
  }
  const running = await serve({
    name: 't',
    version: '1',
    port: 0,
    log() {},
    limits: { keepAliveMs: 0 },
    listChanged: true,
    auth,
  })
  t.after(() => running.close())
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const params = { notifications: { toolsListChanged: true }, _meta: meta }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params })
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const authorized = once(heard, 'authorized')
  const sent = http.request(`${running.url}/mcp`, {
    method: 'POST',
    agent: false,
    headers: {
      'content-type': 'application/json',
      'content-length': body.length,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
    },
  })
  sent.flushHeaders()
  await authorized
  t.mock.method(Date, 'now', () => expiresAt + 1)
  t.mock.timers.tick(120_000)
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  await once(response.resume(), 'close')
})
