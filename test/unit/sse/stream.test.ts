// openStream: HTML Standard 9.2.7 "Authoring notes"; T-51 to T-54, section 6 "Slow readers".
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, mock, test } from 'node:test'
import {
  DROPPABLE,
  encodeEvent,
  openStream,
  sendStream,
  type EventStream,
  type StreamOptions,
} from '../../../src/sse/index.ts'
import { openEvents, request } from '../../support/wire.ts'

let opened: { stream: EventStream; response: ServerResponse } | undefined
let options: StreamOptions = {}
const server = createServer((_request, response) => {
  opened = { stream: openStream(response, options), response }
})
await once(server.listen(0, '127.0.0.1'), 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
after(() => {
  server.closeAllConnections()
  server.close()
})

async function open(given: StreamOptions = {}) {
  options = given
  const reader = await openEvents(url)
  return { reader, ...opened! }
}

test('the headers leave at once, before any event', async () => {
  const { reader } = await open({ headers: { 'X-Own': 'yes' } })
  assert.equal(reader.status, 200)
  assert.equal(reader.headers['content-type'], 'text/event-stream')
  assert.equal(reader.headers['x-own'], 'yes')
  assert.equal(reader.raw(), '')
  reader.destroy()
})

test('a message leaves as one chunk when it is sent', async () => {
  const { reader, stream } = await open()
  assert.equal(stream.send({ event: 'tick', id: '1', data: 'a\nb' }), 'sent')
  assert.deepEqual(await reader.event(), { type: 'tick', data: 'a\nb', lastEventId: '1' })
  assert.equal(reader.raw(), 'event: tick\nid: 1\ndata: a\ndata: b\n\n')
  reader.destroy()
})

test('a stream that is known as a whole has its headers, and every byte as sent one by one', async (t) => {
  const messages = [{ id: 'é', retry: 1000, data: '' }, { event: 'tick', data: 'a\nb' }, { comment: '值' }]
  const known = createServer((_request, response) => {
    assert.equal(sendStream(response, messages, { 'X-Own': 'yes' }), messages.map(encodeEvent).join('').length)
  })
  await once(known.listen(0, '127.0.0.1'), 'listening')
  t.after(() => known.close())
  const answer = await request('GET', `http://127.0.0.1:${(known.address() as AddressInfo).port}/`)
  assert.equal(answer.text, 'id: é\nretry: 1000\ndata: \n\nevent: tick\ndata: a\ndata: b\n\n: 值\n\n')
  assert.equal(answer.headers['content-type'], 'text/event-stream')
  assert.equal(answer.headers['cache-control'], 'no-cache, no-transform')
  assert.equal(answer.headers['x-own'], 'yes')
})

test('a message that cannot be encoded throws, and nothing of it is written', async () => {
  const { reader, stream } = await open()
  assert.throws(() => stream.send({ event: 'a\nb', data: 'x' }), { code: 'event-line-break' })
  stream.send({ data: 'y' })
  await reader.event()
  assert.equal(reader.raw(), 'data: y\n\n')
  reader.destroy()
})

test('T-54: a comment every 15 s, and one timer for all streams', async () => {
  mock.timers.enable({ apis: ['setInterval'] })
  try {
    const intervals = mock.method(globalThis, 'setInterval')
    const [first, second] = [await open(), await open()]
    assert.equal(intervals.mock.callCount(), 1)
    mock.timers.tick(14_999)
    assert.equal(first.reader.raw(), '')
    mock.timers.tick(1)
    assert.equal(await first.reader.comment(), 'keep-alive')
    assert.equal(await second.reader.comment(), 'keep-alive')
    assert.equal(first.reader.raw(), ': keep-alive\n\n')

    const cleared = mock.method(globalThis, 'clearInterval')
    first.reader.destroy()
    await once(first.response, 'close')
    assert.equal(cleared.mock.callCount(), 0)
    second.reader.destroy()
    await once(second.response, 'close')
    assert.equal(cleared.mock.callCount(), 1, 'the last stream takes the timer along')
  } finally {
    mock.timers.reset()
    mock.restoreAll()
  }
})

test('closed fires when the reader leaves, and is fired already for whoever looks later', async () => {
  const { reader, stream } = await open()
  const closed = once(stream.closed, 'abort')
  reader.destroy()
  await closed
  assert.ok(stream.closed.aborted)
  assert.equal(stream.send({ data: 'x' }), 'closed')

  const later = await open()
  later.reader.destroy()
  await once(later.response, 'close')
  assert.ok(later.stream.closed.aborted)
})

test('close ends the body in good order; what comes after is not written and does not throw', async () => {
  const { reader, stream } = await open()
  stream.send({ data: 'last' })
  stream.close()
  stream.close()
  assert.equal(stream.send({ data: 'late' }), 'closed')
  await reader.ended
  assert.equal(reader.raw(), 'data: last\n\n')
})

test('T-52: full is not gone: what waits for a slow reader arrives, every byte of it', async () => {
  const { reader, stream } = await open({ maxUnreadBytes: 64 * 2 ** 20 })
  reader.pause()
  const data = 'x'.repeat(2 ** 18)
  let sent = 0
  while (stream.send({ data: `${sent}:${data}` }) !== 'full') sent++
  assert.ok(!stream.closed.aborted)
  reader.resume()
  for (let n = 0; n <= sent; n++) assert.ok((await reader.event()).data.startsWith(`${n}:`))
  reader.destroy()
})

test('R-SE-9, T-52: a reader who takes nothing is cut off at the bound, and the others notice nothing', async () => {
  const bound = 2 ** 20
  const cuts: number[] = []
  const { reader: other, stream: otherStream } = await open()
  const { reader, stream } = await open({ maxUnreadBytes: bound, onCut: (unread) => cuts.push(unread) })
  reader.pause()
  const data = 'x'.repeat(2 ** 16)
  let sent = 0
  while (stream.send({ data }) !== 'closed') assert.ok(++sent < 1000, 'the bound does not hold')
  assert.equal(cuts.length, 1)
  assert.ok(cuts[0]! > bound && cuts[0]! <= bound + 2 ** 16 + 100, `${cuts[0]} bytes waited`)
  assert.ok(stream.closed.aborted, 'the stream is destroyed, not just silent')
  otherStream.send({ data: 'as ever' })
  assert.equal((await other.event()).data, 'as ever')
  other.destroy()
  reader.destroy()
})

/** More than the system keeps for a connection in its buffers, both ends together. */
const MORE_THAN_BUFFERS = 'x'.repeat(15 * 2 ** 20)

/** A reader who has stopped, and so much before it that the next message has to wait. */
async function openFull(given: StreamOptions = {}) {
  const opened = await open({ maxUnreadBytes: 64 * 2 ** 20, ...given })
  opened.reader.pause()
  let sent = 0
  // The last one waits for good: the system's buffers grow, and may take the one before it a little later.
  for (const data of ['x'.repeat(2 ** 20), MORE_THAN_BUFFERS])
    for (let outcome = 'sent'; outcome !== 'full'; sent++) outcome = opened.stream.send({ event: 'filler', data })
  return { ...opened, fillers: sent }
}

test('T-52: while a reader lags, the newest word takes the place of the one before it; answers all stay', async () => {
  const { reader, stream, fillers } = await openFull()
  for (let n = 1; n <= 1000; n++) assert.equal(stream.send({ data: `progress a ${n}` }, 'progress a'), 'full')
  stream.send({ data: 'answer 1' })
  stream.send({ data: 'progress b 1' }, 'progress b')
  stream.send({ data: 'log' }, DROPPABLE)
  stream.send({ data: 'answer 2' })
  stream.send({ data: 'progress b 2' }, 'progress b')
  reader.resume()
  for (let n = 0; n < fillers; n++) assert.equal((await reader.event()).type, 'filler')
  const rest = ['progress a 1000', 'answer 1', 'answer 2', 'progress b 2']
  for (const data of rest) assert.equal((await reader.event()).data, data)
  stream.send({ data: 'log' }, DROPPABLE) // it keeps up again
  assert.equal((await reader.event()).data, 'log')
  assert.ok(!reader.raw().includes('keep-alive'))
  reader.destroy()
})

test('T-52: a reader who keeps up misses no droppable message, however long', async () => {
  const { reader, stream } = await open()
  for (const length of [100, 1_000_000]) {
    stream.send({ data: 'x'.repeat(length) }, DROPPABLE)
    stream.send({ data: 'next' })
    assert.equal((await reader.event()).data.length, length)
    assert.equal((await reader.event()).data, 'next')
    await stream.drained()
  }
  reader.destroy()
})

test('T-52: what is merged or dropped does not count as unread', async () => {
  const { reader, stream, response } = await openFull()
  const before = process.memoryUsage().rss
  for (let n = 0; n < 100_000; n++) stream.send({ data: 'x'.repeat(2_000) + n }, n % 2 ? 'progress' : DROPPABLE)
  assert.ok(!response.destroyed)
  assert.ok(process.memoryUsage().rss - before < 100 * 2 ** 20, 'it grows')
  reader.destroy()
})

test('T-52: a stream of which nothing is taken for 30 s is destroyed, one that is read on is not', async () => {
  const cuts: number[][] = []
  mock.timers.enable({ apis: ['setInterval'] })
  try {
    const { reader, stream, response } = await openFull({ onCut: (...what) => cuts.push(what), keepAliveMs: 0 })
    stream.send({ data: 'log' }, DROPPABLE)
    mock.timers.tick(29_999)
    assert.ok(!response.destroyed)
    mock.timers.tick(10_001) // it looks every 10 s
    assert.ok(response.destroyed)
    assert.equal(cuts.length, 1)
    assert.equal(cuts[0]![1], 1) // message dropped
    await reader.ended

    const second = await openFull({ keepAliveMs: 0 })
    mock.timers.tick(20_000)
    second.reader.resume()
    for (let n = 0; n < second.fillers; n++) await second.reader.event()
    mock.timers.tick(60_000)
    assert.ok(!second.response.destroyed)
    second.reader.destroy()
  } finally {
    mock.timers.reset()
  }
})

test('T-52: a stream that is closed still brings what waits, unless nobody takes it', async () => {
  const { reader, stream, fillers } = await openFull()
  stream.send({ data: 'last' })
  stream.close()
  assert.equal(stream.send({ data: 'later' }), 'closed')
  reader.resume()
  for (let n = 0; n < fillers; n++) await reader.event()
  assert.equal((await reader.event()).data, 'last')
  await reader.ended

  mock.timers.enable({ apis: ['setInterval'] })
  try {
    const second = await openFull({ keepAliveMs: 0 })
    second.stream.close()
    mock.timers.tick(40_000)
    assert.ok(second.response.destroyed)
  } finally {
    mock.timers.reset()
  }
})

test('drained is fulfilled at once while the reader keeps up, and otherwise when it has taken everything', async () => {
  const { reader, stream, fillers } = await openFull()
  let isDrained = false
  const drained = stream.drained().then(() => (isDrained = true))
  stream.send({ data: 'last' })
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(!isDrained)
  reader.resume()
  await drained
  assert.equal(stream.send({ data: 'again' }), 'sent')
  for (let n = 0; n < fillers; n++) await reader.event()
  assert.deepEqual([(await reader.event()).data, (await reader.event()).data], ['last', 'again'])
  await stream.drained()
  reader.destroy()
})

test('drained is fulfilled when the reader goes away or the stream is cut, so that nobody waits for good', async () => {
  const gone = await openFull()
  const drained = gone.stream.drained()
  gone.reader.destroy()
  await drained
  await gone.stream.drained()

  const cut = await openFull()
  const waiting = cut.stream.drained()
  for (let sent = 'full'; sent !== 'closed';) sent = cut.stream.send({ data: 'x'.repeat(2 ** 20) })
  await waiting
  cut.reader.destroy()
})

test('T-52: one message larger than the bound is sent when nothing waits before it', async () => {
  const { reader, stream } = await open({ maxUnreadBytes: 1000 })
  stream.send({ data: 'x'.repeat(100_000) })
  assert.equal((await reader.event()).data.length, 100_000)
  reader.destroy()
})
