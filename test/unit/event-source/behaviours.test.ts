// What web-platform-tests (eventsource/) and the contract tests of client libraries ask of an EventSource, as far as
// it means anything in Node, in words and streams of our own. Each over a real connection.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { type ServerResponse } from 'node:http'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { EventSource } from '../../../src/event-source.ts'
import { createParser } from '../../../src/sse/index.ts'
import { cut, listen, serve, stream, STREAM, whole } from '../../support/event-source.ts'

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))
const BOM = [0xef, 0xbb, 0xbf]
const LONG = 'x'.repeat(3000)

// Stream, and what is heard of it: type, data, last event ID.
const FORMAT: [behaviour: string, stream: Buffer, ...heard: string[]][] = [
  ['a BOM at the start is skipped', bytes(BOM, 'data:one\n\n'), 'message=one#'],
  [
    'a BOM later is part of a name nobody knows',
    bytes('data:one\n\n', BOM, 'data:two\n\ndata:three\n\n'),
    'message=one#',
    'message=three#',
  ],
  ['of two BOMs one is skipped', bytes(BOM, BOM, 'data:one\n\ndata:two\n\n'), 'message=two#'],
  ['a BOM before a comment', bytes(BOM, ':\ndata:one\n\n'), 'message=one#'],
  ['a BOM inside of data stays', bytes('data:', BOM, 'one\n\n'), 'message=\uFEFFone#'],
  [
    'half a BOM is two replacement characters or one, and no BOM',
    bytes([0xef, 0xbb], 'data:one\n\ndata:two\n\n'),
    'message=two#',
  ],
  [
    'comments between lines of data',
    bytes('data:a\r:\0\n:\r\ndata:b\n:', LONG, '\rdata:c\n:data:no\r\n\n'),
    'message=a\nb\nc#',
  ],
  ['comments alone are no event', bytes(': a\n\n:\n\n::\n\ndata:end\n\n'), 'message=end#'],
  ['an event without its blank line is dropped', bytes('data:one\n\nid:7\nevent:x\ndata:two\n'), 'message=one#'],
  ['an event without the end of its last line is dropped', bytes('data:one\n\ndata:two'), 'message=one#'],
  ['no data, one empty line of data, two', bytes('event:x\n\ndata\n\ndata\ndata:\n\n'), 'message=#', 'message=\n#'],
  [
    'one blank after the colon goes, a second one and a tab stay',
    bytes('data: a\ndata:  b\ndata:\tc\ndata:d \n\n'),
    'message=a\n b\n\tc\nd #',
  ],
  ['an event type counts for one event', bytes('event:tick\ndata:a\n\ndata:b\n\n'), 'tick=a#', 'message=b#'],
  ['of several event types the last counts', bytes('event:no\nevent:tick\ndata:a\n\n'), 'tick=a#'],
  [
    'an empty event type is message',
    bytes('event:tick\nevent:\ndata:a\n\nevent: \ndata:b\n\n'),
    'message=a#',
    'message=b#',
  ],
  [
    'an event type has case and blanks',
    bytes('event:Tick\ndata:a\n\nevent: tick \ndata:b\n\nevent:tick\ndata:c\n\n'),
    'tick=c#',
  ],
  ['an event type without data is forgotten', bytes('event:tick\n\ndata:a\n\n'), 'message=a#'],
  ['names have case, and no blanks', bytes('Data:a\ndata :b\n data:c\nDATA\nda-ta:d\ndata_\ndata:e\n\n'), 'message=e#'],
  ['NUL in a name makes it another', bytes('data\0:a\n\0data:b\ndata:c\n\n'), 'message=c#'],
  ['NUL in data stays', bytes('data:\0\ndata:a\0b\n\n'), 'message=\0\na\0b#'],
  ['lines without a colon, unknown names', bytes('data:a\njust text\nfoo:bar\n:comment\ndata:b\n\n'), 'message=a\nb#'],
  ['a colon in data stays', bytes('data:a:b: c\n\n'), 'message=a:b: c#'],
  [
    'blank lines without data say nothing',
    bytes('\n\r\n\r\r\ndata:a\n\n\n\n\n\ndata:b\n\n'),
    'message=a#',
    'message=b#',
  ],
  ['LF', bytes('data:a\ndata\ndata:b\n\n'), 'message=a\n\nb#'],
  ['CR', bytes('data:a\rdata\rdata:b\r\r'), 'message=a\n\nb#'],
  ['CR LF', bytes('data:a\r\ndata\r\ndata:b\r\n\r\n'), 'message=a\n\nb#'],
  ['LF CR is two line ends', bytes('data:a\n\rdata:b\n\r'), 'message=a#', 'message=b#'],
  ['mixed line ends', bytes('data:a\rdata:b\r\ndata:c\n\rdata:d\r\n\n'), 'message=a\nb\nc#', 'message=d#'],
  [
    'what other texts call a line end is none',
    bytes('data:a\u2028b\u2029c\u0085d\ve\ff\n\n'),
    'message=a\u2028b\u2029c\u0085d\ve\ff#',
  ],
  [
    'an id stays in force',
    bytes('id:1\ndata:a\n\ndata:b\n\nid:2\n\ndata:c\n\n'),
    'message=a#1',
    'message=b#1',
    'message=c#2',
  ],
  ['an id may stand behind the data', bytes('data:a\nid:1\n\n'), 'message=a#1'],
  ['of several ids the last counts', bytes('id:1\nid:2\ndata:a\n\n'), 'message=a#2'],
  ['an id keeps its blanks but one', bytes('id:  1 \ndata:a\n\n'), 'message=a# 1 '],
  [
    'an empty id takes it back, with a colon or without',
    bytes('id:1\ndata:a\n\nid\ndata:b\n\nid:1\ndata:c\n\nid:\ndata:d\n\n'),
    'message=a#1',
    'message=b#',
    'message=c#1',
    'message=d#',
  ],
  [
    'an id with NUL is no id',
    bytes('id:1\ndata:a\n\nid:\0\ndata:b\n\nid:2\0\ndata:c\n\nid:\x002\ndata:d\n\n'),
    'message=a#1',
    'message=b#1',
    'message=c#1',
    'message=d#1',
  ],
  ['UTF-8 it is, whatever else is said', bytes('data:é你😀\n\n'), 'message=é你😀#'],
  [
    'bytes that are no UTF-8 are replaced',
    bytes('data:a', [0xff], 'b', [0xc3], '\ndata:', [0xed, 0xa0, 0x80], '\n\n'),
    'message=a\uFFFDb\uFFFD\n\uFFFD\uFFFD\uFFFD#',
  ],
  [
    'a retry that is no number is ignored, and ends nothing',
    bytes('retry:1x\nretry:-1\nretry:1.5\nretry: \nretry\nretry:１\nretry:0x1\ndata:a\n\n'),
    'message=a#',
  ],
  ['data long as a book', bytes('data:', LONG.repeat(100), '\n\n'), `message=${LONG.repeat(100)}#`],
]

for (const [behaviour, text, ...heard] of FORMAT) {
  test(`format: ${behaviour}`, async (t) => {
    const { url } = await serve(t, (response) => {
      response.writeHead(200, STREAM).end(text)
    })
    const { source, until } = listen(t, url, {}, ['tick'])
    assert.deepEqual(await until(heard.length + 2), ['open 1', ...heard, 'error 0'])
    source.close()
  })

  test(`format, in pieces: ${behaviour}`, () => {
    for (const size of [1, 2, 3, 5]) {
      const events: string[] = []
      const parser = createParser({
        onEvent: ({ type, data, lastEventId }) => events.push(`${type}=${data}#${lastEventId}`),
      })
      for (let at = 0; at < text.length; at += size) parser.feed(text.subarray(at, at + size))
      const known = events.filter((line) => /^(tick|message)=/.test(line))
      assert.deepEqual(known, heard, `${size} bytes each`)
    }
  })
}

test('a double BOM is cut anywhere: one of them is skipped, on every Node', () => {
  const text = bytes(BOM, BOM, 'data:one\n\ndata:two\n\n')
  for (let a = 0; a < 8; a++)
    for (let b = a; b < 8; b++) {
      const events: string[] = []
      const parser = createParser({ onEvent: ({ data }) => events.push(data) })
      for (const piece of [text.subarray(0, a), text.subarray(a, b), text.subarray(b)]) parser.feed(piece)
      assert.deepEqual(events, ['two'], `cut at ${a} and ${b}`)
    }
})

// The answer's Content-Type, and whether it is an event stream (Fetch Standard, "extract a MIME type").
const TYPES: [type: string | string[], isStream: boolean][] = [
  ['text/event-stream;charset=utf-8', true],
  ['text/event-stream;charset=windows-1252', true],
  ['text/event-stream ; charset="utf-8"', true],
  ['\ttext/event-stream\t', true],
  ['text/event-stream;', true],
  ['text/event-stream;bogus', true],
  ['text/event-stream;x=a,', true],
  ['TEXT/EVENT-STREAM', true],
  ['text/event-stream, */*', true],
  ['text/event-stream, , bogus', true],
  ['text/event-stream;x="a, text/html, b"', true],
  ['text/event-stream;x="a\\", text/html"', true],
  ['text/event-stream;x="never closed, text/html', true],
  [['text/html', 'text/event-stream'], true],
  [['text/event-stream', 'text/html'], false],
  ['text/event-stream x', false],
  ['text/event-stream"x"', false],
  ['text/event-stream bogus; charset=utf-8', false],
  ['text/event-streams', false],
  ['x-text/event-stream', false],
  ['text /event-stream', false],
  ['text/ event-stream', false],
  ['text/event-stream/x', false],
  ['event-stream', false],
  ['text/*', false],
  ['*/*', false],
  ['', false],
  ['text/x-dom-event-stream', false],
  ['text/plain;x=", text/event-stream, "', false],
]

for (const [type, isStream] of TYPES)
  test(`type: ${JSON.stringify(type)} is ${isStream ? 'a' : 'no'} stream`, async (t) => {
    const { url, requests } = await serve(t, (response) => {
      response.writeHead(200, { 'Content-Type': type }).flushHeaders()
    })
    assert.deepEqual(await listen(t, url).until(1), [isStream ? 'open 1' : 'error 2'])
    assert.equal(requests.length, 1)
  })

for (const status of [201, 202, 203, 204, 205, 206, 210, 299, 400, 401, 403, 404, 410, 429, 500, 502, 503, 504, 599])
  test(`status: ${status} ends it for good, at once or after a good connection`, async (t) => {
    const refuse = (response: ServerResponse) => response.writeHead(status, STREAM).end('data: no\n\n')
    const { url, requests } = await serve(t, whole('retry:0\ndata:a\n\n'), refuse)
    assert.deepEqual(await listen(t, url).until(4), ['open 1', 'message=a#', 'error 0', 'error 2'])
    assert.equal(requests.length, 2)
  })

for (const status of [301, 302, 303, 307, 308]) {
  test(`redirect: ${status} to another server, and there to a third one; the origin is the last one's`, async (t) => {
    const last = await serve(t, whole('retry:0\nid:1\ndata:a\n\n'), (response) => stream(response))
    const second = await serve(t, (response) => response.writeHead(status, { Location: last.url }).end())
    const first = await serve(t, (response) => response.writeHead(status, { Location: second.url }).end())
    const { source, until } = listen(t, first.url, { headers: { Authorization: 'Bearer secret' } })
    const [event] = (await once(source, 'message')) as [MessageEvent]
    assert.equal(event.origin, new URL(last.url).origin)
    assert.equal(source.url, first.url)
    await until(4)
    assert.deepEqual(
      last.requests.map(({ lastEventId, headers }) => [lastEventId, headers.accept, headers.authorization]),
      [
        [undefined, 'text/event-stream', undefined],
        ['1', 'text/event-stream', undefined],
      ],
    )
    assert.equal(first.requests.length, 2, 'each connection starts at the first')
  })

  test(`redirect: ${status} without Location ends it for good`, async (t) => {
    const { url } = await serve(t, (response) => response.writeHead(status, STREAM).end())
    assert.deepEqual(await listen(t, url).until(1), ['error 2'])
  })

  test(`redirect: ${status} to where no page can be, or in a circle, is an error and no loop`, async (t) => {
    for (const Location of ['', '/', 'mailto:x@y', 'http://']) {
      const { url } = await serve(t, (response) => response.writeHead(status, { Location }).end())
      const { source, until } = listen(t, url)
      assert.match((await until(1))[0]!, /^error [02]$/)
      source.close()
    }
  })
}

test('request: GET, Accept, no cache, no body, no Last-Event-ID', async (t) => {
  const { url, requests } = await serve(t, (response) => stream(response))
  await listen(t, `${url}a/b?c=d&e=%20#f`).until(1)
  const [{ method, path, headers, lastEventId }] = requests as [(typeof requests)[0]]
  assert.deepEqual(
    [method, path, headers.accept, headers['cache-control'], headers['content-length'], lastEventId],
    ['GET', '/a/b?c=d&e=%20', 'text/event-stream', 'no-cache', undefined, undefined],
  )
})

test('request: Last-Event-ID among the headers is where it starts, until the stream names another', async (t) => {
  const { url, requests } = await serve(
    t,
    whole('retry:0\ndata:a\n\n'),
    whole('id:8\ndata:b\n\n'),
    whole('id:\u0001\ndata:c\n\n'),
    whole('id\ndata:d\n\n'),
    (response) => stream(response),
  )
  const heard = await listen(t, url, { headers: { 'last-event-id': '7' } }).until(13)
  assert.deepEqual(
    heard.filter((line) => line.startsWith('message')),
    ['message=a#7', 'message=b#8', 'message=c#\u0001', 'message=d#'],
  )
  assert.deepEqual(
    requests.map(({ lastEventId }) => lastEventId),
    ['7', '7', '8', undefined, undefined],
  )
})

for (const id of ['7', 'é', '一二', '😀', ' a b ', '\ufeff1'])
  test(`request: the Last-Event-ID ${JSON.stringify(id)} of the options is sent as UTF-8, as one of the stream is`, async (t) => {
    const { url, requests } = await serve(t, whole('retry:0\ndata:a\n\n'), (response) => stream(response))
    const heard = await listen(t, url, { headers: { 'Last-Event-ID': id } }).until(4)
    const trimmed = id.replaceAll(/^ | $/g, '') // as of any header
    assert.ok(heard.includes(`message=a#${trimmed}`), heard.join())
    assert.deepEqual(
      requests.map(({ lastEventId }) => lastEventId),
      [trimmed, trimmed],
    )
  })

test('request: headers may be what fetch takes', async (t) => {
  for (const headers of [new Headers({ 'X-Any': 'a' }), [['X-Any', 'a']]]) {
    const { url, requests } = await serve(t, (response) => stream(response))
    await listen(t, url, { headers: headers as never }).until(1)
    assert.equal(requests[0]!.headers['x-any'], 'a')
  }
})

test('request: further headers are looked at anew for each connection', async (t) => {
  const { url, requests } = await serve(t, whole('retry:0\n\n'), (response) => stream(response))
  const headers = { Authorization: 'Bearer old' }
  const { source, until } = listen(t, url, { headers })
  source.addEventListener('open', () => (headers.Authorization = 'Bearer new'))
  await until(3)
  assert.deepEqual(
    requests.map((request) => request.headers.authorization),
    ['Bearer old', 'Bearer new'],
  )
})

for (const credentials of ['same-origin', 'include'] as const)
  test(`withCredentials: fetch is told ${credentials}`, async (t) => {
    const asked: unknown[] = []
    const withCredentials = credentials === 'include'
    const { source, until } = listen(t, 'http://example.test/', {
      withCredentials,
      fetch: (_url, init) => {
        asked.push(init!.credentials)
        return Promise.resolve(new Response('data:a\n\n', { headers: STREAM }))
      },
    })
    await until(3)
    assert.deepEqual([asked, source.withCredentials], [[credentials], withCredentials])
  })

for (const url of ['', 'http://', 'http://[', 'http://a b/', 'http://x:99999/', '/relative', '//host/', ':', '\0'])
  test(`constructor: ${JSON.stringify(url)} is a SyntaxError`, () => {
    assert.throws(() => new EventSource(url), { name: 'SyntaxError', constructor: DOMException })
  })

test('constructor: a URL object, and what becomes text', async (t) => {
  const { url } = await serve(t, (response) => stream(response))
  for (const given of [new URL(url), { toString: () => url }]) {
    const { source, until } = listen(t, given as string)
    await until(1)
    assert.equal(source.url, url)
  }
})

test('constructor: what no request could be made with is said there and then, not by errors without end', () => {
  const make = (url: string, headers = {}) => new EventSource(url, { headers })
  assert.throws(() => make('http://me:secret@127.0.0.1/'), {
    name: 'TypeError',
    message: /send Authorization in headers/,
  })
  assert.throws(() => make('http://me@127.0.0.1/'), TypeError)
  for (const value of ['a\nb', 'a\rb', 'a\0b', 'a\u0001b', 'a\u007fb', 'a\u001bb', '\u0001', '你'])
    assert.throws(() => make('http://127.0.0.1/', { 'X-Any': value }), TypeError, JSON.stringify(value))
  assert.throws(() => make('http://127.0.0.1/', { 'a b': 'c' }), TypeError)
})

test('attributes: url and readyState cannot be set; the constants stand on the class and on each source', async (t) => {
  const { url } = await serve(t, (response) => stream(response))
  const { source, until } = listen(t, url)
  await until(1)
  assert.throws(() => Object.assign(source, { url: 'http://other/' }), TypeError)
  assert.throws(() => Object.assign(source, { readyState: 2 }), TypeError)
  assert.ok(source instanceof EventTarget)
  assert.deepEqual([source.url, source.readyState, source.OPEN, EventSource.OPEN], [url, 1, 1, 1])
})

test('handlers: objects are kept, also those that nobody can call; anything else is null', () => {
  const source = new EventSource('http://127.0.0.1:9/')
  const set = source as unknown as Record<string, unknown>
  source.close()
  for (const name of ['onopen', 'onmessage', 'onerror']) {
    assert.equal(set[name], null)
    for (const value of [{}, [], /x/, new Map(), { handleEvent() {} }, () => {}, async () => {}]) {
      set[name] = value
      assert.equal(set[name], value)
    }
    for (const value of [undefined, null, 0, 1, '', 'alert()', true, false, 1n, Symbol('x'), NaN]) {
      set[name] = () => {}
      set[name] = value
      assert.equal(set[name], null, String(value))
    }
  }
})

test('handlers: those that nobody can call do nothing, and the stream goes on', async (t) => {
  for (const value of [{}, [], { handleEvent: () => assert.fail('it is no listener') }, 'text', 5]) {
    const { url } = await serve(t, whole('retry:0\ndata:a\n\ndata:b\n\n'), (response) => stream(response))
    const { source, until } = listen(t, url)
    Object.assign(source, { onopen: value, onmessage: value, onerror: value })
    assert.deepEqual(await until(5), ['open 1', 'message=a#', 'message=b#', 'error 0', 'open 1'])
    source.close()
  }
})

test('handlers: one is heard in the place where it was first set, with the source as this', async (t) => {
  const { url } = await serve(t, (response) => stream(response, 'data:a\n\ndata:b\n\n'))
  const source = new EventSource(url)
  t.after(() => source.close())
  const order: unknown[] = []
  const setHandler = (onmessage: unknown) => Object.assign(source, { onmessage })
  const put = (word: string) =>
    function (this: unknown, event: MessageEvent) {
      order.push(`${word} ${event.data} ${this === source}`)
    }
  source.addEventListener('message', put('first') as never)
  setHandler(() => assert.fail('replaced'))
  source.addEventListener('message', put('third') as never)
  setHandler(put('second'))
  await new Promise<void>((resolve) => {
    source.addEventListener('message', (event) => {
      if (event instanceof MessageEvent && event.data === 'b') return resolve()
      setHandler(null)
      setHandler(put('last'))
    })
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(order, [
    'first a true',
    'second a true',
    'third a true',
    'first b true',
    'third b true',
    'last b true',
  ])
})

test('handlers that throw: the others hear, the stream goes on; what was thrown is uncaught, as of any EventTarget', async () => {
  const script = `
    import { createServer } from 'node:http'
    import { EventSource } from ${JSON.stringify(new URL('../../../src/event-source.ts', import.meta.url).href)}
    const told = []
    process.on('uncaughtException', (error) => told.push('uncaught ' + error.message))
    let count = 0
    const server = createServer((request, response) => {
      told.push('id ' + request.headers['last-event-id'])
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      if (++count === 1) response.end('retry:0\\nid:1\\ndata:a\\n\\nid:2\\ndata:b\\n\\n')
      else response.write('data:c\\n\\n')
    }).listen(0, '127.0.0.1', () => {
      const source = new EventSource('http://127.0.0.1:' + server.address().port)
      const fail = (word) => { throw new Error(word) }
      source.onopen = () => fail('open')
      source.onerror = () => fail('error')
      source.onmessage = ({ data }) => fail(data)
      source.addEventListener('message', async ({ data }) => fail('async ' + data))
      source.addEventListener('message', { handleEvent: () => fail('object') })
      source.addEventListener('message', ({ data }) => {
        told.push('heard ' + data)
        if (data !== 'c') return
        source.close()
        const end = () => {
          if (!told.includes('uncaught async c')) return setImmediate(end)
          console.log(JSON.stringify(told))
          process.exit(0)
        }
        end()
      })
    })`
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
  const told = JSON.parse(stdout) as string[]
  const only = (word: string) => told.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length + 1))
  assert.deepEqual(only('heard'), ['a', 'b', 'c'])
  assert.deepEqual(only('id'), ['undefined', '2'])
  assert.deepEqual(
    only('uncaught').toSorted(),
    ['open', 'error', 'open', ...['a', 'b', 'c'].flatMap((word) => [word, 'object', `async ${word}`])].toSorted(),
  )
})

test('close: at each moment nothing more is heard, and no request follows', async (t) => {
  for (const moment of ['open', 'message', 'error'])
    for (const how of ['listener', 'handler']) {
      const { url, requests } = await serve(t, whole('retry:0\ndata:a\n\ndata:b\n\n'))
      const { source, heard, until } = listen(t, url)
      const close = () => source.close()
      if (how === 'listener') source.addEventListener(moment, close)
      else Object.assign(source, { [`on${moment}`]: close })
      await until(['open', 'message', 'error'].indexOf(moment) + (moment === 'error' ? 2 : 1))
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
      const all = ['open', 'message=a#', 'message=b#', 'error']
      const last = all.findIndex((line) => line.startsWith(moment))
      assert.deepEqual(
        heard.map((line) => line.replace(/ \d$/, '')),
        all.slice(0, last + 1),
      )
      assert.deepEqual([source.readyState, requests.length], [2, 1])
    }
})

test('close: a closed source still dispatches what its user dispatches, and stays closed', async (t) => {
  const { url } = await serve(t, (response) => stream(response))
  const { source, heard, until } = listen(t, url)
  await until(1)
  source.close()
  source.dispatchEvent(new MessageEvent('message', { data: 'mine' }))
  assert.deepEqual([heard.at(-1), source.readyState], ['message=mine#', 2])
})

test('reconnection: time 0, and the largest number there is, end nothing', async (t) => {
  const { url, requests } = await serve(
    t,
    whole(`retry:${'9'.repeat(400)}\nretry:0\nid:1\ndata:a\n\n`),
    whole('retry:00000\ndata:b\n\n'),
    (response) => stream(response, `retry:${'9'.repeat(400)}\ndata:c\n\n`),
  )
  const heard = await listen(t, url).until(8)
  assert.deepEqual(
    heard.filter((line) => line.startsWith('message')),
    ['message=a#1', 'message=b#1', 'message=c#1'],
  )
  assert.equal(requests.length, 3)
})

test('reconnection: a stream that breaks, ends, or never began', async (t) => {
  const { url, requests } = await serve(
    t,
    whole('retry:0\n\n'),
    cut,
    (response) =>
      response
        .writeHead(200, { ...STREAM, 'Content-Length': 1000 })
        .write('id:5\ndata:a\n\nid:6\ndata:b', () => cut(response)),
    (response) => response.socket!.end('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid:7\ndata:c\n\n'),
    (response) => response.socket!.end('this is no HTTP'),
    (response) => stream(response, 'data:d\n\n'),
  )
  const { source, until } = listen(t, url)
  assert.deepEqual(await until(11), [
    'open 1',
    'error 0',
    'error 0',
    'open 1',
    'message=a#5',
    'error 0',
    'open 1',
    'message=c#7',
    'error 0',
    'error 0',
    'open 1',
  ])
  await once(source, 'message')
  assert.deepEqual(
    requests.map(({ lastEventId }) => lastEventId),
    [undefined, undefined, undefined, '5', '7', '7'],
  )
})
