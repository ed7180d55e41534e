// pump: a source into an event stream, no faster than its reader reads, and no longer than it is there.
import assert from 'node:assert/strict'
import { EventEmitter, on, once } from 'node:events'
import { test } from 'node:test'
import { pump, type EventStream, type Pumped } from '../../../src/channel/index.ts'
import { closedGate } from '../../support/gate.ts'
import { serveStreams } from '../../support/sse-server.ts'

/** The end of a pump, and the stream that it pumps to. */
async function pumping(
  t: Parameters<typeof serveStreams>[0],
  source: (stream: EventStream) => AsyncIterable<Pumped> | Iterable<Pumped>,
) {
  let result!: Promise<boolean>
  const open = await serveStreams(t, (stream) => {
    result = pump(stream, source(stream))
    result.catch(() => {})
  })
  const { reader, stream } = await open()
  return { reader, stream, result }
}

test('texts become data, messages are sent as they are, and the stream stays open', async (t) => {
  const { reader, stream, result } = await pumping(t, async function* () {
    yield 'a\nb'
    yield { event: 'tick', id: '7', data: '' }
  })
  assert.equal(await result, true)
  stream.send({ data: 'more' })
  for (const data of ['a\nb', '', 'more']) assert.equal((await reader.event()).data, data)
  assert.equal(reader.raw(), 'data: a\ndata: b\n\nevent: tick\nid: 7\ndata: \n\ndata: more\n\n')
  reader.destroy()
})

test('a source may be synchronous: an array of what a reader missed', async (t) => {
  const { reader, result } = await pumping(t, () => ['1', { id: '2', data: '2' }])
  assert.equal(await result, true)
  for (const data of ['1', '2']) assert.equal((await reader.event()).data, data)
  reader.destroy()
})

test('while the reader lags nothing is pulled, and everything arrives when it reads on', async (t) => {
  const data = 'x'.repeat(2 ** 20)
  let pulled = 0
  const paused = closedGate()
  const { reader, stream, result } = await pumping(t, async function* () {
    await paused.opened
    for (; pulled < 24; pulled++) yield `${pulled}:${data}`
  })
  reader.pause()
  paused.open()
  // What the system takes for the connection is half of 24 MiB; pumped at once, the second that waits would cut it.
  let before = -1
  while (pulled !== before) {
    before = pulled
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(pulled < 24, `${pulled} pulled`)
  assert.ok(!stream.closed.aborted)
  reader.resume()
  for (let n = 0; n < 24; n++) assert.ok((await reader.event()).data.startsWith(`${n}:`))
  assert.equal(await result, true)
  reader.destroy()
})

test('when the reader goes away, the generator is ended: its finally runs, and pump is fulfilled with false', async (t) => {
  const cleaned = closedGate()
  let pulled = 0
  const { reader, result } = await pumping(t, async function* (stream) {
    try {
      for (;;) {
        pulled++
        yield 'tick'
        await once(stream.closed, 'abort') // what it waits for takes the signal
      }
    } finally {
      cleaned.open()
    }
  })
  await reader.event()
  reader.destroy()
  await cleaned.opened
  assert.equal(await result, false)
  assert.equal(pulled, 2, 'it ran on to its next yield, where return() meets it, and no further')
})

test('when the reader goes away while it lags, the generator is ended too', async (t) => {
  let ended = false
  const { reader, result } = await pumping(t, function* () {
    try {
      for (;;) yield 'x'.repeat(2 ** 20)
    } finally {
      ended = true
    }
  })
  reader.pause()
  reader.destroy()
  assert.equal(await result, false)
  assert.ok(ended)
})

test('return() is called there and then, not at the next value: an emitter that says nothing more is let go', async (t) => {
  const emitter = new EventEmitter()
  const { reader, result } = await pumping(t, async function* (): AsyncGenerator<Pumped> {
    yield 'begun'
  })
  await reader.event()
  await result

  const second = await pumping(t, () => ({
    [Symbol.asyncIterator]: () => {
      const events = on(emitter, 'tick')
      return {
        next: async () => (await events.next()) as IteratorResult<Pumped>,
        return: async () => (await events.return!()) as IteratorResult<Pumped>,
      }
    },
  }))
  assert.equal(emitter.listenerCount('tick'), 1)
  second.reader.destroy()
  assert.equal(await second.result, false)
  assert.equal(emitter.listenerCount('tick'), 0)
  reader.destroy()
})

test('what the source throws is thrown; the stream is open, to say something', async (t) => {
  const { reader, stream, result } = await pumping(t, async function* () {
    yield 'a'
    throw new Error('upstream is gone')
  })
  await assert.rejects(result, /upstream is gone/)
  stream.send({ event: 'failed', data: 'Try again.' })
  stream.close()
  assert.equal((await reader.event()).data, 'a')
  assert.equal((await reader.event()).type, 'failed')
  await reader.ended
})

test('what the source throws because the reader is gone is no error: nobody is there to hear of it', async (t) => {
  const { reader, result } = await pumping(t, async function* (stream) {
    yield 'a'
    await new Promise((_resolve, reject) => {
      stream.closed.addEventListener('abort', () => reject(stream.closed.reason as Error))
    })
  })
  await reader.event()
  reader.destroy()
  assert.equal(await result, false)
})

test('a message that cannot be encoded ends the source and is thrown', async (t) => {
  let ended = false
  const { reader, result } = await pumping(t, function* () {
    try {
      yield { event: 'a\nb', data: '' }
    } finally {
      ended = true
    }
  })
  await assert.rejects(result, { code: 'event-line-break' })
  assert.ok(ended)
  reader.destroy()
})

test('what throws in the finally of a source that was ended is thrown by pump', async (t) => {
  const { reader, result } = await pumping(t, function* () {
    try {
      for (;;) yield 'x'.repeat(2 ** 20)
    } finally {
      // oxlint-disable-next-line no-unsafe-finally
      throw new Error('could not clean up')
    }
  })
  reader.pause()
  reader.destroy()
  await assert.rejects(result, /could not clean up/)
})

test('a stream that is over already: nothing is pulled, and the iterator is ended', async (t) => {
  let next = 0
  let returned = 0
  const iterator: AsyncIterator<Pumped> = {
    next: async () => ({ done: false, value: `${next++}` }),
    return: async () => ({ done: true, value: returned++ }),
  }
  const { reader, result } = await pumping(t, (stream) => {
    stream.close()
    return { [Symbol.asyncIterator]: () => iterator }
  })
  assert.equal(await result, false)
  assert.deepEqual([next, returned], [0, 1])
  await reader.ended
})

test('fifty thousand values leave no listener behind', async () => {
  const { signal } = new AbortController()
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  signal.addEventListener = ((...given: Parameters<typeof add>) => {
    listeners++
    add(...given)
  }) as typeof add
  const stream: EventStream = {
    send: () => 'sent',
    drained: async () => {},
    close() {},
    drop() {},
    closed: signal,
  }
  function* values() {
    for (let n = 0; n < 50_000; n++) yield 'x'
  }
  assert.equal(await pump(stream, values()), true)
  assert.equal(listeners, 1)
})
