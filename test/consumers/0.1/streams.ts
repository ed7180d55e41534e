// Event streams without MCP: a server that writes one, a parser, an EventSource that comes back, an event store.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { EventSource, type EventSourceOptions } from 'sse-mcp/event-source'
import {
  createEventStore,
  createParser,
  DROPPABLE,
  encodeComment,
  encodeEvent,
  openStream,
  sendStream,
  SseEncodeError,
  type EventLog,
  type EventStream,
  type SseEvent,
  type SseMessage,
  type SseParserOptions,
  type StreamOptions,
} from 'sse-mcp/sse'

test('what the encoder writes the parser reads', () => {
  const events: SseEvent[] = []
  const comments: string[] = []
  let retry = 0
  const options: SseParserOptions = {
    onEvent: (event) => void events.push(event),
    onComment: (text) => void comments.push(text),
    onRetry: (milliseconds) => void (retry = milliseconds),
    maxLineLength: 1000,
  }
  const parser = createParser(options)
  const message: SseMessage = { event: 'tick', id: '7', data: 'one\ntwo', retry: 1500 }
  const bytes = new TextEncoder().encode(encodeComment('hello') + encodeEvent(message))
  for (const byte of bytes) parser.feed(new Uint8Array([byte]))
  assert.deepEqual(events, [{ type: 'tick', data: 'one\ntwo', lastEventId: '7' }])
  assert.deepEqual([comments, retry, parser.lastEventId], [['hello'], 1500, '7'])
  assert.throws(
    () => encodeEvent({ event: 'a\nb', data: '' }),
    (error: unknown) => error instanceof SseEncodeError && error.code === 'event-line-break',
  )
})

test('an event store knows what was missed', () => {
  const store = createEventStore({ maxEvents: 2 })
  const log: EventLog = store.open('stream')
  const first = log.append({ data: 'a' })
  log.append({ data: 'b' })
  const missed = store.open('other') && log.missedSince(first.id)
  assert.ok(Array.isArray(missed))
  assert.deepEqual(
    (missed as SseMessage[]).map(({ data }) => data),
    ['b'],
  )
})

test('an EventSource reads a stream, and comes back with the last event ID', async () => {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    if (request.url === '/whole') return void sendStream(response, [{ data: 'all' }])
    seen.push(request.headers['last-event-id'] as string | undefined)
    const options: StreamOptions = { keepAliveMs: 10_000, headers: { 'X-Stream': 'yes' }, maxUnreadBytes: 65_536 }
    const stream: EventStream = openStream(response, options)
    stream.send({ id: String(seen.length), data: `visit ${seen.length}`, retry: 1 })
    stream.send({ event: 'rest', data: '' }, DROPPABLE)
    if (seen.length === 1) stream.close()
    stream.closed.addEventListener('abort', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const options: EventSourceOptions = { maxBackoffMs: 1, headers: { 'X-Reader': 'me' }, fetch: globalThis.fetch }
  const source = new EventSource(url, options)
  const got: string[] = []
  await new Promise<void>((resolve) => {
    source.onmessage = ({ data, lastEventId }) => {
      got.push(`${String(data)} (${lastEventId})`)
      if (got.length === 2) resolve()
    }
    source.onerror = () => assert.equal(source.readyState, EventSource.CONNECTING)
  })
  source.onerror = null
  source.close()
  assert.deepEqual(
    [got, seen],
    [
      ['visit 1 (1)', 'visit 2 (2)'],
      [undefined, '1'],
    ],
  )
  assert.equal(await (await fetch(`${url}/whole`)).text(), encodeEvent({ data: 'all' }))
})
