// The lanes without a browser: what stands where, which colour it has, and what is tied to what.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lanesIn, layout } from '../../../web/laboratory/lanes-layout.js'
import { newestOf, rowsOf, voiceOf } from '../../../web/laboratory/lanes-rows.js'
import { createRecord } from '../../../web/laboratory/record.js'

const STREAM = { 'content-type': 'text/event-stream; charset=utf-8' }
const utf8 = (text) => new TextEncoder().encode(text)

/** A record with a clock that is set by hand. */
function begin() {
  let time = 0
  const record = createRecord({ now: () => time })
  const at = (ms) => (time = ms)
  const post = (message, url = '/messages') =>
    record.request({ method: 'POST', url, body: JSON.stringify({ jsonrpc: '2.0', ...message }) })
  const come = (exchange, type, text, message) =>
    record.add({ way: '↓', exchange, type, text, message, bytes: utf8(text) })
  return { record, at, post, come }
}

/** HTTP+SSE as it goes: a GET, an answer by the stream before its 202, progress, a comment. */
function httpSse() {
  const { record, at, post, come } = begin()
  const stream = record.request({ method: 'GET', url: '/sse' })
  at(3)
  record.response(stream, { status: 200, headers: STREAM })
  come(stream, 'endpoint', '/messages?sessionId=1')
  come(stream, 'retry', '1000')
  at(800)
  const call = post({ id: 0, method: 'tools/call', params: { _meta: { progressToken: 0 } } })
  at(802)
  const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 0, progress: 1 } }
  come(stream, 'message', '{}', progress)
  at(804)
  record.response(call, { status: 202 })
  come(call, 'body', 'Accepted')
  record.end(call, 'ended')
  at(805)
  come(stream, 'message', '{}', { jsonrpc: '2.0', id: 0, result: {} })
  at(1500)
  come(stream, 'comment', 'keep-alive')
  return { record, stream, at, post, come }
}

const labels = (rows) => rows.map(({ way, lane, label }) => `${way} ${lane} ${label}`)

test('requests go up their lane, events come down the stream, and the 202 is no answer', () => {
  const { record } = httpSse()
  const rows = rowsOf(record)
  assert.deepEqual(labels(rows), [
    'up stream GET /sse',
    'down stream 200 text/event-stream',
    'down stream endpoint',
    'down stream retry: 1000',
    'up post tools/call',
    'down stream progress',
    'down post 202',
    'down stream message',
    'down stream : keep-alive',
  ])
  assert.deepEqual(
    rows.map(({ kind }) => kind),
    ['get', 'head', 'event', 'beat', 'post', 'event', 'accepted', 'event', 'beat'],
  )
  assert.equal(rows[6].frame.text, 'Accepted', 'the body of the 202 is its row’s')
  assert.equal(rows[7].bytes, 2)
})

test('a request, its progress and its answer have one colour; other ids have others', () => {
  const { record, post } = httpSse()
  const rows = rowsOf(record)
  const [call, progress, , answer] = rows.slice(4)
  assert.equal(call.voice, 'c0')
  assert.deepEqual([progress.voice, answer.voice], ['c0', 'c0'])
  assert.deepEqual([progress.colour, answer.colour, progress.id], [call.colour, call.colour, '0'])
  assert.equal(rows[6].voice, undefined, 'the 202 has no colour')
  post({ id: 1, method: 'ping' })
  assert.notEqual(rowsOf(record).at(-1).colour, call.colour)
  // A request of the server with the same id is another conversation.
  const asked = voiceOf({ way: '↓', message: { id: 0, method: 'ping' } })
  assert.deepEqual(voiceOf({ way: '↑', message: { id: 0, result: {} } }), asked)
  assert.notEqual(asked.voice, call.voice)
  assert.notEqual(asked.colour, call.colour)
  assert.equal(
    voiceOf({ way: '↑', message: { method: 'notifications/cancelled', params: { requestId: 0 } } }).voice,
    'c0',
  )
  assert.deepEqual(voiceOf({ way: '↑', message: { method: 'notifications/initialized' } }), {})
})

test('the answer is tied to its request across the lanes, progress as well, and the POST to its 202', () => {
  const { record } = httpSse()
  const rows = rowsOf(record)
  const { ties, trips, post, stream } = layout(rows, record.exchanges, 800)
  const y = (index) => rows[index].y
  assert.deepEqual(
    ties.map(({ x1, y1, x2, y2, isAcross }) => [x1, y1, x2, y2, isAcross]),
    [
      [post[1], y(4), stream[0], y(5), true],
      [post[1], y(4), stream[0], y(7), true],
    ],
  )
  assert.deepEqual(
    trips.map(({ y1, y2 }) => [y1, y2]),
    [[y(4), y(6)]],
  )
})

test('time runs down, a press is a bar with the number of its exchange and the silence before it', () => {
  const { record } = httpSse()
  const rows = rowsOf(record)
  const { bars, height } = layout(rows, record.exchanges, 800)
  assert.deepEqual(
    bars.map(({ number, silence }) => [number, silence]),
    [
      [1, undefined],
      [2, 797],
    ],
  )
  const places = rows.map(({ y }) => y)
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  )
  assert.equal(new Set(places).size, rows.length)
  assert.ok(height > places.at(-1))
})

test('arrows run from lifeline to lifeline; comments and retry are beats without one', () => {
  const { record } = httpSse()
  const rows = rowsOf(record)
  const { arrows, page, server } = layout(rows, record.exchanges, 800)
  assert.deepEqual(arrows.map(({ key }) => key).includes(rows[3].key), false)
  for (const { way, x1, x2 } of arrows) assert.deepEqual([x1, x2], way === 'up' ? [page, server] : [server, page])
})

test('the long stream is a pipe from its head to the edge, and to its end when it is cut', () => {
  const { record, stream, at } = httpSse()
  const open = layout(rowsOf(record), record.exchanges, 800)
  assert.deepEqual([open.pipes.length, open.pipes[0].ending], [1, undefined])
  assert.equal(open.pipes[0].bottom, open.height)
  at(2000)
  record.end(stream, 'cut')
  at(3000)
  const again = record.request({ method: 'GET', url: '/sse', headers: { 'Last-Event-ID': '5' } })
  at(3002)
  record.response(again, { status: 200, headers: STREAM })
  const rows = rowsOf(record)
  const { pipes } = layout(rows, record.exchanges, 800)
  assert.deepEqual(
    pipes.map(({ ending }) => ending),
    ['cut', undefined],
  )
  assert.ok(pipes[0].bottom < pipes[1].top)
})

test('over Streamable HTTP the answer stays in the lane of its POST, and nothing is tied across', () => {
  const { record, at, post, come } = begin()
  const call = post({ id: 1, method: 'tools/call' }, '/mcp')
  at(2)
  record.response(call, { status: 200, headers: STREAM })
  come(call, 'message', '{}', { jsonrpc: '2.0', id: 1, result: {} })
  record.end(call, 'ended')
  at(5)
  const list = post({ id: 2, method: 'tools/list' }, '/mcp')
  record.response(list, { status: 200, headers: { 'content-type': 'application/json' } })
  come(list, 'body', '{}', { jsonrpc: '2.0', id: 2, result: {} })
  const rows = rowsOf(record)
  assert.ok(rows.every(({ lane }) => lane === 'post'))
  const { ties, pipes } = layout(rows, record.exchanges, 800)
  assert.deepEqual(
    ties.map(({ isAcross }) => isAcross),
    [false, false],
  )
  assert.equal(pipes.length, 1)
  assert.deepEqual([rows.at(-1).kind, rows.at(-1).label], ['body', 'result'])
})

test('a refusal is told where it came: by its status, in the lane of the POST', () => {
  const { record, post, come } = begin()
  const refused = post({ id: 1, method: 'tools/list' })
  record.response(refused, { status: 404 })
  come(refused, 'body', 'Unknown session')
  const { label, lane, kind } = rowsOf(record).at(-1)
  assert.deepEqual([label, lane, kind], ['404 Not Found', 'post', 'body'])
})

test('of thousands of events the newest 60 rows are drawn, or those that end where one went back', () => {
  const { record, at, come } = begin()
  const stream = record.request({ method: 'GET', url: '/sse' })
  record.response(stream, { status: 200, headers: STREAM })
  for (let n = 0; n < 5000; n++) {
    at(n + 1)
    come(stream, 'tick', `${n}`)
  }
  assert.equal(rowsOf(record).length, 60)
  assert.equal(rowsOf(record).at(-1).frame.text, '4999')
  assert.equal(rowsOf(record, 100).at(-1).frame, record.frames[99])
  assert.equal(layout(rowsOf(record), record.exchanges, 800).pipes[0].top, 0)
})

test('the lanes stand in order and do not touch, from 280 px to 1920', () => {
  for (let width = 280; width <= 1920; width += 40) {
    const { page, post, stream, server } = lanesIn(width)
    const places = [page, ...post, ...stream, server]
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
      `${width}`,
    )
    assert.ok(stream[0] - post[1] >= 20, `${width}: room for a tie`)
  }
})

test('it follows what means something: no comment, no retry, and no 202 once its answer is there', () => {
  const { record, at, post, come } = begin()
  const stream = record.request({ method: 'GET', url: '/sse' })
  record.response(stream, { status: 200, headers: STREAM })
  const endpoint = come(stream, 'endpoint', '/m')
  come(stream, 'retry', '1000')
  assert.equal(newestOf(record.frames), endpoint)
  const ask = (id) => {
    at(id * 10)
    const call = post({ id, method: 'ping' })
    record.response(call, { status: 202 })
    return call
  }
  const received = come(ask(1), 'body', 'Accepted')
  assert.equal(newestOf(record.frames), received)
  const answer = come(stream, 'message', '{}', { jsonrpc: '2.0', id: 1, result: {} })
  come(stream, 'comment', 'keep-alive')
  assert.equal(newestOf(record.frames), answer)
  const call = ask(2)
  const early = come(stream, 'message', '{}', { jsonrpc: '2.0', id: 2, result: {} })
  come(call, 'body', 'Accepted')
  assert.equal(newestOf(record.frames), early, 'a 202 that comes after the answer')
})
