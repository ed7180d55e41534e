import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createParser, type SseEvent, type SseParserOptions } from '../../../src/sse/index.ts'

interface Vector {
  name: string
  rule: string
  input?: string
  inputBase64?: string
  expect: { events: SseEvent[]; retry?: number; lastEventId: string; comments?: string[] }
  timeline?: { bytes: number; events: number }[]
}
type Chunk = Uint8Array | string

const file = new URL('../../vectors/sse-parse.json', import.meta.url)
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] }

function parse(chunks: Iterable<Chunk>, options: Partial<SseParserOptions> = {}) {
  const events: SseEvent[] = []
  const comments: string[] = []
  const retries: number[] = []
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onComment: (text) => comments.push(text),
    onRetry: (milliseconds) => retries.push(milliseconds),
    ...options,
  })
  for (const chunk of chunks) parser.feed(chunk)
  return { events, comments, retry: retries.at(-1), lastEventId: parser.lastEventId }
}

function cutsOf<T extends Chunk>(whole: T): [how: string, chunks: T[]][] {
  const piece = (from: number, to?: number) => whole.slice(from, to) as T
  const places = Array.from({ length: whole.length + 1 }, (_, place) => place)
  return [
    ['whole', [whole]],
    ['one by one', places.slice(0, -1).map((place) => piece(place, place + 1))],
    ...places.map((at): [string, T[]] => [`cut at ${at}`, [piece(0, at), piece(at)]]),
  ]
}

const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

test('there are ninety vectors', () => assert.equal(vectors.length, 90))

for (const { name, rule, input, inputBase64, expect, timeline } of vectors) {
  const bytes = new Uint8Array(Buffer.from(input ?? inputBase64!, input === undefined ? 'base64' : 'utf8'))
  test(`${rule}: ${name}`, () => {
    const runs: [string, Chunk[]][] = cutsOf(bytes)
    if (input !== undefined) for (const [how, chunks] of cutsOf(decoded(bytes))) runs.push([`text, ${how}`, chunks])
    for (const [how, chunks] of runs) {
      const { comments, ...rest } = parse(chunks)
      const { comments: expected, ...others } = expect
      assert.deepEqual(rest, { retry: undefined, ...others }, how)
      if (expected) assert.deepEqual(comments, expected, `comments, ${how}`)
    }
    for (const moment of timeline ?? [])
      for (const [how, chunks] of cutsOf(bytes.slice(0, moment.bytes)))
        assert.equal(parse(chunks).events.length, moment.events, `after ${moment.bytes} bytes, ${how}`)
  })
}

test('feed may be passed about without its parser', () => {
  const events: SseEvent[] = []
  const { feed } = createParser({ onEvent: (event) => events.push(event) })
  ;['data: a\n', '\n'].forEach((chunk) => feed(chunk))
  assert.deepEqual(events, [{ type: 'message', data: 'a', lastEventId: '' }])
})

test('text has been decoded: a U+FEFF at its start is no BOM', () => {
  assert.deepEqual(parse(['\uFEFFdata: a\n\n']).events, [])
})

test('a last event ID from before is in force until the stream names another', () => {
  const { events } = parse(['data: a\n\nid: 8\ndata: b\n\n'], { lastEventId: '7' })
  assert.deepEqual(
    events.map((event) => event.lastEventId),
    ['7', '8'],
  )
})

test('an ID counts from its blank line on', () => {
  const parser = createParser({ onEvent: () => {} })
  parser.feed('id: 1\n')
  assert.equal(parser.lastEventId, '')
  parser.feed('\n')
  assert.equal(parser.lastEventId, '1')
})

// The limits must hold wherever the stream is cut: the reports and the refusal are the same for every cut.
function refusal(stream: string, options: Partial<SseParserOptions>) {
  const outcomes = cutsOf(stream).map(([, chunks]) => {
    const events: SseEvent[] = []
    const parser = createParser({ onEvent: (event) => events.push(event), ...options })
    const errors: unknown[] = []
    for (const chunk of [...chunks, 'data:z\n\n']) {
      try {
        parser.feed(chunk)
      } catch (error) {
        errors.push(error)
      }
    }
    assert.ok(new Set(errors).size <= 1, 'every refusal is the same error')
    for (const error of errors) assert.ok(error instanceof RangeError)
    return { data: events.map((event) => event.data), refused: errors.length > 0 }
  })
  for (const outcome of outcomes) assert.deepEqual(outcome, outcomes[0])
  return outcomes[0]
}

test('a line may be as long as the limit and no longer', () => {
  assert.deepEqual(refusal('data: abc\n\n', { maxLineLength: 9 }), { data: ['abc', 'z'], refused: false })
  assert.deepEqual(refusal('data: a\n\ndata: abcd\n\n', { maxLineLength: 9 }), { data: ['a'], refused: true })
})

test('a line too long is refused before its end has come', () => {
  const { feed } = createParser({ onEvent: () => {}, maxLineLength: 9 })
  feed('data: abc')
  assert.throws(() => feed('d'), { name: 'RangeError', message: /line of more than 9 characters/ })
  assert.throws(() => feed('\n'), RangeError)
  assert.throws(() => feed(''), RangeError)
})

test('the data of an event may be as long as the limit and no longer, line ends counted', () => {
  const two = (last: string) => `data: ab\ndata: ${last}\n\n`
  assert.deepEqual(refusal(two('c'), { maxDataLength: 4 }), { data: ['ab\nc', 'z'], refused: false })
  assert.deepEqual(refusal(two('cd'), { maxDataLength: 4 }), { data: [], refused: true })
})

test('a line shorter than any decision is measured at its end', () => {
  assert.deepEqual(refusal('data\n\n', { maxLineLength: 3 }), { data: [], refused: true })
  assert.deepEqual(refusal('datx\n\n', { maxLineLength: 3 })?.refused, true, 'the later line is too long')
  assert.deepEqual(refusal('datx\n\n', { maxLineLength: 10 })?.refused, false)
})

test('lines of unknown names and comments nobody listens to may have any length', () => {
  for (const line of ['database: ', 'dat: ', 'x', ' data: ', 'data : ', 'events: ', 'ids', 'retry', ': ', '你'])
    assert.deepEqual(refusal(`${line}${'x'.repeat(30)}\ndata: a\n\n`, { maxLineLength: 10 }), {
      data: ['a', 'z'],
      refused: false,
    })
})

test('a comment somebody listens to counts', () => {
  const outcome = refusal(`: ${'x'.repeat(30)}\ndata: a\n\n`, { maxLineLength: 10, onComment: () => {} })
  assert.deepEqual(outcome, { data: [], refused: true })
})

test('event, id and retry lines count too', () => {
  for (const name of ['event', 'id', 'retry'])
    assert.equal(refusal(`${name}: ${'1'.repeat(30)}\n\n`, { maxLineLength: 10 })?.refused, true)
})
