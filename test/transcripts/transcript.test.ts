// The conversations of test/transcripts, replayed on bare sockets: what the capture fixes is compared as bytes.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { after, test } from 'node:test'
import { serve } from '../../src/index.ts'
import { createHackerNews } from '../../src/tools/hacker-news.ts'
import { startStandIn } from '../support/hacker-news-stand-in.ts'
import { compare, connect, parts, play, readTranscript, requestText } from './replay.mjs'
import type { Connection, Got, Turn } from './replay.mjs'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const { seed } = JSON.parse(read('../../data/hackernews.json'))
const transcript = readTranscript(read('2024-11-05-http-sse.txt'))

const standIn = await startStandIn({ items: seed.items })
after(() => standIn.close())
const running = await serve({
  name: 'transcript',
  version: '1.0.0',
  tools: [createHackerNews({ source: 'live', baseUrl: standIn.url })],
  port: 0,
  limits: { keepAliveMs: 0 },
})
after(() => running.close())
const port = Number(new URL(running.url).port)

const requests = transcript.filter(({ mark }) => mark === '>')
const posts = requests.slice(1)
const json = ({ lines }: Got) => JSON.parse(lines.find((line) => line.startsWith('data: '))!.slice(6))

/** What may still come when the client leaves: the chunk of size 0. */
const STREAM_END = /^(0\r\n\r\n)?$/

/** The conversation up to its endpoint event, and then only what the test itself says. */
async function open() {
  const start = transcript.slice(0, transcript.findIndex(({ lines }) => lines[0] === 'retry: 1000') + 1)
  const { connections, values } = await play(start, port)
  const stream = connections.get('1')!
  const [connection, server] = await Promise.all([connect(port), once(running.server, 'connection')])
  return { stream, values, connection, socket: server[0] as Socket, end: () => end([stream, connection]) }
}

const end = (connections: Iterable<Connection>) => Promise.all([...connections].map((each) => each.rest()))

test('2024-11-05, R-SSE-1, -2, -3, -6: the captured conversation, head for head and frame for frame', async () => {
  const seen: Turn[] = []
  const { connections } = await play(transcript, port, (turn, got, values) => {
    compare(turn, got, values)
    seen.push(turn)
  })
  assert.deepEqual(
    seen,
    transcript.filter(({ mark }) => mark === '<' || mark === '~'),
  )
  await end(connections.values())
})

test('the bodies of the transcript have the captured lengths, which their heads declare: 204, 54, 85, 166 bytes', () => {
  assert.deepEqual(
    posts.map((turn) => Buffer.byteLength(parts(turn).body)),
    [204, 54, 85, 166],
  )
  assert.deepEqual(
    posts.map((turn) => Number(/\ncontent-length: (\d+)/.exec(turn.lines.join('\n'))![1])),
    [204, 54, 85, 166],
  )
})

test('the stories of the transcript are the five that data/hackernews.json keeps of the capture', () => {
  const { content } = json(transcript.at(-1)!).result
  assert.deepEqual(
    content.slice(0, -1).map(({ text }: { text: string }) => JSON.parse(text)),
    seed.items,
  )
  assert.equal(content.length, 6)
})

test('the answers travel on the connection of the GET; that of a POST carries its 202 and nothing else', async () => {
  const answers: Got[] = []
  const { connections } = await play(transcript, port, (turn, got) => {
    if (turn.mark === '~') answers.push(got)
    assert.equal(turn.mark === '~', turn.connection === '1' && turn.lines[0] !== 'HTTP/1.1 200 OK')
  })
  assert.deepEqual(
    answers.slice(2).map((got) => json(got).id),
    [0, 1, 2],
  )
  const [stream, ...rest] = await end(connections.values())
  assert.equal(connections.size, 5)
  assert.match(stream!, STREAM_END)
  assert.deepEqual(rest, ['', '', '', '']) // after `Accepted`, to the end of the connection
})

test('R-SSE-2: the first bytes of the stream are the endpoint event of two lines, its session id a UUID', async () => {
  const connection = await connect(port)
  connection.write(requestText(requests[0]!, { host: `127.0.0.1:${port}`, session: undefined }))
  await connection.response()
  const { lines } = await connection.frame()
  assert.match(
    lines.join('\n'),
    /^event: endpoint\ndata: \/messages\?sessionId=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n$/,
  )
  assert.deepEqual((await connection.frame()).lines, ['retry: 1000', ''])
  await connection.rest()
})

test('a POST that arrives byte by byte gets the same answer', async () => {
  const { stream, values, connection, socket, end: endAll } = await open()
  const bytes = Buffer.from(requestText(posts[0]!, values))
  for (let sent = 0; sent < bytes.length;) {
    connection.write(bytes.subarray(sent, ++sent))
    while (socket.bytesRead < sent) await new Promise(setImmediate) // so that each byte is a read of its own
  }
  const [accepted, answer] = transcript.slice(transcript.indexOf(posts[0]!) + 1)
  compare(accepted!, await connection.response(), values)
  compare(answer!, await stream.frame(), values)
  const [streamEnd, rest] = await endAll()
  assert.match(streamEnd!, STREAM_END)
  assert.equal(rest, '')
})

test('RFC 9112, "Pipelining": requests sent at once on one connection are answered in their order', async () => {
  const { stream, values, connection, end: endAll } = await open()
  const nobody = { ...values, session: '00000000-0000-4000-8000-000000000000' }
  const [initialize, , list] = posts.map((post) => requestText(post, values))
  connection.write(initialize! + requestText(posts[1]!, nobody) + list)
  const lines = [await connection.response(), await connection.response(), await connection.response()].map(
    (got) => got.lines[0],
  )
  assert.deepEqual(lines, ['HTTP/1.1 202 Accepted', 'HTTP/1.1 404 Not Found', 'HTTP/1.1 202 Accepted'])
  assert.deepEqual([json(await stream.frame()).id, json(await stream.frame()).id], [0, 1])
  const [streamEnd, rest] = await endAll()
  assert.match(streamEnd!, STREAM_END)
  assert.equal(rest, '')
})

test('what a transcript does not allow is noticed', () => {
  const values = { host: 'h:1', session: '11111111-1111-4111-8111-111111111111' }
  const [head, endpoint, , accepted, initialized] = transcript.filter(({ mark }) => mark === '<' || mark === '~')
  const date = 'Date: Tue, 15 Apr 2025 10:20:30 GMT'
  const headers = head!.lines.map((line) => line.replace('Date: {date}', date))
  const path = `data: /messages?sessionId=${values.session}`
  const answer = (more: object, result: object = {}) => [
    'event: message',
    `data: ${JSON.stringify({
      result: {
        serverInfo: { name: 'x', version: '1' },
        protocolVersion: '2024-11-05',
        capabilities: { tools: {}, logging: {} },
        ...result,
      },
      jsonrpc: '2.0',
      id: 0,
      ...more,
    })}`,
    '',
  ]
  const allowed: [Turn, string[]][] = [
    [head!, headers.toSpliced(1, 0, 'X-Accel-Buffering: no')],
    [endpoint!, ['event: endpoint', path, '']],
    [accepted!, ['HTTP/1.1 202 Accepted', date, '', 'Accepted']],
    [initialized!, answer({})],
  ]
  for (const [turn, lines] of allowed) compare(turn, { lines }, values)
  const refused: [Turn, string[]][] = [
    [head!, headers.toSpliced(1, 0, 'x-powered-by: Express')],
    [head!, headers.map((line) => line.replace('Cache-Control', 'cache-control'))],
    [head!, headers.map((line) => line.replace('event-stream', 'event-stream; charset=utf-8'))],
    [head!, headers.filter((line) => line !== date)],
    [head!, ['HTTP/1.1 200 Fine', ...headers.slice(1)]],
    [endpoint!, ['event: endpoint', path.toUpperCase(), '']],
    [endpoint!, ['event: endpoint', path.replace('4111', '1111'), '']],
    [endpoint!, ['event: endpoint', path, 'retry: 1000', '']],
    [endpoint!, [path, 'event: endpoint', '']],
    [endpoint!, ['event: endpoint', path.replace('data: ', 'data:'), '']],
    [accepted!, ['HTTP/1.1 202 Accepted', date, '', 'Accepted\n']],
    [accepted!, ['HTTP/1.1 202 Accepted', date, '']],
    [initialized!, answer({ id: '0' })],
    [initialized!, answer({ id: undefined })],
    [initialized!, answer({ error: {} })],
    [initialized!, answer({}, { protocolVersion: '2025-11-25' })],
    [initialized!, answer({}, { capabilities: {} })],
    [initialized!, answer({}, { serverInfo: { name: 'x' } })],
    [initialized!, answer({}, { instructions: 'none' })],
    [initialized!, answer({}).toSpliced(0, 1)],
  ]
  for (const [turn, lines] of refused)
    assert.throws(() => compare(turn, { lines }, values), assert.AssertionError, lines.join('|'))
})
