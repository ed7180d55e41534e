// Streamable HTTP with sessions: R-SH-…, R-JR-8 to R-JR-11, R-CA-4, R-EL-3; T-36, T-40 to T-48.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { createParser, type SseEvent } from '../../src/sse/index.ts'
import { defineTool, serve } from '../../src/index.ts'
import { openEvents, post, request, type Answer, type OpenStream } from '../support/wire.ts'
import { asksForCity, echo } from '../support/tools.ts'
import { openGate } from '../support/gate.ts'

const gate = openGate()
let aborted: Promise<unknown> = Promise.resolve()
const tools = [
  echo,
  defineTool({
    name: 'steps',
    inputSchema: {
      type: 'object',
      properties: { n: { type: 'integer', default: 3 }, hold: { type: 'boolean' } },
    },
    async run({ n, hold }, { progress, signal }) {
      aborted = once(signal, 'abort')
      progress(1, n)
      if (hold) await Promise.race([gate.opened, aborted])
      for (let i = 2; i <= n; i++) progress(i, n)
      return 'done'
    },
  }),
  defineTool({
    name: 'releases',
    inputSchema: { type: 'object', properties: { afterMs: { type: 'integer' } }, required: ['afterMs'] },
    async run({ afterMs }, { releaseConnection, progress }) {
      releaseConnection(afterMs)
      await gate.opened
      progress(1)
      return 'done meanwhile'
    },
  }),
  asksForCity,
]

const options = { name: 'test', version: '1', tools, port: 0 }
const { url, close } = await serve(options)
after(close)
const mcp = `${url}/mcp`

async function open(version = '2025-11-25', capabilities: object = {}, at = mcp): Promise<Record<string, string>> {
  const answer = await post(at, {
    jsonrpc: '2.0',
    id: 'init',
    method: 'initialize',
    params: { protocolVersion: version, capabilities },
  })
  assert.equal(answer.status, 200)
  assert.equal(JSON.parse(answer.text).result.protocolVersion, version)
  const session = { 'mcp-session-id': String(answer.headers['mcp-session-id']) }
  assert.equal((await post(at, { jsonrpc: '2.0', method: 'notifications/initialized' }, session)).status, 202)
  return session
}

const call = (name: string, args: object = {}, id: number | string = 1, more: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args, ...more },
})
const withProgress = { _meta: { progressToken: 'p' } }
const ping = (id: number | string = 1) => ({ jsonrpc: '2.0', id, method: 'ping' })

function eventsOf({ text }: Answer): SseEvent[] {
  const events: SseEvent[] = []
  createParser({ onEvent: (event) => events.push(event) }).feed(text)
  return events
}
const textOf = (message: { result?: { content: [{ text: string }] } }) => message.result?.content[0].text

/** A POST whose answer is read while it comes. */
async function postOpen(body: unknown, headers: Record<string, string>): Promise<OpenStream> {
  return openEvents(mcp, { 'content-type': 'application/json', ...headers }, JSON.stringify(body))
}

test('R-SH-20, R-SH-21: initialize opens a session, named by a header of visible ASCII', async () => {
  const { 'mcp-session-id': id } = await open()
  assert.match(id!, /^[\x21-\x7e]{32,}$/)
  const other = await open()
  assert.notEqual(other['mcp-session-id'], id)
})

test('an initialize that fails opens no session', async () => {
  const answer = await post(mcp, { jsonrpc: '2.0', id: 1, method: 'initialize', params: {} })
  assert.equal(JSON.parse(answer.text).error.code, -32602)
  assert.equal(answer.headers['mcp-session-id'], undefined)
})

test('R-SH-3: a request is answered by one JSON object in one line', async () => {
  const session = await open()
  const answer = await post(mcp, call('echo', { text: 'hi' }), session)
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.equal(answer.headers['mcp-session-id'], undefined)
  assert.equal(answer.text, '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"hi"}]}}')
})

test('R-SH-3, R-SH-4, R-PG-4: it becomes a stream when something is said before the answer, and ends with the answer', async () => {
  const session = await open('2025-03-26')
  const answer = await post(mcp, call('steps', {}, 9, withProgress), session)
  assert.equal(answer.headers['content-type'], 'text/event-stream')
  const messages = eventsOf(answer).map((event) => JSON.parse(event.data))
  assert.deepEqual(
    messages.map((m) => m.params?.progress ?? textOf(m)),
    [1, 2, 3, 'done'],
  )
})

for (const version of ['2025-03-26', '2025-06-18', '2025-11-25'])
  test(`R-SH-7: a stream is primed from 2025-11-25 on only (${version})`, async () => {
    const session = await open(version)
    const answer = await post(mcp, call('steps', {}, 9, withProgress), session)
    const primed = version === '2025-11-25'
    assert.equal(/^id: \S+\nretry: 1000\ndata: \n\n/.test(answer.text), primed)
    assert.equal(eventsOf(answer)[0]!.data === '', primed)
  })

test('R-SH-2: notifications and responses are 202 with an empty body', async () => {
  const session = await open()
  for (const body of [
    { jsonrpc: '2.0', method: 'notifications/what/ever' },
    { jsonrpc: '2.0', id: 7, result: {} },
  ]) {
    const answer = await post(mcp, body, session)
    assert.deepEqual([answer.status, answer.text], [202, ''])
  }
})

test('R-SH-22, R-SH-23: no session is 400, an unknown one 404, for POST, GET and DELETE', async () => {
  assert.equal((await post(mcp, ping())).status, 400)
  assert.equal((await request('DELETE', mcp)).status, 400)
  const stale = { 'mcp-session-id': 'c2f1' }
  for (const answer of [
    await post(mcp, ping(), stale),
    await request('GET', mcp, stale),
    await request('DELETE', mcp, stale),
  ]) {
    assert.equal(answer.status, 404)
    assert.equal(JSON.parse(answer.text).error.code, -32600)
  }
})

test('R-SH-24, T-43: DELETE ends the session and its streams; a second one is 404', async () => {
  const session = await open()
  const stream = await openEvents(mcp, session)
  assert.equal((await request('DELETE', mcp, session)).status, 204)
  await stream.ended
  assert.equal((await post(mcp, ping(), session)).status, 404)
  assert.equal((await request('DELETE', mcp, session)).status, 404)
})

test('R-SH-28: initialize with a stale session starts a new one, in a live session it is -32600', async () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18' },
  }
  assert.equal((await post(mcp, initialize, { 'mcp-session-id': 'gone' })).status, 200)
  const live = await post(mcp, initialize, await open())
  assert.deepEqual([live.status, JSON.parse(live.text).error.code, JSON.parse(live.text).id], [400, -32600, 1])
})

test('R-SH-25, R-SH-27: an unsupported version header is 400 where the revision knows it; another supported one is served', async () => {
  for (const [version, expected] of [
    ['2025-03-26', 200],
    ['2025-06-18', 400],
    ['2025-11-25', 400],
  ] as const) {
    const session = await open(version)
    assert.equal(
      (await post(mcp, ping(), { ...session, 'mcp-protocol-version': '1999-01-01' })).status,
      expected,
      version,
    )
    assert.equal((await post(mcp, ping(), { ...session, 'mcp-protocol-version': '2025-06-18' })).status, 200, version)
    assert.equal((await post(mcp, ping(), session)).status, 200, version)
  }
})

test('R-SH-29: whoever accepts one of the two types is served in it; whoever accepts neither is 406', async () => {
  const session = await open()
  const type = async (accept: string | undefined, body: object) =>
    (await post(mcp, body, { ...session, ...(accept && { accept }) })).headers['content-type']
  for (const accept of [undefined, '*/*', 'application/json', 'application/*', 'application/json, text/event-stream'])
    assert.equal(await type(accept, ping()), 'application/json', accept)
  assert.equal(await type('text/event-stream', ping()), 'text/event-stream')
  assert.equal(await type('application/json', call('steps', {}, 1, withProgress)), 'application/json')
  assert.equal((await post(mcp, ping(), { ...session, accept: 'text/html' })).status, 406)
  assert.equal((await request('GET', mcp, { ...session, accept: 'application/json' })).status, 406)
})

test('R-EL-3: a question travels on the stream of its own call; without a stream it cannot be asked', async () => {
  const session = await open('2025-11-25', { elicitation: {} })
  const stream = await postOpen(call('asks'), session)
  assert.equal((await stream.event()).data, '')
  const question = await stream.message()
  assert.equal(question.method, 'elicitation/create')
  const paris = { action: 'accept', content: { name: 'Paris' } }
  assert.equal((await post(mcp, { jsonrpc: '2.0', id: question.id, result: paris }, session)).status, 202)
  assert.equal(textOf(await stream.message()), 'It rains in Paris.')
  await stream.ended

  const mute = await post(mcp, call('asks'), { ...session, accept: 'application/json' })
  assert.equal(JSON.parse(mute.text).result.isError, true)
})

test('R-CA-4: a cancelled request ends without an answer, as a stream that never said a thing', async () => {
  const session = await open('2025-03-26')
  gate.close()
  const stream = await postOpen(call('steps', { hold: true }, 'x', withProgress), session)
  await stream.message()
  await post(mcp, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'x' } }, session)
  await aborted
  await stream.ended
  await assert.rejects(stream.message())
})

test('a notification that comes with an id is no request that anybody knows (JSON-RPC 2.0, section 4.1)', async () => {
  const session = await open()
  for (const method of ['notifications/cancelled', 'notifications/initialized']) {
    const answer = await post(mcp, { jsonrpc: '2.0', id: 9, method, params: { requestId: 1 } }, session)
    assert.equal(JSON.parse(answer.text).error.code, -32601)
  }
})

test('R-JR-21: two calls with the same id in flight each get their own answer on their own exchange', async () => {
  const session = await open('2025-03-26')
  gate.close()
  const held = await postOpen(call('steps', { hold: true }, 1, withProgress), session)
  await held.message()
  assert.equal(JSON.parse((await post(mcp, call('echo', { text: 'B' }, 1), session)).text).result.content[0].text, 'B')
  gate.open()
  const rest = [await held.message(), await held.message(), await held.message()]
  assert.equal(textOf(rest[2]), 'done')
})

test('R-SH-9, R-SH-17: a lost connection is no cancellation: the rest, and the answer, wait for the client', async () => {
  const session = await open()
  gate.close()
  const stream = await postOpen(call('steps', { hold: true }, 5, withProgress), session)
  await stream.event()
  const seen = await stream.event()
  assert.equal(JSON.parse(seen.data).params.progress, 1)
  stream.destroy()
  gate.open()
  const again = await openEvents(mcp, { ...session, 'last-event-id': seen.lastEventId })
  const rest = [await again.message(), await again.message(), await again.message()]
  assert.deepEqual(
    rest.map((m) => m.params?.progress ?? textOf(m)),
    [2, 3, 'done'],
  )
  await again.ended
})

test('R-SH-17, R-SH-18, T-47: after a cut at any event, just what was not seen comes again, once and in order, of that stream only', async () => {
  const session = await open()
  const whole = eventsOf(await post(mcp, call('steps', { n: 6 }, 5, withProgress), session))
  await post(mcp, call('steps', { n: 2 }, 6, withProgress), session)
  for (const [at, { lastEventId }] of whole.entries()) {
    const again = await request('GET', mcp, { ...session, 'last-event-id': lastEventId })
    assert.deepEqual(eventsOf(again), whole.slice(at + 1), `after ${lastEventId}`)
  }
})

test('R-SH-19, T-47: an id that is unknown, foreign or garbage is 400 and replays nothing', async () => {
  const [mine, theirs] = [await open(), await open()]
  const [, first] = eventsOf(await post(mcp, call('steps', {}, 1, withProgress), mine))
  for (const id of [
    first!.lastEventId.replace(/\d+$/, '99'),
    'x',
    '',
    '1',
    '.',
    '1.x',
    '1.-1',
    '1.1e1',
    'get.1',
    '__proto__.0',
    `1.${'9'.repeat(400)}`,
  ]) {
    const answer = await request('GET', mcp, { ...mine, 'last-event-id': id })
    assert.deepEqual([answer.status, JSON.parse(answer.text).error.code], [400, -32600], id)
  }
  assert.equal((await request('GET', mcp, { ...theirs, 'last-event-id': first!.lastEventId })).status, 400)
})

test('R-SH-8: who lets go of the connection names the time to wait last, and the rest waits for the client', async () => {
  const session = await open()
  gate.close()
  const stream = await postOpen(call('releases', { afterMs: 4321 }, 5, withProgress), session)
  await stream.ended
  const lines = stream.raw().split('\n')
  assert.match(stream.raw(), /^id: \S+\n/, 'an id comes first, to come back with')
  assert.equal(
    lines.findLast((line) => line.startsWith('retry: ')),
    'retry: 4321',
  )
  const { lastEventId } = await stream.event()
  const again = await openEvents(mcp, { ...session, 'last-event-id': lastEventId })
  gate.open()
  assert.equal((await again.message()).params.progress, 1)
  assert.equal(textOf(await again.message()), 'done meanwhile')
  await again.ended
})

for (const version of ['2025-03-26', '2025-06-18'])
  test(`R-SH-6: a client without priming events keeps its connection until the response: ${version}`, async () => {
    const session = await open(version)
    gate.close()
    const answer = postOpen(call('releases', { afterMs: 1 }, 5, withProgress), session)
    gate.open()
    const stream = await answer
    assert.equal((await stream.message()).params.progress, 1)
    assert.equal(textOf(await stream.message()), 'done meanwhile')
    await stream.ended
    assert.doesNotMatch(stream.raw(), /^retry:/m)
  })

test('R-SH-14: a second GET takes over, and the first one ends', async () => {
  const session = await open()
  const first = await openEvents(mcp, session)
  const second = await openEvents(mcp, session)
  await first.ended
  assert.match((await second.event()).lastEventId, /^get\.0$/)
  second.destroy()
})

test('R-JR-8, R-JR-11, T-36: 2025-03-26 takes batches: one array, one stream, or 202', async () => {
  const session = await open('2025-03-26')
  const both = await post(
    mcp,
    [ping('a'), { jsonrpc: '2.0', method: 'notifications/x' }, call('echo', { text: 't' }, 'b')],
    session,
  )
  assert.deepEqual(
    JSON.parse(both.text).map((m: { id: string }) => m.id),
    ['a', 'b'],
  )
  const streamed = await post(mcp, [ping('a'), call('steps', { n: 1 }, 'b', withProgress)], session)
  assert.deepEqual(
    eventsOf(streamed)
      .map((event) => JSON.parse(event.data))
      .map((m) => m.id ?? m.method)
      .toSorted(),
    ['a', 'b', 'notifications/progress'],
  )
  const silent = await post(mcp, [{ jsonrpc: '2.0', method: 'notifications/x' }], session)
  assert.deepEqual([silent.status, silent.text], [202, ''])
  const invalid = JSON.parse((await post(mcp, [1, ping('c')], session)).text)
  assert.deepEqual(
    invalid.map((m: { id?: string; error?: { code: number } }) => m.id ?? m.error?.code),
    [-32600, 'c'],
  )
})

test('R-JR-8, R-JR-9, R-JR-10, R-LC-10: elsewhere a batch is 400, and so is an empty one, a mixed one, one with initialize, one of 101', async () => {
  const bad = async (version: string, batch: unknown[]) => {
    const answer = await post(mcp, batch, await open(version))
    return [answer.status, JSON.parse(answer.text).error.code, 'id' in JSON.parse(answer.text)]
  }
  const refused = [400, -32600, false]
  for (const version of ['2025-06-18', '2025-11-25']) assert.deepEqual(await bad(version, [ping()]), refused)
  assert.deepEqual(await bad('2025-03-26', []), refused)
  assert.deepEqual(await bad('2025-03-26', [ping(), { jsonrpc: '2.0', id: 1, result: {} }]), refused)
  assert.deepEqual(
    await bad('2025-03-26', [
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-03-26' } },
    ]),
    refused,
  )
  assert.deepEqual(
    await bad(
      '2025-03-26',
      Array.from({ length: 101 }, (_, id) => ping(id)),
    ),
    refused,
  )
})

test('T-46: forty sessions with the same ids at once, and no answer goes astray', async () => {
  const sessions = await Promise.all(Array.from({ length: 40 }, () => open()))
  await Promise.all(
    sessions.flatMap((session, n) =>
      Array.from({ length: 8 }, async (_, id) => {
        const answer = await post(mcp, call('echo', { text: `${n}.${id}` }, id), session)
        assert.deepEqual([JSON.parse(answer.text).id, textOf(JSON.parse(answer.text))], [id, `${n}.${id}`])
      }),
    ),
  )
})

test('R-SH-33, R-SE-9, T-48: at the cap the session idle longest makes room, one that never went beyond its handshake first; one in use never', async () => {
  const small = await serve({ ...options, limits: { maxSessions: 3 } })
  const at = `${small.url}/mcp`
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25' },
  }
  const busy = await open('2025-11-25', {}, at)
  const stream = await openEvents(at, busy)
  const used = await open('2025-11-25', {}, at)
  const abandoned = { 'mcp-session-id': String((await post(at, initialize)).headers['mcp-session-id']) }
  const status = async (session: Record<string, string>) => (await post(at, ping(), session)).status
  const next = await open('2025-11-25', {}, at)
  assert.equal(await status(abandoned), 404)
  assert.equal(await status(used), 200)
  await open('2025-11-25', {}, at)
  assert.equal(await status(next), 404)
  assert.equal(await status(busy), 200)
  const streams = [await openEvents(at, used), stream]
  await small.close()
  await Promise.all(streams.map(({ ended }) => ended))
})
