// A channel: a message to all readers, and what each of them missed. HTML Standard, section 9.2.4 "The Last-Event-ID
// header".
import assert from 'node:assert/strict'
import { getEventListeners, once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { EventSource } from '../../../src/event-source.ts'
import {
  createChannel,
  createEventStore,
  lastEventIdOf,
  type Channel,
  type ChannelMessage,
  type EventStream,
  type SseMessage,
} from '../../../src/channel/index.ts'
import { openStream } from '../../../src/sse/index.ts'
import { listenOn, serveStreams } from '../../support/sse-server.ts'

/** A server whose streams join a channel with the Last-Event-ID of their request. */
async function serveChannel(t: TestContext, channel: Channel) {
  const joined: boolean[] = []
  const open = await serveStreams(t, (stream, request) => {
    joined.push(channel.join(stream, lastEventIdOf(request)))
  })
  return { open, joined }
}

test('a message goes to all readers, the same bytes to each, with an id', async (t) => {
  const channel = createChannel()
  const { open } = await serveChannel(t, channel)
  const [first, second] = [await open(), await open()]
  assert.equal(channel.size, 2)
  const id = channel.send({ event: 'price', data: '7\n8' })
  for (const { reader } of [first, second]) {
    assert.deepEqual(await reader.event(), { type: 'price', data: '7\n8', lastEventId: id })
    assert.ok(reader.raw().endsWith(`event: price\nid: ${id}\ndata: 7\ndata: 8\n\n`), reader.raw())
    reader.destroy()
  }
})

test('a reader who is new gets the id of the place first, which is no event, and then what comes', async (t) => {
  const channel = createChannel()
  const before = channel.send({ data: 'before' })
  const { open, joined } = await serveChannel(t, channel)
  const { reader } = await open()
  const id = channel.send({ data: 'after' })
  assert.equal((await reader.event()).data, 'after')
  assert.equal(reader.raw(), `id: ${before}\n\nid: ${id}\ndata: after\n\n`)
  assert.deepEqual(joined, [false])
  reader.destroy()
})

test('a reader who comes back gets what it missed, once and in order, and then what comes', async (t) => {
  const channel = createChannel()
  const { open, joined } = await serveChannel(t, channel)
  const { reader, stream } = await open()
  channel.send({ data: '1' })
  const { lastEventId } = await reader.event()
  const gone = once(stream.closed, 'abort')
  reader.destroy()
  await gone
  assert.equal(channel.size, 0)
  channel.send({ data: '2' })
  channel.send({ data: '3' })
  const again = await open(lastEventId)
  channel.send({ data: '4' })
  for (const data of ['2', '3', '4']) assert.equal((await again.reader.event()).data, data)
  assert.deepEqual(joined, [false, true])
  again.reader.destroy()
})

test('a reader whose connection broke before the first message misses nothing either', async (t) => {
  const channel = createChannel()
  const url = await listenOn(t, (request, response) => {
    const stream = openStream(response)
    stream.send({ retry: 1 })
    channel.join(stream, lastEventIdOf(request))
    if (lastEventIdOf(request) !== '') return
    stream.close()
    channel.send({ data: 'while it was away' })
  })
  const source = new EventSource(url, { maxBackoffMs: 0 })
  t.after(() => source.close())
  const [event] = (await once(source, 'message')) as [MessageEvent]
  assert.equal(event.data, 'while it was away')
})

test('an id that is too old, of another channel, or made up is no place to go on: join says so, and begins here', async (t) => {
  const channel = createChannel({ store: createEventStore({ maxEvents: 2 }) })
  const another = createChannel()
  const [other] = ['1', '2', '3'].map((data) => another.send({ data })).slice(-1) as [string]
  const old = channel.send({ data: '1' })
  for (const data of ['2', '3', '4']) channel.send({ data })
  const { open, joined } = await serveChannel(t, channel)
  for (const id of [old, other, 'x', old.replace('.1', '.99'), old.replace('.1', '.-1'), 'é']) {
    const { reader } = await open(Buffer.from(id).toString('latin1'))
    channel.send({ data: 'next' })
    assert.equal((await reader.event()).data, 'next', id)
    reader.destroy()
  }
  assert.deepEqual(joined, Array(6).fill(false))
})

test('what join says false to, a state can be sent to: it comes before the next message', async (t) => {
  const channel = createChannel()
  const open = await serveStreams(t, (stream, request) => {
    if (!channel.join(stream, lastEventIdOf(request))) stream.send({ event: 'state', data: 'all' })
  })
  const { reader } = await open()
  channel.send({ data: 'more' })
  assert.equal((await reader.event()).data, 'all')
  const { data, lastEventId } = await reader.event()
  assert.equal(data, 'more')
  const missing = channel.send({ data: 'last' })
  const again = await open(lastEventId)
  assert.deepEqual(await again.reader.event(), { type: 'message', data: 'last', lastEventId: missing })
  for (const each of [reader, again.reader]) each.destroy()
})

test('a reader who leaves gets nothing more, and its stream stays open', async (t) => {
  const channel = createChannel()
  const { open } = await serveChannel(t, channel)
  const { reader, stream } = await open()
  channel.leave(stream)
  channel.leave(stream)
  assert.equal(channel.size, 0)
  channel.send({ data: 'for others' })
  stream.send({ data: 'for you' })
  assert.equal((await reader.event()).data, 'for you')
  assert.ok(!reader.raw().includes('others'))
  reader.destroy()
})

test('a stream may be in several channels, and in one twice without hearing twice', async (t) => {
  const [news, sports] = [createChannel(), createChannel()]
  const open = await serveStreams(t, (stream) => {
    for (const channel of [news, news, sports]) channel.join(stream)
  })
  const { reader, stream } = await open()
  assert.deepEqual([news.size, sports.size], [1, 1])
  news.send({ data: 'a' })
  sports.send({ data: 'b' })
  assert.deepEqual([(await reader.event()).data, (await reader.event()).data], ['a', 'b'])
  const closed = once(stream.closed, 'abort')
  reader.destroy()
  await closed
  assert.deepEqual([news.size, sports.size], [0, 0])
})

test('a message that cannot be encoded throws: nobody gets it, and it is not remembered', async (t) => {
  const channel = createChannel()
  const { open } = await serveChannel(t, channel)
  const place = channel.send({ data: 'a' })
  assert.throws(() => channel.send({ event: 'a\nb', data: 'x' }), { code: 'event-line-break' })
  assert.throws(() => channel.send({}), { code: 'empty-message' })
  assert.throws(() => channel.send({ id: '7', data: 'x' } as unknown as ChannelMessage), TypeError)
  const { reader } = await open(place)
  const id = channel.send({ data: 'b' })
  await reader.event()
  assert.equal(reader.raw(), `id: ${id}\ndata: b\n\n`)
  reader.destroy()
})

test('close ends all streams, and those that join later; a closed channel sends nothing', async (t) => {
  const channel = createChannel()
  const { open } = await serveChannel(t, channel)
  const { reader } = await open()
  const id = channel.send({ data: 'last' })
  channel.close()
  channel.close()
  assert.equal((await reader.event()).data, 'last')
  await reader.ended
  assert.equal(channel.size, 0)
  assert.equal(channel.send({ data: 'late' }), id)
  const late = await open(id)
  await late.reader.ended
  assert.equal(late.reader.raw(), '')
})

/** A store of messages that are large, so that the buffers of the system are soon full. */
const largeStore = (maxEvents: number) => createEventStore({ maxEvents, maxLength: 2 ** 30, maxTotalLength: 2 ** 30 })
const LARGE = 'x'.repeat(2 ** 20)

test('slow readers: one who lags gets the rest as it reads, every message, and holds no more than one of them', async (t) => {
  const channel = createChannel({ store: largeStore(100) })
  const { open } = await serveChannel(t, channel)
  const [slow, fast] = [await open(), await open()]
  slow.reader.pause()
  for (let n = 0; n < 20; n++) {
    channel.send({ data: `${n}:${LARGE}` }) // a stream of its own would cut the reader at 1 MiB that waits
    assert.ok((await fast.reader.event()).data.startsWith(`${n}:`), 'the others notice nothing')
  }
  assert.ok(!slow.stream.closed.aborted)
  slow.reader.resume()
  for (let n = 0; n < 20; n++) assert.ok((await slow.reader.event()).data.startsWith(`${n}:`))
  channel.send({ data: 'live again' })
  assert.equal((await slow.reader.event()).data, 'live again')
  for (const { reader } of [slow, fast]) reader.destroy()
})

test('slow readers: one who comes back after much gets it as it reads, and what comes meanwhile behind it', async (t) => {
  const channel = createChannel({ store: largeStore(100) })
  const { open } = await serveChannel(t, channel)
  const place = channel.send({ data: 'place' })
  for (let n = 0; n < 16; n++) channel.send({ data: `${n}:${LARGE}` })
  const { reader } = await open(place)
  reader.pause()
  for (let n = 16; n < 20; n++) channel.send({ data: `${n}:${LARGE}` })
  reader.resume()
  for (let n = 0; n < 20; n++) assert.ok((await reader.event()).data.startsWith(`${n}:`), `${n}`)
  reader.destroy()
})

test('slow readers: one for whom the memory does not go back far enough is cut, and told when it comes back', async (t) => {
  const channel = createChannel({ store: largeStore(2) })
  const { open, joined } = await serveChannel(t, channel)
  const { reader } = await open()
  reader.pause()
  for (let n = 0; n < 20; n++) channel.send({ data: `${n}:${LARGE}` })
  reader.resume()
  await reader.ended
  let lastEventId = ''
  for (let n = 0; ; n++) {
    const event = await reader.event().catch(() => undefined)
    if (!event) break
    assert.ok(event.data.startsWith(`${n}:`), 'without a gap until then')
    lastEventId = event.lastEventId
  }
  assert.equal(channel.size, 0)
  const again = await open(lastEventId)
  assert.deepEqual(joined, [false, false])
  again.reader.destroy()
})

/** A stream that notes what it is sent, and whose reader lags when the test says so. */
function fakeStream() {
  const ended = new AbortController()
  const sent: SseMessage[] = []
  let outcome: 'sent' | 'full' = 'sent'
  const waiting: (() => void)[] = []
  const stream: EventStream = {
    send: (message) => (sent.push(message), outcome),
    drained: () => new Promise((resolve) => waiting.push(resolve)),
    close: () => ended.abort(),
    drop: () => ended.abort(),
    closed: ended.signal,
  }
  return {
    stream,
    sent,
    lag: () => (outcome = 'full'),
    read: () => ((outcome = 'sent'), waiting.splice(0).forEach((resolve) => resolve())),
  }
}

test('slow readers: one who leaves and joins again while it lags gets each message once', async () => {
  const channel = createChannel()
  const { stream, sent, lag, read } = fakeStream()
  channel.join(stream)
  lag()
  const id = channel.send({ data: '1' })
  channel.send({ data: '2' })
  channel.leave(stream)
  assert.equal(channel.join(stream, id), true)
  channel.send({ data: '3' })
  read()
  await new Promise((resolve) => setImmediate(resolve))
  channel.send({ data: '4' })
  assert.deepEqual(
    sent.map(({ data }) => data),
    [undefined, '1', '2', '3', '4'],
  )
  channel.join(stream)
  assert.equal(getEventListeners(stream.closed, 'abort').length, 1)
  channel.leave(stream)
  assert.equal(getEventListeners(stream.closed, 'abort').length, 0)
})

test('a thousand readers come and go, and nothing is kept of them', () => {
  const channel = createChannel()
  for (let n = 0; n < 1_000; n++) {
    const { stream } = fakeStream()
    channel.join(stream)
    channel.send({ data: `${n}` })
    stream.close()
  }
  assert.equal(channel.size, 0)
})

test('channels that share a store share its bounds, and their ids do not meet', () => {
  const store = createEventStore({ maxTotalLength: 10 })
  const [first, second] = [createChannel({ store }), createChannel({ store })]
  const place = first.send({ data: '12345' })
  first.send({ data: '12345' })
  assert.equal(first.join(fakeStream().stream, place), true)
  assert.equal(second.join(fakeStream().stream, place), false)
  second.send({ data: '12345' }) // the log that was silent for longest is forgotten
  assert.equal(first.join(fakeStream().stream, place), false)
})
