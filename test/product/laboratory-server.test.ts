// The laboratory's part of `npm start`: streams that are cut, refused and silenced on purpose, chat replays, two servers,
// and tools that ask and that take their time.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { after, before, mock, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { EventSource } from '../../src/event-source.ts'
import { openEvents, post, request, type Json } from '../support/wire.ts'
import { readChunks } from '../support/chunks.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string): Json => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))
const [captured, made] = [
  read('../../data/chat-streams.json').streams,
  read('../../course/chat-constructed.json').streams,
]
const streams = [...captured, ...made] as Json[]

function start(): ChildProcess {
  return spawn(process.execPath, ['dist/main.js'], {
    cwd: ROOT,
    env: { ...process.env, HN_SOURCE: 'snapshot', PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function urlOf(child: ChildProcess): Promise<string> {
  let text = ''
  child.stderr!.resume()
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  while (!text.includes('Ctrl-C')) await once(child.stdout!, 'data')
  return /http:\/\/\S+?(?=\/lab\/)/.exec(text)![0]
}

let server: ChildProcess
let url: string
before(async () => {
  server = start()
  url = await urlOf(server)
})
after(async () => {
  const closed = once(server, 'close')
  server.kill()
  await closed
})

const api = (path: string, headers = {}) => openEvents(`${url}/lab/api/${path}`, headers)
const order = (path: string) => request('POST', `${url}/lab/api/${path}`)
const ticks = (run: string, more = '', headers = {}) => api(`ticks?run=${run}&interval=20${more}`, headers)
const told = ({ error }: Json) => error.message as string

test('an event stream of the lab has the headers that an event stream needs', async () => {
  for (const path of ['ticks?run=headers', 'chat?style=kimi']) {
    const { status, headers, destroy } = await api(path)
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'text/event-stream')
    assert.equal(headers['cache-control'], 'no-cache, no-transform')
    assert.equal(headers['x-accel-buffering'], 'no')
    destroy()
  }
})

for (const [eol, end] of [
  ['lf', '\n'],
  ['cr', '\r'],
  ['crlf', '\r\n'],
] as const)
  test(`ticks with eol=${eol}: no other line end in any byte, comments included`, async () => {
    const stream = await ticks(`eol-${eol}`, `&retry=700&keepalive=20&eol=${eol}`)
    for (const type of ['hello', 'tick', 'tick']) assert.equal((await stream.event()).type, type)
    assert.equal(await stream.comment(), 'keep-alive')
    stream.destroy()
    const hello = 'retry: 700\n\nevent: hello\ndata: {"lastEventId":null,"answer":"normal","replayed":0}\n\n'
    const raw = stream.raw()
    assert.ok(raw.startsWith(hello.replaceAll('\n', end)), JSON.stringify(raw))
    assert.ok(raw.includes('event: tick\nid: 1\ndata: {"n":1}\n\n'.replaceAll('\n', end)))
    assert.ok(raw.includes(': keep-alive\n\n'.replaceAll('\n', end)))
    assert.doesNotMatch(raw.replaceAll(end, ''), /[\r\n]/)
  })

/** Reads ticks until one is not replayed; the numbers of all. */
async function upToLive(stream: Awaited<ReturnType<typeof openEvents>>): Promise<Json[]> {
  const got: Json[] = []
  do got.push(JSON.parse((await stream.event()).data))
  while (got.at(-1).replayed)
  return got
}

test('ticks go on while nobody reads: Last-Event-ID brings what was missed, marked, without gap or double', async () => {
  const first = await ticks('resume')
  await first.event()
  assert.equal((await first.event()).lastEventId, '1')
  const other = await ticks('resume') // sees how far it has come
  await other.event()
  first.destroy()
  while (JSON.parse((await other.event()).data).n < 5);
  other.destroy()
  const again = await ticks('resume', '', { 'last-event-id': '1' })
  const { lastEventId, replayed } = JSON.parse((await again.event()).data)
  const got = await upToLive(again)
  again.destroy()
  assert.equal(lastEventId, '1')
  assert.ok(replayed >= 4)
  assert.deepEqual(
    got,
    Array.from({ length: replayed + 1 }, (_, i) => (i < replayed ? { n: i + 2, replayed: true } : { n: i + 2 })),
  )
})

test('without ids the ticks of the gap are lost', async () => {
  const watcher = await ticks('lost')
  const blind = await ticks('lost', '&ids=off')
  assert.equal((await blind.event()).type, 'hello')
  const { data, lastEventId } = await blind.event()
  assert.equal(lastEventId, '')
  assert.doesNotMatch(blind.raw(), /^id/m)
  blind.destroy()
  const last = JSON.parse(data).n
  await watcher.event()
  while (JSON.parse((await watcher.event()).data).n < last + 3);
  watcher.destroy()
  const again = await ticks('lost', '&ids=off', { 'last-event-id': String(last) })
  assert.equal(JSON.parse((await again.event()).data).replayed, 0)
  const { n, replayed } = JSON.parse((await again.event()).data)
  assert.equal(replayed, undefined)
  assert.ok(n > last + 3)
  again.destroy()
})

test('an id that the run never gave replays nothing', async () => {
  for (const id of ['999999999', '-1', 'x', '1e3', '9'.repeat(400)]) {
    const stream = await ticks('strange', '', { 'last-event-id': id })
    assert.deepEqual(JSON.parse((await stream.event()).data), {
      lastEventId: id.slice(0, 64),
      answer: 'normal',
      replayed: 0,
    })
    stream.destroy()
  }
})

test('a cut breaks the connection off: chunked, without its last chunk', async () => {
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1').setEncoding('latin1')
  socket.write('GET /lab/api/ticks?run=cut&interval=20 HTTP/1.1\r\nHost: localhost\r\n\r\n')
  let got = ''
  socket.on('data', (text: string) => (got += text))
  while (!got.includes('"n":1')) await once(socket, 'data')
  const closed = once(socket, 'close')
  assert.equal((await order('cut?run=cut')).status, 204)
  await closed
  assert.match(got, /transfer-encoding: chunked/i)
  assert.doesNotMatch(got, /\r\n0\r\n\r\n$/)
})

/** An EventSource on a run, once its first tick has come. */
async function eventSource(run: string, more = ''): Promise<EventSource> {
  const source = new EventSource(`${url}/lab/api/ticks?run=${run}&interval=20&retry=20${more}`)
  await once(source, 'tick')
  return source
}

test('9.2.3: EventSource comes back from a cut with its last event ID, and gets what it missed', async () => {
  const source = await eventSource('es-cut')
  const numbers: number[] = []
  source.addEventListener('tick', (event) => numbers.push(JSON.parse((event as MessageEvent).data).n))
  const lost = once(source, 'error')
  await order('cut?run=es-cut')
  await lost
  assert.equal(source.readyState, EventSource.CONNECTING)
  const [hello] = (await once(source, 'hello')) as [MessageEvent]
  assert.match(JSON.parse(hello.data).lastEventId, /^\d+$/)
  await once(source, 'tick')
  source.close()
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => numbers[0]! + i),
  )
})

for (const [answer, status, type] of [
  ['204', 204, undefined],
  ['500', 500, 'text/plain'],
  ['wrong-type', 200, 'text/plain'],
] as const)
  test(`9.2.3: answer=${answer} ends an EventSource for good, and the GET after it is normal`, async () => {
    const run = `es-${answer}`
    const source = await eventSource(run)
    assert.equal((await order(`next?run=${run}&answer=${answer}`)).status, 204)
    await order(`cut?run=${run}`)
    while (source.readyState !== EventSource.CLOSED) await once(source, 'error')

    await order(`next?run=${run}&answer=${answer}`)
    const refused = await request('GET', `${url}/lab/api/ticks?run=${run}`)
    assert.deepEqual([refused.status, refused.headers['content-type']], [status, type])
    const normal = await ticks(run)
    assert.equal((await normal.event()).type, 'hello')
    normal.destroy()
  })

test('mute: the stream stays open and says nothing, no comment either; the next GET speaks again', async () => {
  const mute = await ticks('mute', '&keepalive=20')
  await mute.event()
  await order('next?run=mute&answer=mute')
  const before = mute.raw()
  const other = await ticks('mute', '&keepalive=20')
  for (let i = 0; i < 5; i++) await Promise.all([other.event(), other.comment()])
  assert.equal(mute.raw(), before)
  let isOver = false
  void mute.ended.then(() => (isOver = true))
  await order('next?run=mute&answer=normal') // and the old one too
  for (let i = 0; i < 2; i++) await mute.event()
  assert.equal(isOver, false)
  for (const stream of [mute, other]) stream.destroy()
})

test('what a page may not ask for is refused by one sentence, and the server goes on', async () => {
  for (const [path, method, status] of [
    ['ticks', 'GET', 400],
    ['ticks?run=a/b', 'GET', 400],
    [`ticks?run=${'x'.repeat(65)}`, 'GET', 400],
    ['ticks?run=x&interval=fast', 'GET', 400],
    ['ticks?run=x&interval=-1', 'GET', 400],
    ['ticks?run=x&ids=maybe', 'GET', 400],
    ['ticks?run=x&eol=__proto__', 'GET', 400],
    ['next?run=x&answer=418', 'POST', 400],
    ['next?run=x&answer=constructor', 'POST', 400],
    ['next?run=x', 'POST', 400],
    ['cut?run=nobody', 'POST', 404],
    ['chat?style=none', 'GET', 400],
    ['chat?style=kimi&cut=x', 'GET', 400],
  ] as const) {
    const answer = await request(method, `${url}/lab/api/${path}`)
    assert.equal(answer.status, status, path)
    assert.match(told(JSON.parse(answer.text)), /\w.*/)
  }
  assert.equal((await request('POST', `${url}/lab/api/ticks?run=x`)).headers['allow'], 'GET')
  assert.equal((await request('GET', `${url}/lab/api/cut?run=x`)).headers['allow'], 'POST')
  assert.equal((await request('GET', `${url}/health`)).status, 200)
})

test('no page of another site opens or cuts a stream of the laboratory, and its own pages can be linked to', async () => {
  const paths = ['/lab/api/ticks?run=x', '/lab/api/chat', '/lab/course.json', '/lab/two/sse', '/lab/two/mcp']
  for (const path of [...paths, '/lab/tools/sse', '/lab/tools/mcp'])
    for (const mode of ['no-cors', 'navigate'])
      for (const site of ['cross-site', 'same-site']) {
        const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': mode }
        assert.equal((await request('GET', url + path, headers)).status, 403, `${path} ${mode} ${site}`)
      }
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  assert.equal((await request('GET', `${url}/lab/`, link)).status, 200)
})

test('intervals are kept between 20 and 10,000 ms', async () => {
  for (const [asked, retry] of [
    ['0', 20],
    ['999999999', 10_000],
  ] as const) {
    const stream = await api(`ticks?run=clamp&interval=20&retry=${asked}`)
    await stream.event()
    assert.ok(stream.raw().startsWith(`retry: ${retry}\n\n`))
    stream.destroy()
  }
})

test('a run has 6 readers at most', async () => {
  const readers = await Promise.all(Array.from({ length: 6 }, () => ticks('crowd')))
  const seventh = await request('GET', `${url}/lab/api/ticks?run=crowd`)
  assert.equal(seventh.status, 503)
  for (const { destroy } of readers) destroy()
})

test('20 runs at most: an idle one makes room, one with a reader does not; idle for 60 s it ends', async (t) => {
  const { createTicks } = (await import('../../course/laboratory/ticks.mjs' as string)) as Json
  mock.timers.enable({ apis: ['setTimeout'] })
  t.after(() => mock.timers.reset())
  const lab = createTicks()
  let refused: Json
  const left: ServerResponse[] = []
  const here: Server = createServer((asked, response) => {
    try {
      lab.get(asked, response, new URL(asked.url!, 'http://localhost').searchParams)
      response.once('close', () => here.emit('left', left.push(response)))
    } catch (error) {
      refused = error
      response.writeHead(503).end()
    }
  })
  await once(here.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    lab.close()
    here.close()
  })
  const open = async (run: string, headers = {}) => {
    const { port } = here.address() as AddressInfo
    const stream = await openEvents(`http://127.0.0.1:${port}/?run=${run}&interval=20`, headers)
    return { ...stream, hello: stream.status === 200 ? JSON.parse((await stream.event()).data) : undefined }
  }
  const runs = await Promise.all(Array.from({ length: 20 }, (_, i) => open(`r${i}`)))
  assert.equal((await open('one-more')).status, 503)
  assert.match(refused.message, /20 runs/)

  while (JSON.parse((await runs[0]!.event()).data).n < 3);
  const leaving = await open('r0')
  runs[0]!.destroy()
  await leaving.event()
  leaving.destroy()
  while (left.length < 2) await once(here, 'left')
  mock.timers.tick(59_999)
  const back = await open('r0', { 'last-event-id': '1' })
  assert.ok(back.hello.replayed >= 2, 'still there')
  const last = await open('r0')
  back.destroy()
  await last.event()
  last.destroy()
  while (left.length < 4) await once(here, 'left')
  mock.timers.tick(60_000)
  assert.equal((await open('r0', { 'last-event-id': '1' })).hello.replayed, 0, 'begun anew')
  runs[1]!.destroy()
  while ((await open('one-more')).status !== 200); // until the server has seen it
})

/** The body of an answer, in the pieces that came: its chunks, as `Transfer-Encoding: chunked` tells them. */
async function chunksOf(path: string): Promise<Buffer[]> {
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(`GET /lab/api/${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  const all: Buffer = Buffer.concat(await socket.toArray())
  const { chunks, isWhole } = readChunks(all, all.indexOf('\r\n\r\n') + 4)
  assert.ok(isWhole)
  return chunks
}

test('each chat comes as its exact bytes, a frame at a time, and then ends', async () => {
  for (const { id, wireBase64, frames } of streams) {
    const chunks = await chunksOf(`chat?style=${id}&delay=20`)
    assert.deepEqual(Buffer.concat(chunks), Buffer.from(wireBase64, 'base64'), id)
    assert.equal(chunks.length, frames.length, id)
    for (const chunk of chunks) assert.match(chunk.toString(), /[^\n]\n\n$/)
  }
})

test('cut makes one more boundary at just that byte, inside a character; drop leaves out one frame', async () => {
  const { streams: listed } = JSON.parse((await request('GET', `${url}/lab/api/chats`)).text)
  for (const { id, frames, cutInside } of listed) {
    const wire = Buffer.from(streams.find((stream) => stream.id === id).wireBase64, 'base64')
    const short = await chunksOf(`chat?style=${id}&delay=20&drop=2`)
    assert.equal(short.length, frames - 1)
    const [first, second] = wire.toString().split(/(?<=\n\n)/) as [string, string]
    assert.deepEqual(Buffer.concat(short).toString(), wire.toString().replace(first + second, first))
    if (cutInside === null) {
      assert.ok(
        wire.every((byte) => byte < 0x80),
        `${id} is ASCII`,
      )
      continue
    }
    const chunks = await chunksOf(`chat?style=${id}&delay=20&cut=${cutInside}`)
    assert.equal(chunks.length, frames + 1)
    const ends = chunks.map((_, i) => Buffer.concat(chunks.slice(0, i + 1)).length)
    assert.ok(ends.includes(cutInside))
    assert.throws(() => new TextDecoder('utf-8', { fatal: true }).decode(wire.subarray(0, cutInside)))
    assert.deepEqual(Buffer.concat(chunks), wire)
  }
})

test('the chats are listed with the figures of their bytes, and the constructed one says so', async () => {
  const { streams: listed } = JSON.parse((await request('GET', `${url}/lab/api/chats`)).text)
  assert.deepEqual(
    listed.map(({ id, constructed }: Json) => [id, constructed]),
    [
      ['chatgpt', false],
      ['kimi', false],
      ['deepseek', false],
      ['openai', true],
    ],
  )
  for (const { id, bytes, characters, bytesPerCharacter, text } of listed) {
    const stream = streams.find((one) => one.id === id)
    assert.equal(bytes, Buffer.from(stream.wireBase64, 'base64').length)
    assert.equal(characters, [...text].length)
    assert.equal(bytesPerCharacter, Number((bytes / characters).toFixed(1)))
    assert.equal(text, stream.frames.map(({ delta }: Json) => delta).join(''))
  }
  const [openai] = made
  const { frames, wire, text } = openai
  assert.equal(frames.map(({ data }: Json) => `data: ${data}\n\n`).join(''), wire)
  const parsed = frames.slice(0, -1).map(({ data }: Json) => JSON.parse(data).choices[0].delta.content ?? '')
  assert.equal(parsed.join(''), text)
  assert.equal(frames.at(-1).data, '[DONE]')
})

const initialize = (protocolVersion: string, capabilities: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion, capabilities, clientInfo: { name: 't', version: '1' } },
})
const stateless = (method: string, params: object = {}, capabilities: object = {}) => {
  const prefix = 'io.modelcontextprotocol/'
  const _meta = { [`${prefix}protocolVersion`]: '2026-07-28', [`${prefix}clientCapabilities`]: capabilities }
  return { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }
}
const headersOf = (method: string, name?: string) => ({
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': method,
  ...(name && { 'mcp-name': name }),
})

test('two servers in turn: HTTP+SSE fails at its first POST, for the session is the other server’s', async () => {
  const stream = await openEvents(`${url}/lab/two/sse`)
  const endpoint = (await stream.event()).data
  assert.match(endpoint, /^\/lab\/two\/messages\?sessionId=/)
  const answer = await post(url + endpoint, initialize('2024-11-05'))
  assert.equal(answer.status, 404)
  assert.match(told(JSON.parse(answer.text)), /^Unknown session/)
  assert.notEqual(answer.headers['x-server'], stream.headers['x-server'])
  assert.equal((await post(url + endpoint, initialize('2024-11-05'))).status, 202, 'the turn after is its own again')
  stream.destroy()
})

test('two servers in turn: a session of 2025-11-25 fails at every second request', async () => {
  const hello = await post(`${url}/lab/two/mcp`, initialize('2025-11-25'))
  assert.equal(hello.status, 200)
  const session = { 'mcp-session-id': hello.headers['mcp-session-id'] as string }
  const statuses: number[] = []
  for (let i = 0; i < 4; i++)
    statuses.push((await post(`${url}/lab/two/mcp`, { jsonrpc: '2.0', id: i, method: 'ping' }, session)).status)
  assert.deepEqual(statuses, [404, 200, 404, 200])
})

test('two servers in turn: of 2026-07-28 both answer each request', async () => {
  const servers: unknown[] = []
  for (let i = 0; i < 4; i++) {
    const answer = await post(`${url}/lab/two/mcp`, stateless('tools/list'), headersOf('tools/list'))
    assert.equal(answer.status, 200)
    assert.equal(JSON.parse(answer.text).result.tools[0].name, 'get-hackernews-top-stories')
    servers.push(answer.headers['x-server'])
  }
  assert.deepEqual(servers.toSorted(), ['1', '1', '2', '2'])
  assert.notEqual(servers[0], servers[1])
})

test('two servers: a client that leaves its stream ends the session behind the proxy too', async () => {
  const stream = await openEvents(`${url}/lab/two/sse`)
  const endpoint = (await stream.event()).data
  const two = async () => [await post(url + endpoint, {}), await post(url + endpoint, {})].map(({ status }) => status)
  assert.deepEqual((await two()).toSorted(), [400, 404], 'one of them knows the session')
  stream.destroy()
  while ((await two()).includes(400)); // until its server has seen it
  assert.equal((await request('GET', `${url}/lab/two/`)).status, 404)
})

test('a page of a stranger is refused on every route, and so is a strange Host', async () => {
  for (const [method, path] of [
    ['GET', '/lab/course.json'],
    ['GET', '/lab/api/ticks?run=evil'],
    ['POST', '/lab/api/cut?run=evil'],
    ['POST', '/lab/api/next?run=evil&answer=204'],
    ['POST', '/lab/api/cut-mcp'],
    ['GET', '/lab/api/chats'],
    ['GET', '/lab/api/chat?style=kimi'],
    ['GET', '/lab/two/sse'],
    ['POST', '/lab/two/mcp'],
    ['GET', '/lab/tools/sse'],
    ['POST', '/lab/tools/messages?sessionId=x'],
    ['POST', '/lab/tools/mcp'],
  ] as const) {
    assert.equal((await request(method, url + path, { origin: 'https://evil.example' })).status, 403, path)
    assert.equal((await request(method, url + path, { host: 'evil.example' })).status, 403, path)
  }
})

/** The names of the tools at an address of MCP. */
async function toolsAt(path: string): Promise<string[]> {
  const { text } = await post(url + path, stateless('tools/list'), headersOf('tools/list'))
  return (JSON.parse(text) as Json).result.tools.map(({ name }: Json) => name)
}

test('it is beside the page, the laboratory’s page, /health and MCP, and course.json says that it is there', async () => {
  for (const path of ['/', '/lab/', '/lab/sse/parser.js', '/health'])
    assert.equal((await request('GET', url + path)).status, 200, path)
  const { lessons, ...course } = JSON.parse((await request('GET', `${url}/lab/course.json`)).text)
  assert.deepEqual(course, { course: true, twoServers: true, port: Number(new URL(url).port) })
  assert.equal(lessons[0], '00-why')
})

const ONE = ['get-hackernews-top-stories']
const ALL = [...ONE, 'count-slowly', 'order-coffee', 'summarise']

test('the tools of the pages are at addresses of the laboratory; /sse and /mcp have one tool', async () => {
  assert.deepEqual(await toolsAt('/mcp'), ONE)
  assert.deepEqual(await toolsAt('/lab/tools/mcp'), ALL)
  for (const [base, names] of [
    ['', ONE],
    ['/lab/tools', ALL],
  ] as const) {
    const stream = await openTools(base)
    await stream.post({ method: 'tools/list', id: 2 })
    const { result } = await stream.message()
    assert.deepEqual(
      result.tools.map(({ name }: Json) => name),
      names,
    )
    stream.destroy()
  }
  for (const path of ['/lab/tools', '/lab/tools/', '/lab/tools/health', '/lab/tools/sse/x'])
    assert.equal((await request('GET', url + path)).status, 404, path)
})

/** A session of HTTP+SSE at an address of MCP, after its handshake. */
async function openTools(base: string) {
  const stream = await openEvents(`${url}${base}/sse`)
  const endpoint = (await stream.event()).data
  assert.ok(endpoint.startsWith(`${base}/messages?sessionId=`), endpoint)
  const send = (message: object) => post(url + endpoint, { jsonrpc: '2.0', ...message })
  assert.equal((await send(initialize('2025-11-25'))).status, 202)
  assert.equal((await stream.message()).result.protocolVersion, '2025-11-25')
  await send({ method: 'notifications/initialized' })
  return { ...stream, endpoint, post: send }
}

const count = (steps: number, pauseMs: number, more: object = {}) => ({
  method: 'tools/call',
  params: { name: 'count-slowly', arguments: { steps, pauseMs }, ...more },
})

test('count-slowly reports every step on the stream under the caller’s token, and then the result', async () => {
  const stream = await openTools('/lab/tools')
  assert.equal((await stream.post({ id: 7, ...count(3, 10, { _meta: { progressToken: 'mine' } }) })).status, 202)
  for (const progress of [1, 2, 3]) {
    const { method, params, id } = await stream.message()
    assert.equal(method, 'notifications/progress')
    assert.deepEqual(params, { progressToken: 'mine', progress, total: 3, message: `step ${progress} of 3` })
    assert.equal(id, undefined)
  }
  const { id, result } = await stream.message()
  assert.deepEqual([id, result.content[0].text], [7, 'Counted to 3.'])
  stream.destroy()
})

test('count-slowly without a token sends the result alone, and its arguments have bounds', async () => {
  const stream = await openTools('/lab/tools')
  await stream.post({ id: 8, ...count(2, 10) })
  assert.equal((await stream.message()).id, 8)
  for (const [steps, pauseMs] of [
    [0, 10],
    [21, 10],
    [1.5, 10],
    [1, 9],
    [1, 2001],
  ] as const) {
    await stream.post({ id: 9, ...count(steps, pauseMs) })
    assert.equal((await stream.message()).result.isError, true, `${steps} ${pauseMs}`)
  }
  stream.destroy()
})

test('count-slowly stops when it is cancelled: no step of it and no result come after', async () => {
  const stream = await openTools('/lab/tools')
  await stream.post({ id: 10, ...count(20, 200, { _meta: { progressToken: 'old' } }) })
  assert.equal((await stream.message()).params.progress, 1)
  await stream.post({ method: 'notifications/cancelled', params: { requestId: 10 } })
  await stream.post({ method: 'ping', id: 11 })
  while ((await stream.message()).id !== 11); // steps that were under way
  await stream.post({ id: 12, ...count(20, 20, { _meta: { progressToken: 'new' } }) })
  for (let progress = 1; progress <= 20; progress++) {
    const { params } = await stream.message()
    assert.deepEqual([params.progressToken, params.progress], ['new', progress])
  }
  assert.equal((await stream.message()).id, 12)
  stream.destroy()
})

test('count-slowly over Streamable HTTP and without a session: its POST is answered by a stream', async () => {
  const call = count(2, 10, { _meta: { progressToken: 't' } })
  const hello = await post(`${url}/lab/tools/mcp`, initialize('2025-11-25'))
  const session = { 'mcp-session-id': hello.headers['mcp-session-id'] as string, 'content-type': 'application/json' }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 3, ...call })
  const first = await openEvents(`${url}/lab/tools/mcp`, session, body)
  await first.event() // primes the stream
  const { _meta } = stateless('').params
  const params = { ...call.params, _meta: { ..._meta, progressToken: 't' } }
  const second = await openEvents(
    `${url}/lab/tools/mcp`,
    { ...headersOf('tools/call', 'count-slowly'), 'content-type': 'application/json' },
    JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'tools/call', params }),
  )
  for (const stream of [first, second]) {
    for (const progress of [1, 2]) {
      const message = await stream.message()
      assert.deepEqual([message.params.progressToken, message.params.progress], ['t', progress])
    }
    assert.equal((await stream.message()).result.content[0].text, 'Counted to 2.')
  }
})

test('cut-mcp destroys the open streams of MCP: a session of HTTP+SSE is gone with its stream', async () => {
  while ((await order('cut-mcp')).headers['x-cut'] !== '0'); // until it has seen that the others have left
  const streams = [await openTools(''), await openTools('/lab/tools')]
  const answer = await order('cut-mcp')
  assert.deepEqual([answer.status, answer.headers['x-cut']], [204, '2'])
  for (const { ended, post: send } of streams) {
    await ended
    assert.equal((await send({ id: 1, method: 'ping' })).status, 404)
  }
})

const CALLS = [
  ['order-coffee', {}, 'coffee', 'elicitation/create', 'elicitation'],
  ['summarise', { text: 'long' }, 'summary', 'sampling/createMessage', 'sampling'],
] as const
const RESULTS: Record<string, object> = {
  'order-coffee': { action: 'accept', content: { size: 'large', sugar: 2 } },
  summarise: { role: 'assistant', model: 'm', content: { type: 'text', text: 'short' } },
}
const SAYS: Record<string, string> = {
  'order-coffee': 'One large coffee with 2 lumps of sugar.',
  summarise: 'm: short',
}

for (const [name, args, question, method, capability] of CALLS) {
  test(`${name} asks by a request on the stream in 2025-11-25`, async () => {
    const hello = await post(`${url}/lab/tools/mcp`, initialize('2025-11-25', { [capability]: {} }))
    const session = { 'mcp-session-id': hello.headers['mcp-session-id'] as string, 'content-type': 'application/json' }
    const body = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name, arguments: args } }
    const stream = await openEvents(`${url}/lab/tools/mcp`, session, JSON.stringify(body))
    await stream.event() // primes the stream
    const asked = await stream.message()
    assert.equal(asked.method, method)
    await post(`${url}/lab/tools/mcp`, { jsonrpc: '2.0', id: asked.id, result: RESULTS[name] }, session)
    assert.equal((await stream.message()).result.content[0].text, SAYS[name])
  })

  test(`${name} asks by input_required and a retry in 2026-07-28`, async () => {
    const ask = async (more: object) => {
      const body = stateless('tools/call', { name, arguments: args, ...more }, { [capability]: {} })
      return JSON.parse((await post(`${url}/lab/tools/mcp`, body, headersOf('tools/call', name))).text).result
    }
    const { resultType, inputRequests, requestState } = await ask({})
    assert.equal(resultType, 'input_required')
    assert.equal(inputRequests[question].method, method)
    const { content } = await ask({ inputResponses: { [question]: RESULTS[name] }, requestState })
    assert.equal(content[0].text, SAYS[name])
  })

  test(`${name}: a client that cannot be asked is told which capability to declare`, async () => {
    const hello = await post(`${url}/lab/tools/mcp`, initialize('2025-11-25'))
    const session = {
      'mcp-session-id': hello.headers['mcp-session-id'] as string,
      accept: 'application/json, text/event-stream',
    }
    const body = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name, arguments: args } }
    const { result } = JSON.parse((await post(`${url}/lab/tools/mcp`, body, session)).text)
    assert.equal(result.isError, true)
    assert.match(result.content[0].text, new RegExp(`declare ${capability} in its capabilities`))
    const answer = await post(
      `${url}/lab/tools/mcp`,
      stateless('tools/call', { name, arguments: args }),
      headersOf('tools/call', name),
    )
    assert.deepEqual(JSON.parse(answer.text).error.data, { requiredCapabilities: { [capability]: {} } })
  })
}

test('order-coffee tells a client of 2024-11-05, where nobody can be asked, which protocol version to choose', async () => {
  const stream = await openEvents(`${url}/lab/tools/sse`)
  const endpoint = (await stream.event()).data
  await post(url + endpoint, initialize('2024-11-05', { sampling: {} }))
  await stream.message()
  const params = { name: 'order-coffee', arguments: {} }
  await post(url + endpoint, { jsonrpc: '2.0', id: 2, method: 'tools/call', params })
  const { result } = await stream.message()
  assert.equal(result.isError, true)
  assert.match(result.content[0].text, /2025-06-18: connect with that protocol version or later/)
  stream.destroy()
})

test('an answer that was never on the form is a tool error', async () => {
  for (const content of [{ size: 'huge' }, { size: 'small', sugar: 6 }, { size: 'small', sugar: 'x' }, {}]) {
    const inputResponses = { coffee: { action: 'accept', content } }
    const body = stateless('tools/call', { name: 'order-coffee', arguments: {}, inputResponses }, { elicitation: {} })
    const { result } = JSON.parse(
      (await post(`${url}/lab/tools/mcp`, body, headersOf('tools/call', 'order-coffee'))).text,
    )
    assert.equal(result.isError, true)
    assert.match(result.content[0].text, /must be/)
  }
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const)
  test(
    `${signal} ends it, open streams and the two servers too`,
    { skip: process.platform === 'win32' && 'Windows has no signals' },
    async () => {
      const child = start()
      const here = await urlOf(child)
      const open = [
        await openEvents(`${here}/lab/two/sse`),
        await openEvents(`${here}/lab/api/ticks?run=end`),
        await openEvents(`${here}/lab/api/chat?style=kimi&delay=10000`),
        await openEvents(`${here}/sse`),
        await openEvents(`${here}/lab/tools/sse`),
      ]
      // The two hold the same stderr: it is closed when the last of them has ended.
      const closed = once(child, 'close')
      child.kill(signal)
      assert.deepEqual(await closed, signal === 'SIGKILL' ? [null, signal] : [0, null])
      await Promise.all(open.map(({ ended }) => ended))
    },
  )
