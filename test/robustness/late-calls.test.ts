// What a tool does after its call has ended reaches nobody, and throws into nobody's timer.
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { after, test } from 'node:test'
import {
  defineResource,
  definePrompt,
  defineTool,
  isCallEnd,
  serve,
  type Call,
  type LogEntry,
} from '../../src/index.ts'
import { connectHttpSse, openEvents, post, type Json } from '../support/wire.ts'

const object = { type: 'object' } as const
const question = {
  method: 'elicitation/create',
  params: { message: 'm', requestedSchema: { type: 'object', properties: {} } },
}

/** The calls that ran, so that a test can go on where their tool would. */
const calls: Call[] = []
const ran = new EventEmitter()
const note = (call: Call) => {
  calls.push(call)
  ran.emit('call', call)
}
const logged: LogEntry[] = []

const { url, close } = await serve({
  name: 't',
  version: '1',
  port: 0,
  log: (entry) => void logged.push(entry),
  tools: [
    defineTool({
      name: 'answers',
      inputSchema: object,
      run(_args, call) {
        note(call)
        return 'done'
      },
    }),
    defineTool({
      name: 'says-one',
      inputSchema: object,
      run(_args, call) {
        note(call)
        call.progress(0.5)
        return 'done'
      },
    }),
    defineTool({
      name: 'times-out',
      inputSchema: object,
      timeoutMs: 1,
      run(_args, call) {
        note(call)
        return new Promise<string>(() => {})
      },
    }),
    defineTool({
      name: 'waits',
      inputSchema: object,
      run(_args, call) {
        note(call)
        return new Promise<string>(() => {})
      },
    }),
    defineTool({
      name: 'asks-and-goes',
      inputSchema: object,
      run(_args, call) {
        note(call)
        void call.ask({ q: question }).catch((error: unknown) => ran.emit('rejected', error))
        call.progress(1)
        return 'done'
      },
    }),
    defineTool({
      name: 'says-what-is-no-json',
      inputSchema: object,
      run(_args, call) {
        const circle: Record<string, unknown> = {}
        circle['self'] = circle
        for (const data of [
          1n,
          circle,
          {
            toJSON: () => {
              throw new Error('no')
            },
          },
        ])
          call.log('error', data)
        call.progress(1n as unknown as number, 2n as unknown as number)
        for (const retryMs of [-1, NaN, Infinity, 1.5, '1' as unknown as number, 1e300]) call.releaseConnection(retryMs)
        return 'done'
      },
    }),
  ],
  prompts: [definePrompt({ name: 'p', get: (_args, call) => (note(call), 'text') })],
  resources: [defineResource({ uri: 'test://r', name: 'r', read: (call) => (note(call), 'text') })],
})
after(() => close())
const mcp = `${url}/mcp`
const both = { accept: 'application/json, text/event-stream' }

/** All that a tool can do with a call. None of it may throw, nor reach the wire. */
async function sayAll(call: Call): Promise<void> {
  call.progress(1e9)
  call.log('emergency', 'late')
  call.releaseConnection(1)
  await assert.rejects(call.ask({ q: question }), isCallEnd)
}

const request = (method: string, params: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  params: { ...params, _meta: { progressToken: 7 } },
})
const callOf = (name: string) => request('tools/call', { name })

async function open(version: string) {
  const params = { protocolVersion: version, capabilities: { elicitation: {} } }
  const { headers } = await post(mcp, { jsonrpc: '2.0', id: 0, method: 'initialize', params }, both)
  return { ...both, 'mcp-session-id': headers['mcp-session-id'] as string }
}

for (const version of ['2025-03-26', '2025-11-25'])
  for (const name of ['answers', 'says-one', 'times-out'])
    test(`Streamable HTTP ${version}: after the answer of ${name} nothing is said, not even to who resumes`, async () => {
      const session = await open(version)
      calls.length = 0
      const { text } = await post(mcp, callOf(name), session)
      assert.match(text, name === 'times-out' ? /took longer/ : /done/)
      await sayAll(calls[0]!)
      assert.equal((await post(mcp, { jsonrpc: '2.0', id: 2, method: 'ping' }, session)).status, 200)
      const first = /^id: (\S+)$/m.exec(text)?.[1]
      if (first === undefined) return
      const resumed = await openEvents(mcp, { ...session, 'last-event-id': first })
      await resumed.ended
      assert.doesNotMatch(resumed.raw(), /1000000000|late/)
    })

test('HTTP+SSE: after the answer nothing is said on the stream', async () => {
  const client = await connectHttpSse(url)
  for (const name of ['answers', 'says-one', 'times-out']) {
    calls.length = 0
    await client.post(callOf(name))
    let message: Json
    do message = await client.message()
    while (message.method)
    assert.equal(message.id, 1)
    await sayAll(calls[0]!)
    const next = await client.call('ping', {}, 'next')
    assert.equal(next.id, 'next', 'the next message is the answer to what was sent next')
  }
  client.destroy()
})

test('2026-07-28: after the answer nothing is said, and nothing throws', async () => {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
    'io.modelcontextprotocol/logLevel': 'debug',
    progressToken: 7,
  }
  for (const [method, params, nameHeader] of [
    ['tools/call', { name: 'answers' }, 'answers'],
    ['tools/call', { name: 'says-one' }, 'says-one'],
    ['tools/call', { name: 'times-out' }, 'times-out'],
    ['prompts/get', { name: 'p' }, 'p'],
    ['resources/read', { uri: 'test://r' }, 'test://r'],
  ] as const) {
    calls.length = 0
    const headers = { ...both, 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-name': nameHeader }
    const { status } = await post(mcp, { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }, headers)
    assert.equal(status, 200)
    await sayAll(calls[0]!)
  }
})

test('a call that is cancelled, or whose session ends, is over: ask rejects, and its signal has the same reason', async () => {
  for (const end of ['notifications/cancelled', 'DELETE']) {
    const session = await open('2025-11-25')
    const began = once(ran, 'call')
    const answer = post(mcp, callOf('waits'), session)
    const [call] = (await began) as [Call]
    const aborted = once(call.signal, 'abort')
    if (end === 'DELETE') await fetch(mcp, { method: 'DELETE', headers: session })
    else await post(mcp, { jsonrpc: '2.0', method: end, params: { requestId: 1 } }, session)
    await aborted
    assert.ok(isCallEnd(call.signal.reason))
    await sayAll(call)
    assert.doesNotMatch((await answer).text, /late|1000000000/)
  }
})

test('a question that is open when the call is answered is given up, and the client hears of it', async () => {
  const client = await connectHttpSse(url)
  await client.call('initialize', { protocolVersion: '2025-11-25', capabilities: { elicitation: {} } })
  const rejected = once(ran, 'rejected')
  await client.post(callOf('asks-and-goes'))
  const [asked, progress, cancelled, answer] = [
    await client.message(),
    await client.message(),
    await client.message(),
    await client.message(),
  ]
  assert.equal(asked.method, 'elicitation/create')
  assert.equal(progress.method, 'notifications/progress')
  assert.deepEqual([cancelled.method, cancelled.params.requestId], ['notifications/cancelled', asked.id])
  assert.equal(answer.result.content[0].text, 'done')
  assert.ok(isCallEnd((await rejected)[0]))
  client.destroy()
})

test('what is no JSON is not sent, and throws nothing at the tool: the log has the cause', async () => {
  logged.length = 0
  for (const version of ['2025-06-18', '2025-11-25']) {
    const { status, text } = await post(mcp, callOf('says-what-is-no-json'), await open(version))
    assert.equal(status, 200)
    assert.match(text, version === '2025-06-18' ? /done/ : /^retry: 1$/m) // the connection was released: a fraction is cut
  }
  assert.ok(logged.length >= 3)
  assert.ok(logged.every(({ reason }) => reason === 'internal-error'))
})
