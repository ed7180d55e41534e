// docs/sse.md: every block of code is a module, and does what the text beside it says.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { EventSource } from '../../src/event-source.ts'
import { createParser, openStream, type SseEvent } from '../../src/channel/index.ts'
import { closedGate } from '../support/gate.ts'
import { listenOn, type Listener } from '../support/sse-server.ts'
import { openEvents } from '../support/wire.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const english = read('docs/sse.md')
const chinese = read('docs/sse.zh-CN.md')

const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? match[0])
const fences = (text: string) => matches(text, /^```[a-z]*\n([\s\S]*?)^```/gm)

/** The blocks by the name that each begins with. */
const blocks = new Map(
  [...english.matchAll(/^```js\n\/\/ (\S+)\n([\s\S]*?)^```/gm)].map(([, name, code]) => [name!, code!]),
)

const folder = join(ROOT, 'node_modules', '.cache')
mkdirSync(folder, { recursive: true })
const copies = mkdtempSync(join(folder, 'sse-guide-'))
after(() => rmSync(copies, { recursive: true, force: true }))

/** A block as a module, with the package where it is built, and with replacements. */
async function load(name: string, ...replacements: [string, string][]): Promise<any> {
  let code = blocks.get(name)!
  for (const [from, to] of replacements) {
    assert.ok(code.includes(from), from)
    code = code.replace(from, to)
  }
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, string> }
  code = code.replaceAll(/from 'sse-mcp(\/[\w-]+)?'/g, (_all, path = '') => {
    return `from '${pathToFileURL(join(ROOT, exports[`.${path}`]!)).href}'`
  })
  writeFileSync(join(copies, name), code)
  return import(pathToFileURL(join(copies, name)).href)
}

test('both languages have the same headings, code, links and table rows', () => {
  assert.deepEqual(matches(chinese, /^(#+) /gm), matches(english, /^(#+) /gm))
  assert.deepEqual(fences(chinese), fences(english))
  assert.equal(matches(chinese, /^[|-]/gm).length, matches(english, /^[|-]/gm).length)
  const links = (text: string) => matches(text, /\]\(([^)]+)\)/g).filter((link) => !link!.startsWith('sse'))
  assert.deepEqual(links(chinese), links(english))
})

test('every block has a name, and what is named after a file is that file', () => {
  assert.equal(blocks.size, fences(english).length)
  const files = [...blocks.keys()].filter((name) => name.includes('/'))
  assert.deepEqual(files, ['examples/channel/server.mjs']) // test/product/examples.test.ts runs it
  for (const file of files) assert.equal(blocks.get(file), read(file))
})

test('clock.mjs: one stream tells the time, and its timer ends with it', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const cleared = t.mock.method(globalThis, 'clearInterval')
  const { server } = await load('clock.mjs', ['server.listen(3000', 'export { server }\nserver.listen(0'])
  t.after(() => server.close())
  if (!server.listening) await once(server, 'listening')
  const reader = await openEvents(`http://127.0.0.1:${server.address().port}/`)
  assert.equal((await reader.event()).type, 'time')
  t.mock.timers.tick(1000)
  assert.match((await reader.event()).data, /^\d{4}-\d\d-\d\dT/)
  reader.destroy()
  while (cleared.mock.callCount() === 0) await new Promise((resolve) => setImmediate(resolve))
})

test('prices.mjs: who is new gets all prices, who comes back only what has changed', async (t) => {
  const { events, setPrice } = await load('prices.mjs')
  const url = await listenOn(t, events as Listener)
  setPrice('tea', 3)
  const first = await openEvents(url)
  const all = await first.event()
  assert.deepEqual([all.type, all.data], ['all', '{"tea":3}'])
  setPrice('tea', 4)
  const { lastEventId } = await first.event()
  first.destroy()
  setPrice('milk', 2)
  const again = await openEvents(url, { 'last-event-id': lastEventId })
  const changed = await again.event()
  assert.deepEqual([changed.type, changed.data], ['price', '{"name":"milk","price":2}'])
  again.destroy()
})

test('answer.mjs: whole, failed, and let go when the reader leaves', async (t) => {
  const { answer } = await load('answer.mjs')
  const told = t.mock.method(console, 'error', () => {})
  const ended = closedGate()
  const asks: Record<string, (given: { signal: AbortSignal }) => AsyncGenerator<string>> = {
    async *'/whole'() {
      yield* ['All ', 'is well.']
    },
    async *'/failed'() {
      yield 'All '
      throw new Error('a secret of the server')
    },
    async *'/long'({ signal }) {
      yield 'All '
      await once(signal, 'abort')
      ended.open()
    },
  }
  const done: Promise<void>[] = []
  const url = await listenOn(t, (request, response) => {
    done.push(answer(response, asks[request.url!]))
  })
  const textOf = async (path: string) => {
    const reader = await openEvents(new URL(path, url).href)
    await reader.ended
    return reader.raw()
  }
  assert.equal(await textOf('whole'), 'data: All \n\ndata: is well.\n\nevent: done\ndata: \n\n')
  assert.equal(await textOf('failed'), 'data: All \n\nevent: failed\ndata: The model does not answer.\n\n')
  assert.equal(told.mock.callCount(), 1)
  const reader = await openEvents(new URL('long', url).href)
  await reader.event()
  reader.destroy()
  await ended.opened
  await Promise.all(done)
})

test('orders.mjs: the ids of a database, from where the reader was', async (t) => {
  const { orders } = await load('orders.mjs')
  const rows = [1, 2, 3].map((id) => ({ id, item: 'tea' }))
  const after = (id: number) => rows.filter((row) => row.id > id)
  const url = await listenOn(t, (request, response) => void orders(request, response, after))
  for (const [sent, ids] of [
    ['2', ['3']],
    ['', ['1', '2', '3']],
    ['x; drop table', ['1', '2', '3']],
  ] as const) {
    const reader = await openEvents(url, { 'last-event-id': sent })
    for (const id of ids) {
      const { type, data, lastEventId } = await reader.event()
      assert.deepEqual([type, data, lastEventId], ['order', JSON.stringify({ id: Number(id), item: 'tea' }), id])
    }
    reader.destroy()
  }
})

test('fetch.mjs: a Response, and what was missed in the next one', async () => {
  const { default: server } = await load('fetch.mjs')
  const visit = async (headers: Record<string, string>, count: number) => {
    const response: Response = server.fetch(new Request('http://127.0.0.1/', { headers }))
    const events: SseEvent[] = []
    const parser = createParser({ onEvent: (event) => events.push(event) })
    const reader = response.body!.getReader()
    while (events.length < count) parser.feed((await reader.read()).value!)
    await reader.cancel()
    return events
  }
  const [first] = await visit({}, 1)
  await visit({}, 1)
  const again = await visit({ 'Last-Event-ID': first!.lastEventId }, 2)
  assert.equal(new Set([first, ...again].map((event) => event!.lastEventId)).size, 3)
})

test('listen.mjs: EventSource with a token', async (t) => {
  const { listen } = await load('listen.mjs')
  const url = await listenOn(t, (request, response) => {
    const stream = openStream(response)
    stream.send({ id: '7', event: 'price', data: JSON.stringify(request.headers.authorization) })
  })
  const heard = closedGate<unknown[]>()
  const source: EventSource = listen(url, 'secret', (...given: unknown[]) => heard.open(given))
  t.after(() => source.close())
  assert.deepEqual(await heard.opened, ['Bearer secret', '7'])
})

test('read.mjs: a whole answer, by the parser', async (t) => {
  const { readAll } = await load('read.mjs')
  const url = await listenOn(t, (_request, response) => {
    const stream = openStream(response)
    for (const data of ['a', 'b']) stream.send({ data })
    stream.close()
  })
  const events: string[] = []
  await readAll(await fetch(url, { method: 'POST' }), ({ data }: SseEvent) => events.push(data))
  assert.deepEqual(events, ['a', 'b'])
})

test('openStream works on HTTP/2', async (t) => {
  const server = http2.createServer((_request, response) => {
    const stream = openStream(response as never)
    stream.send({ data: 'x'.repeat(200_000) })
    stream.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  t.after(() => {
    client.close()
    server.close()
  })
  let text = ''
  for await (const chunk of client.request({ ':path': '/' }).setEncoding('utf8')) text += chunk
  assert.equal(text, `data: ${'x'.repeat(200_000)}\n\n`)
})
