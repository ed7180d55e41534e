// openStreamResponse: an event stream for servers whose handlers return a Response.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mock, test, type TestContext } from 'node:test'
import {
  createChannel,
  createParser,
  lastEventIdOf,
  openStreamResponse,
  pump,
  type SseEvent,
  type StreamOptions,
} from '../../../src/channel/index.ts'

const GET = (headers: Record<string, string> = {}) => new Request('http://127.0.0.1/events', { headers })
const decoder = new TextDecoder()
const turn = () => new Promise((resolve) => setImmediate(resolve))

function open(t: TestContext, options?: StreamOptions, request = GET()) {
  const opened = openStreamResponse(request, options)
  const reader = opened.response.body!.getReader()
  t.after(() => reader.cancel().catch(() => {}))
  return { ...opened, reader, next: async () => decoder.decode((await reader.read()).value) }
}

test('status, headers and bytes are those of openStream', async (t) => {
  const { response, stream, next } = open(t, { headers: { 'X-Own': 'yes' } })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  assert.equal(response.headers.get('cache-control'), 'no-cache, no-transform')
  assert.equal(response.headers.get('x-own'), 'yes')
  assert.equal(stream.send({ event: 'tick', id: '1', data: 'é\nb' }), 'sent')
  assert.equal(await next(), 'event: tick\nid: 1\ndata: é\ndata: b\n\n')
})

test('a message leaves when it is sent, to a reader who waits for it already', async (t) => {
  const { stream, next } = open(t)
  const waiting = next()
  stream.send({ data: 'now' })
  assert.equal(await waiting, 'data: now\n\n')
})

test('on Bun, which keeps the head back until there is a byte, a silent stream begins with a comment', async (t) => {
  Object.assign(globalThis, { Bun: {} })
  t.after(() => Reflect.deleteProperty(globalThis, 'Bun'))
  assert.equal(await open(t).next(), ':\n\n')
  const { stream, next } = open(t)
  stream.send({ data: 'at once' })
  assert.equal(await next(), 'data: at once\n\n')
})

test('our own parser reads it, whole', async () => {
  const { response, stream } = openStreamResponse(GET())
  for (const data of ['a', 'b\nc', '']) stream.send({ id: data.slice(0, 1), data })
  stream.close()
  assert.equal(stream.send({ data: 'late' }), 'closed')
  const events: SseEvent[] = []
  const parser = createParser({ onEvent: (event) => events.push(event) })
  for await (const chunk of response.body!) parser.feed(chunk)
  assert.deepEqual(
    events.map(({ data }) => data),
    ['a', 'b\nc', ''],
  )
  assert.ok(stream.closed.aborted)
})

test('closed is aborted when the body is canceled: the client is gone', async (t) => {
  const { stream, reader } = open(t)
  const closed = once(stream.closed, 'abort')
  await reader.cancel()
  await closed
  assert.equal(stream.send({ data: 'x' }), 'closed')
})

test('closed is aborted when the signal of the request says so, and the body ends without an error', async (t) => {
  const connection = new AbortController()
  const request = new Request('http://127.0.0.1/', { signal: connection.signal })
  const { stream, reader } = open(t, {}, request)
  const closed = once(stream.closed, 'abort')
  const read = reader.read()
  connection.abort()
  await closed
  assert.equal((await read).done, true)

  const late = openStreamResponse(request)
  assert.ok(late.stream.closed.aborted, 'a client who was gone before')
  assert.equal(late.stream.send({ data: 'x' }), 'closed')
})

test('backpressure: full at 16 KiB that wait, and drained when they were taken', async (t) => {
  const { stream, next } = open(t)
  const data = 'x'.repeat(1000)
  let sent = 1
  while (stream.send({ data }) === 'sent') sent++
  assert.equal(sent, Math.ceil(16_384 / (1000 + 'data: \n\n'.length)))
  assert.equal(stream.send({ data: 'waits' }), 'full')
  let isDrained = false
  const drained = stream.drained().then(() => (isDrained = true))
  await turn()
  assert.ok(!isDrained)
  for (let n = 0; n < sent; n++) assert.equal(await next(), `data: ${data}\n\n`)
  assert.equal(await next(), 'data: waits\n\n')
  await drained
  assert.equal(stream.send({ data: 'again' }), 'sent')
  assert.equal(await next(), 'data: again\n\n')
})

test('backpressure: pump pulls what a reader takes, and no more', async (t) => {
  const { response, stream, reader } = open(t)
  let pulled = 0
  const result = pump(
    stream,
    (function* () {
      for (; pulled < 1000; pulled++) yield 'x'.repeat(10_000)
    })(),
  )
  for (let n = 0; n < 20; n++) await turn()
  assert.ok(pulled <= 3, `${pulled} before anything was read`)
  reader.releaseLock()
  let length = 0
  for await (const chunk of response.body!) {
    length += chunk.byteLength
    await turn()
    assert.ok(pulled * 10_008 <= length + 4 * 10_008, `${pulled} at ${length}`)
    if (pulled === 1000) stream.close()
  }
  assert.equal(await result, true)
  assert.equal(length, 1000 * 10_008)
})

test('a client who goes away in the midst of a pump ends its source', async (t) => {
  let ended = false
  const { stream, reader } = open(t)
  const result = pump(
    stream,
    (function* () {
      try {
        for (;;) yield 'x'.repeat(100_000)
      } finally {
        ended = true
      }
    })(),
  )
  await reader.read()
  await reader.cancel()
  assert.equal(await result, false)
  assert.ok(ended)
})

test('close brings what waits first, however much it is, and ends the body in good order', async () => {
  const { response, stream } = openStreamResponse(GET(), { maxUnreadBytes: 2 ** 22 })
  const data = 'é'.repeat(2 ** 19)
  for (let n = 0; n < 3; n++) stream.send({ data })
  stream.close()
  assert.equal(stream.send({ data: 'late' }), 'closed')
  assert.equal(await response.text(), `data: ${data}\n\n`.repeat(3))
})

test('keep-alive: a comment every 15 s, but not to a reader who lags; none after the end', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const { stream, next } = open(t)
  mock.timers.tick(15_000)
  assert.equal(await next(), ': keep-alive\n\n')
  const data = 'x'.repeat(20_000)
  stream.send({ data })
  mock.timers.tick(15_000)
  assert.equal(await next(), `data: ${data}\n\n`)
  await stream.drained()
  mock.timers.tick(15_000)
  assert.equal(await next(), ': keep-alive\n\n')
  stream.close()
  mock.timers.tick(60_000)
  assert.equal(await next(), '')
})

test('slow readers: one who takes nothing for 30 s is cut, and so is one for whom too much waits', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const cuts: number[] = []
  const onCut = (unread: number) => void cuts.push(unread)
  const idle = open(t, { onCut, keepAliveMs: 0 })
  idle.stream.send({ data: 'x'.repeat(20_000) })
  idle.stream.send({ data: 'y' })
  mock.timers.tick(40_000)
  assert.ok(idle.stream.closed.aborted)
  await assert.rejects(idle.reader.read(), /cut off/)

  const ending = open(t, { keepAliveMs: 0 })
  ending.stream.send({ data: 'x'.repeat(20_000) })
  ending.stream.close()
  mock.timers.tick(40_000)
  await assert.rejects(ending.reader.read(), /cut off/, 'an end that nobody takes')

  const greedy = open(t, { onCut, maxUnreadBytes: 100_000 })
  let sent = 0
  while (greedy.stream.send({ data: 'x'.repeat(20_000) }) !== 'closed') assert.ok(++sent < 100)
  assert.ok(greedy.stream.closed.aborted)
  assert.equal(cuts.length, 2)
  assert.ok(cuts[1]! > 100_000 && cuts[1]! < 130_000, `${cuts[1]}`)
})

test('a reader who is slow but steady is not cut', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const { stream, next } = open(t, { keepAliveMs: 0 })
  for (let n = 0; n < 40; n++) stream.send({ data: 'x'.repeat(20_000) })
  for (let left = 40 * 20_008; left > 0;) {
    mock.timers.tick(20_000)
    assert.ok(!stream.closed.aborted, `${left} left`)
    left -= (await next()).length
    await turn()
  }
  assert.equal(stream.send({ data: 'x' }), 'sent')
})

test('a channel with readers of both kinds; one of fetch comes back and gets what it missed', async (t) => {
  const channel = createChannel()
  const handler = (request: Request): Response => {
    const { response, stream } = openStreamResponse(request)
    channel.join(stream, lastEventIdOf(request))
    return response
  }
  const first = handler(GET()).body!.getReader()
  const place = decoder.decode((await first.read()).value)
  const [, id = ''] = /^id: (\S+)\n\n$/.exec(place) ?? []
  await first.cancel()
  await turn()
  assert.equal(channel.size, 0)
  const missed = channel.send({ data: 'missed' })
  const again = handler(GET({ 'Last-Event-ID': id })).body!.getReader()
  t.after(() => again.cancel())
  assert.equal(decoder.decode((await again.read()).value), `id: ${missed}\ndata: missed\n\n`)
})

test('an option that is none throws before there is a response', () => {
  assert.throws(() => openStreamResponse(GET(), { keepAliveMs: -1 }), TypeError)
})
