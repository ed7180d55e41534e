import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ServerResponse } from 'node:http'
import { test, type TestContext } from 'node:test'
import { EventSource } from '../../../src/event-source.ts'
import { cut, listen, serve, stream, STREAM, type Handler } from '../../support/event-source.ts'

test('4.1 the request: Accept, no cache, further headers, no Last-Event-ID without one', async (t) => {
  const { url, requests } = await serve(t, (response) => stream(response))
  const { until } = listen(t, url, { headers: { accept: 'text/html', Authorization: 'Bearer x' } })
  await until(1)
  const headers = requests[0]!.headers as Record<string, string>
  assert.equal(headers['accept'], 'text/event-stream')
  assert.equal(headers['cache-control'], 'no-cache')
  assert.equal(headers['authorization'], 'Bearer x')
  assert.ok(!('last-event-id' in headers))
})

test('9.2.2 a URL that cannot be parsed throws a SyntaxError', () => {
  assert.throws(() => new EventSource('http://['), { name: 'SyntaxError', constructor: DOMException })
})

test('9.2.2 constants, url, and CONNECTING at first', async (t) => {
  const { url } = await serve(t, (response) => stream(response))
  const { source, until } = listen(t, url)
  assert.equal(source.url, url)
  assert.equal(source.readyState, EventSource.CONNECTING)
  assert.deepEqual([source.CONNECTING, source.OPEN, source.CLOSED], [0, 1, 2])
  assert.deepEqual([EventSource.CONNECTING, EventSource.OPEN, EventSource.CLOSED], [0, 1, 2])
  assert.deepEqual(await until(1), ['open 1'])
})

test('9.2.3 open comes with the headers, before any byte of the body', async (t) => {
  const { url } = await serve(t, (response) => response.writeHead(200, STREAM).flushHeaders())
  assert.deepEqual(await listen(t, url).until(1), ['open 1'])
})

test('onopen, onmessage and onerror hear too', async (t) => {
  const { url } = await serve(t, (response) => {
    stream(response, 'data: a\n\n')
    response.end()
  })
  const { source } = listen(t, url)
  const order: string[] = []
  await new Promise<void>((resolve) => {
    Object.assign(source, {
      onopen: () => order.push('open'),
      onmessage: ({ data }: MessageEvent) => order.push(data as string),
      onerror: () => resolve(void order.push('error')),
    })
  })
  assert.deepEqual(order, ['open', 'a', 'error'])
})

test('9.2.6 events: named ones, an ID in force, data that is empty, an ID alone', async (t) => {
  const text = 'event: tick\ndata: a\n\ndata:\n\nid: 7\n\ndata: b\n\nevent: gone\n\ndata: c\n\n'
  const { url } = await serve(t, (response) => stream(response, text))
  const { until } = listen(t, url, {}, ['tick'])
  assert.deepEqual(await until(5), ['open 1', 'tick=a#', 'message=#', 'message=b#7', 'message=c#7'])
})

test('an event is a MessageEvent with the origin of the final URL', async (t) => {
  const other = await serve(t, (response) => stream(response, 'data: a\n\n'))
  const { url } = await serve(t, (response) => response.writeHead(307, { Location: other.url }).end())
  const { source } = listen(t, url)
  const [event] = (await once(source, 'message')) as [MessageEvent]
  assert.ok(event instanceof MessageEvent)
  assert.equal(event.origin, new URL(other.url).origin)
})

for (const status of [301, 302, 303, 307, 308])
  test(`4.2 a ${status} is followed; the reconnect starts from the original URL`, async (t) => {
    const { url, requests } = await serve(
      t,
      (response) => response.writeHead(status, { Location: '/moved' }).end(),
      (response) => stream(response, 'retry: 1\nid: 1\ndata: a\n\n') && response.end(),
      (response) => stream(response),
    )
    assert.deepEqual(await listen(t, url).until(4), ['open 1', 'message=a#1', 'error 0', 'open 1'])
    assert.deepEqual(
      requests.map(({ path }) => path),
      ['/', '/moved', '/'],
    )
  })

const ACCEPTED = ['; charset=utf-8', ';', '; foo', '; charset=windows-1252'].map((rest) => `text/event-stream${rest}`)
for (const type of [...ACCEPTED, 'TEXT/Event-Stream', 'x/x, text/event-stream', 'text/event-stream, bad'])
  test(`4.2 the type ${type} opens`, async (t) => {
    const { url } = await serve(t, (response) => response.writeHead(200, { 'Content-Type': type }).flushHeaders())
    assert.deepEqual(await listen(t, url).until(1), ['open 1'])
  })

for (const type of [undefined, 'text/plain', 'application/json', 'text/event-stream-x', 'text/event-stream, x/x'])
  test(`4.2 the type ${type} fails for good`, async (t) => {
    const { url, requests } = await serve(t, (response) =>
      response.writeHead(200, type ? { 'Content-Type': type } : {}).write('data: a\n\n'),
    )
    assert.deepEqual(await listen(t, url).until(1), ['error 2'])
    assert.equal(requests.length, 1)
  })

for (const status of [201, 204, 205, 206, 304, 400, 401, 404, 500, 502, 503])
  test(`4.2 a ${status} fails for good`, async (t) => {
    const { url, requests } = await serve(t, (response) => response.writeHead(status, STREAM).end())
    assert.deepEqual(await listen(t, url).until(1), ['error 2'])
    assert.equal(requests.length, 1)
  })

for (const status of [204, 500])
  test(`4.2 a ${status} on reconnect fails for good, though the connection before was good`, async (t) => {
    const { url } = await serve(
      t,
      (response) => stream(response, 'retry: 1\ndata: a\n\n') && response.end(),
      (response) => response.writeHead(status).end(),
    )
    assert.deepEqual(await listen(t, url).until(4), ['open 1', 'message=a#', 'error 0', 'error 2'])
  })

test('4.2 no connection at all reconnects, until there is one', async (t) => {
  const { url } = await serve(t, cut, cut, (response) => stream(response, 'data: a\n\n'))
  const asked = recordTimers(t)
  const { until } = listen(t, url)
  await asked.next(3000)
  await asked.next(3000)
  assert.deepEqual(await until(4), ['error 0', 'error 0', 'open 1', 'message=a#'])
})

test('9.2.6 an event cut in its middle is dropped, its ID too; the one before stays', async (t) => {
  const { url, requests } = await serve(
    t,
    (response) =>
      response.writeHead(200, STREAM).write('retry: 1\nid: 1\ndata: a\n\nid: 2\ndata: half\n', () => cut(response)),
    (response) => stream(response, 'data: b\n\n'),
  )
  assert.deepEqual(await listen(t, url).until(5), ['open 1', 'message=a#1', 'error 0', 'open 1', 'message=b#1'])
  assert.equal(requests[1]!.lastEventId, '1')
})

test('2.8 the ID survives a stream that names none, and is taken back by an empty one', async (t) => {
  const { url, requests } = await serve(
    t,
    (response) => stream(response, 'retry: 1\nid: 5\ndata: a\n\n') && response.end(),
    (response) => stream(response, 'data: b\n\n') && response.end(),
    (response) => stream(response, 'id\ndata: c\n\n') && response.end(),
    (response) => stream(response),
  )
  const heard = await listen(t, url).until(10)
  assert.deepEqual(
    heard.filter((line) => line.startsWith('message')),
    ['message=a#5', 'message=b#5', 'message=c#'],
  )
  assert.deepEqual(
    requests.map(({ lastEventId }) => lastEventId),
    [undefined, '5', '5', undefined],
  )
})

test('an ID that came alone is sent on reconnect', async (t) => {
  const { url, requests } = await serve(
    t,
    (response) => stream(response, 'retry: 1\n\nid: 9\n\n') && response.end(),
    (response) => stream(response),
  )
  await listen(t, url).until(3)
  assert.equal(requests[1]!.lastEventId, '9')
})

test('Last-Event-ID travels as UTF-8', async (t) => {
  const { url, requests } = await serve(
    t,
    (response) => stream(response, 'retry: 1\nid: é你😀\ndata\n\n') && response.end(),
    (response) => stream(response),
  )
  await listen(t, url).until(4)
  assert.equal(requests[1]!.lastEventId, 'é你😀')
})

/** Writes down the delays that EventSource asks of setTimeout, but for its liveness timer; `next` waits for one of these and lets it pass at once. */
function recordTimers(t: TestContext) {
  const real = globalThis.setTimeout
  const delays: number[] = []
  const waiting: { delay: number; fire: () => void }[] = []
  let wake = () => {}
  t.mock.method(globalThis, 'setTimeout', ((callback: () => void, delay = 0, ...rest: unknown[]) => {
    const frames = new Error().stack!.split('\n').slice(1)
    const caller = frames.find((frame) => !/event-source\.test|test_runner/.test(frame))
    if (!caller?.includes('event-source') || delay === 45_000) return real(callback, delay, ...(rest as []))
    delays.push(delay)
    waiting.push({ delay, fire: callback })
    wake()
    return 0
  }) as unknown as typeof setTimeout)
  const next = async (expected?: number) => {
    while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    const { delay, fire } = waiting.shift()!
    if (expected !== undefined) assert.equal(delay, expected)
    fire()
    return delay
  }
  return { delays, next }
}

test('4.4 the reconnection time is 3000 ms, until retry sets it', async (t) => {
  const asked = recordTimers(t)
  const { url } = await serve(
    t,
    (response) => stream(response) && response.end(),
    (response) => stream(response, 'retry: 1234\n') && response.end(),
    (response) => stream(response, 'retry: 99999999999999999999\n') && response.end(),
    (response) => stream(response),
  )
  const { until } = listen(t, url)
  await asked.next(3000)
  await asked.next(1234)
  await asked.next(2 ** 31 - 1)
  assert.equal((await until(7)).length, 7)
})

test('4.4 reconnectionTimeMs is the reconnection time of the first connections, until retry sets it', async (t) => {
  const asked = recordTimers(t)
  const { url } = await serve(
    t,
    (response) => stream(response) && response.end(),
    (response) => stream(response, 'retry: 1234\n') && response.end(),
    (response) => stream(response) && response.end(),
    (response) => stream(response),
  )
  const { until } = listen(t, url, { reconnectionTimeMs: 20 })
  await asked.next(20)
  await asked.next(1234)
  await asked.next(1234)
  assert.equal((await until(7)).length, 7)
})

test('4.4 failures in a row double what is added at random, to a maximum; a delivery puts it back', async (t) => {
  t.mock.method(Math, 'random', () => 1)
  const asked = recordTimers(t)
  const good: Handler = (response) => stream(response, 'retry: 50\n') && response.end()
  const { url } = await serve(t, good, cut, cut, cut, cut, good, cut)
  listen(t, url, { maxBackoffMs: 6500 })
  for (const delay of [50, 1050, 3050, 6550, 6550, 50, 1050]) await asked.next(delay)
})

test('4.4 at random: never below the reconnection time', async (t) => {
  t.mock.method(Math, 'random', () => 0)
  const asked = recordTimers(t)
  const { url } = await serve(t, (response) => stream(response, 'retry: 70\n') && response.end(), cut)
  listen(t, url, { maxBackoffMs: 30_000 })
  for (let i = 0; i < 4; i++) await asked.next(70)
})

test('4.4 a connection that opens but delivers nothing is a failure', async (t) => {
  t.mock.method(Math, 'random', () => 1)
  const asked = recordTimers(t)
  const { url } = await serve(t, (response) => response.writeHead(200, STREAM).end())
  listen(t, url, { maxBackoffMs: 30_000 })
  await asked.next(4000)
  await asked.next(6000)
})

/** Keeps the timers that are set to a number of milliseconds, for the test to let one pass. */
function keepTimers(t: TestContext, milliseconds: number) {
  const { setTimeout: set, clearTimeout: clear } = globalThis
  const timers: { fire: () => void; isCleared: boolean }[] = []
  let wake = () => {}
  t.mock.method(globalThis, 'setTimeout', ((fire: () => void, delay?: number, ...rest: []) => {
    if (delay !== milliseconds) return set(fire, delay, ...rest)
    timers.push({ fire, isCleared: false })
    wake()
    return timers.at(-1)
  }) as unknown as typeof setTimeout)
  t.mock.method(globalThis, 'clearTimeout', (timer: never) => {
    const kept = timers.find((one) => one === timer)
    if (kept) kept.isCleared = true
    else clear(timer)
  })
  const running = () => timers.filter(({ isCleared }) => !isCleared)
  const until = async (count: number) => {
    while (timers.length < count) await new Promise<void>((resolve) => (wake = resolve))
  }
  return { timers, running, until }
}

test('4.6 silence for the liveness time drops the connection and reconnects', async (t) => {
  const liveness = keepTimers(t, 77_777)
  const { url, requests } = await serve(
    t,
    (response) => stream(response, 'retry: 1\nid: 3\ndata: a\n\n'),
    (response) => stream(response),
  )
  const { until } = listen(t, url, { livenessMs: 77_777 })
  await until(2)
  await liveness.until(3) // for the request, for the head, for the event
  assert.equal(liveness.running().length, 1)
  liveness.running()[0]!.fire()
  assert.deepEqual(await until(4), ['open 1', 'message=a#3', 'error 0', 'open 1'])
  assert.equal(requests[1]!.lastEventId, '3')
})

test('4.6 a server that never answers is dropped too', async (t) => {
  const liveness = keepTimers(t, 77_777)
  const { url } = await serve(t, () => {})
  const { until } = listen(t, url, { livenessMs: 77_777 })
  await liveness.until(1)
  liveness.timers[0]!.fire()
  assert.deepEqual(await until(1), ['error 0'])
})

test('4.6 anything that comes, comments too, starts the liveness time anew', async (t) => {
  const liveness = keepTimers(t, 77_777)
  const opened = deferred()
  const { url } = await serve(t, (response) => {
    stream(response)
    opened.resolve(response)
  })
  listen(t, url, { livenessMs: 77_777 })
  const response = (await opened.promise) as ServerResponse
  await liveness.until(3)
  for (let count = 4; count < 8; count++) {
    response.write(':\n\n')
    await liveness.until(count)
    assert.deepEqual(
      liveness.timers.map(({ isCleared }) => isCleared),
      Array.from({ length: count }, (_, at) => at < count - 1),
    )
  }
})

for (const livenessMs of [0, Infinity])
  test(`livenessMs ${livenessMs} sets no timer at all`, async (t) => {
    const delays: unknown[] = []
    const real = globalThis.setTimeout
    t.mock.method(globalThis, 'setTimeout', ((fire: () => void, delay: number, ...rest: []) => {
      if (!/^.*undici/m.test(new Error().stack!)) delays.push(delay)
      return real(fire, delay, ...rest)
    }) as unknown as typeof setTimeout)
    const { url } = await serve(t, (response) => stream(response, 'data: a\n\n'))
    await listen(t, url, { livenessMs }).until(2)
    assert.deepEqual(
      delays.filter((delay) => !Number.isFinite(delay) || delay === 1 || delay === 0),
      [],
    )
  })

for (const name of ['reconnectionTimeMs', 'livenessMs', 'maxBackoffMs'])
  for (const value of [NaN, -1, -Infinity, 2 ** 31, 3e9, '5', 'abc', {}, true, 1n])
    test(`${name} ${String(value)} (${typeof value}) is refused under its name`, () => {
      assert.throws(() => new EventSource('http://127.0.0.1:9/', { [name]: value } as object), {
        name: 'RangeError',
        message: new RegExp(`^${name} must be 0 to 2147483647 milliseconds, or Infinity`),
      })
    })

test('close() inside a listener: nothing of what has already come is delivered', async (t) => {
  const closed = deferred()
  const { url, requests } = await serve(t, (response) => {
    response.on('close', () => closed.resolve(undefined))
    stream(response, 'data: a\n\ndata: b\n\n')
  })
  const { source, heard, until } = listen(t, url)
  source.addEventListener('message', () => source.close())
  await until(2)
  await closed.promise
  assert.deepEqual(heard, ['open 1', 'message=a#'])
  assert.equal(source.readyState, 2)
  assert.equal(requests.length, 1)
})

function deferred() {
  let resolve!: (value: unknown) => void
  const promise = new Promise((done) => (resolve = done))
  return { promise, resolve }
}

test('close() inside an open listener ends the connection', async (t) => {
  const gone = deferred()
  const { url } = await serve(t, (response) => {
    response.on('close', () => gone.resolve(undefined))
    stream(response, 'data: a\n\n')
  })
  const { source, heard } = listen(t, url)
  source.addEventListener('open', () => source.close())
  await gone.promise
  assert.deepEqual(heard, ['open 1'])
})

test('close() right after the constructor: no event at all', async (t) => {
  const { url } = await serve(t, (response) => stream(response, 'data: a\n\n'))
  let fetched: Promise<unknown> | undefined
  const { source, heard } = listen(t, url, {
    fetch: (input, init) => (fetched = fetch(input, init)) as Promise<Response>,
  })
  source.close()
  await assert.rejects(fetched!, { name: 'AbortError' })
  assert.deepEqual(heard, [])
})

test('close() inside an error listener: no wait, no further request', async (t) => {
  const { url, requests } = await serve(t, cut)
  const asked = recordTimers(t)
  const { source } = listen(t, url)
  source.addEventListener('error', () => source.close())
  await once(source, 'error')
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(asked.delays, [])
  assert.equal(requests.length, 1)
})

test('close() fires nothing and may come twice', async (t) => {
  const { url } = await serve(t, (response) => stream(response))
  const { source, heard, until } = listen(t, url)
  await until(1)
  source.close()
  source.close()
  assert.equal(source.readyState, 2)
  assert.deepEqual(heard, ['open 1'])
})

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

test('no timer is left after close(), neither of a connection nor of a wait', async (t) => {
  const before = timers()
  const { url } = await serve(t, (response) => stream(response, 'retry: 60000\n') && response.end())
  const waiting = listen(t, url, { livenessMs: 50_000 })
  await waiting.until(2)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(waiting.source.readyState, 0)
  const open = await serve(t, (response) => stream(response))
  const connected = listen(t, open.url, { livenessMs: 50_000 })
  await connected.until(1)
  assert.ok(timers() >= before + 2, 'both wait for a timer')
  waiting.source.close()
  connected.source.close()
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(timers() <= before, `${timers()} timers, ${before} before`)
})

test("an event beyond the parser's limits ends it for good: it would come again", async (t) => {
  const { url, requests } = await serve(t, (response) => {
    stream(response, 'data: a\n\n')
    response.end(`data: ${'x'.repeat(2 ** 24)}\n\n`)
  })
  assert.deepEqual(await listen(t, url).until(3), ['open 1', 'message=a#', 'error 2'])
  assert.equal(requests.length, 1)
})

test('a message of the type error is heard by error listeners, with its data', async (t) => {
  const { url } = await serve(t, (response) => stream(response, 'event: error\ndata: x\n\n'))
  assert.deepEqual(await listen(t, url).until(2), ['open 1', 'error=x#'])
})
