// Our parser against a second one, written from the standard's text alone: any bytes, cut anywhere.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createParser, encodeEvent } from '../../../src/sse/index.ts'
import { interpret, isEventStream, utf8Decode, type Interpreted } from '../../support/second-parser.ts'

function parse(chunks: Iterable<Uint8Array>, onComment?: () => void): Interpreted {
  const [events, reconnectionTimes]: [Interpreted['events'], number[]] = [[], []]
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onRetry: (milliseconds) => reconnectionTimes.push(milliseconds),
    ...(onComment && { onComment }),
  })
  for (const chunk of chunks) parser.feed(chunk)
  return { events, reconnectionTimes, lastEventId: parser.lastEventId }
}

/** The same bytes in pieces that end at these places. */
function cutAt(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const sorted = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b)
  const ends = [...sorted, bytes.length]
  return ends.map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1]!, end))
}

const utf8 = (text: string): number[] => [...Buffer.from(text)]
const fieldNames = ['data', 'event', 'id', 'retry', 'Data', 'dat', 'dataa', 'ids', 'eventid', '']
const NAMES = fieldNames.flatMap((name) => [name, `${name}:`, `${name}: `, `${name}:  `, `${name} :`])
const PIECES: number[][] = [
  ...NAMES.map(utf8),
  ...['\n', '\r', '\r\n', '\n\r', '\n\n', '\r\r', '\r\n\r\n'].map(utf8),
  ...['\0', '\t', ' ', ':', '::', '\u0085', '\u2028', '\v', '\f', '\u007f', '\u001b'].map(utf8),
  ...['0', '12', '007', '-1', '1e3', '9'.repeat(30), '１', 'é', '你', '😀', '\uFEFF', '\uFEFF\uFEFF', '\uFFFE'].map(
    utf8,
  ),
  [0x80], // a continuation without a beginning
  [0xc0, 0x8a], // LF, overlong
  [0xc1, 0xbf],
  [0xc3],
  [0xe0, 0x80, 0x8a],
  [0xe2, 0x82],
  [0xed, 0xa0, 0x80], // half of a surrogate pair
  [0xed, 0xbf, 0xbf],
  [0xef],
  [0xef, 0xbb],
  [0xef, 0xbb, 0xef, 0xbb, 0xbf],
  [0xf0, 0x80, 0x80, 0x8d],
  [0xf0, 0x9f],
  [0xf0, 0x9f, 0x98],
  [0xf4, 0x90, 0x80, 0x80], // beyond U+10FFFF
  [0xf5],
  [0xfe, 0xff],
  [0xff, 0xfe],
]
const piece = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...PIECES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }).map(utf8) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }).map((bytes) => [...bytes]) },
)
const streamOf = (maxLength: number) => fc.array(piece, { maxLength }).map((all) => Uint8Array.from(all.flat()))
const places = fc.array(fc.nat(100_000), { maxLength: 8 })

test('both read the same, cut at random', () => {
  fc.assert(
    fc.property(streamOf(40), places, (bytes, cuts) => {
      const expected = interpret(bytes)
      assert.deepEqual(parse(cutAt(bytes, cuts)), expected)
      assert.deepEqual(
        parse(cutAt(bytes, cuts), () => {}),
        expected,
      )
    }),
    { numRuns: 1000 },
  )
})

test('both read the same, cut at every place, at every two, and byte by byte', () => {
  fc.assert(
    fc.property(streamOf(12), (bytes) => {
      const expected = interpret(bytes)
      for (let a = 0; a <= bytes.length; a++) assert.deepEqual(parse(cutAt(bytes, [a])), expected, `cut at ${a}`)
      const all = Array.from(bytes.keys())
      assert.deepEqual(parse(cutAt(bytes, all)), expected, 'byte by byte')
      assert.deepEqual(parse(cutAt(bytes, [...all, ...all])), expected, 'byte by byte, with empty pieces between')
      for (let a = 0; a < Math.min(bytes.length, 12); a++)
        for (let b = a; b < Math.min(bytes.length, 12); b++)
          assert.deepEqual(parse(cutAt(bytes, [a, b])), expected, `cut at ${a} and ${b}`)
    }),
    { numRuns: 100 },
  )
})

test('both read the same of streams that begin with BOMs and parts of BOMs, cut at every two places', () => {
  const beginnings = [[0xef], [0xef, 0xbb], [0xef, 0xbb, 0xbf], [0xef, 0xbb, 0xbe], [0xbb, 0xbf], [0xff, 0xfe]]
  for (const first of [[], ...beginnings])
    for (const second of [[], ...beginnings]) {
      const bytes = Uint8Array.from([...first, ...second, ...utf8('data:1\n\ndata:2\n\n')])
      const expected = interpret(bytes)
      for (let a = 0; a < 9; a++)
        for (let b = a; b < 9; b++)
          assert.deepEqual(parse(cutAt(bytes, [a, b])), expected, `${String(bytes.subarray(0, 7))} at ${a} and ${b}`)
    }
})

test('both read the same of fields as long as a book', () => {
  const long = fc.record({
    name: fc.constantFrom('data', 'event', 'id', 'x', ''),
    size: fc.integer({ min: 60_000, max: 140_000 }),
  })
  fc.assert(
    fc.property(fc.array(fc.oneof(long, piece), { minLength: 1, maxLength: 4 }), places, (all, cuts) => {
      const bytes = Buffer.concat(
        all.map((one) =>
          Array.isArray(one) ? Buffer.from(one) : Buffer.from(`${one.name}:${'x你'.repeat(one.size / 4)}\r\ndata\n\n`),
        ),
      )
      assert.deepEqual(parse(cutAt(bytes, cuts)), interpret(bytes))
    }),
    { numRuns: 12 },
  )
})

test('the second decoder agrees with that of the Encoding Standard in Node', () => {
  fc.assert(
    fc.property(streamOf(20), (bytes) => {
      assert.equal(String.fromCodePoint(...utf8Decode(bytes)), new TextDecoder().decode(bytes))
    }),
    { numRuns: 1000 },
  )
})

test('the grammar: what it takes and what not', () => {
  for (const stream of [
    '',
    '\uFEFF',
    '\n',
    ':\n\n',
    'a\n\n',
    'a:b\r\r',
    'data: x\r\n\r\n',
    ':\n:\na\n\n\n',
    '\uFEFF:x\n\n',
  ])
    assert.ok(isEventStream(stream), JSON.stringify(stream))
  for (const text of ['a', 'a\n', ':', ':x\n', 'a:b', 'data:x\n\ndata:y\n', 'a\n\nb'])
    assert.ok(!isEventStream(text), JSON.stringify(text))
})

test('what encodeEvent writes is a stream by the grammar, and the second parser reads it as it was meant', () => {
  const anything = fc.string({ unit: 'binary', maxLength: 12 })
  const line = anything.map((text) => text.replaceAll(/[\r\n\0]/g, ''))
  const message = fc.record(
    { comment: anything, event: line, id: line, retry: fc.maxSafeNat(), data: anything },
    { requiredKeys: ['data'] },
  )
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
      const text = messages.map(encodeEvent).join('')
      assert.ok(isEventStream(text))
      let lastEventId = ''
      const expected = messages.map(({ event, id, data }) => {
        lastEventId = id ?? lastEventId
        return { type: event || 'message', data: data.replaceAll(/\r\n|\r/g, '\n'), lastEventId }
      })
      const { events, reconnectionTimes } = interpret(Buffer.from(text))
      assert.deepEqual(events, expected)
      assert.deepEqual(
        reconnectionTimes,
        messages.flatMap(({ retry }) => retry ?? []),
      )
    }),
    { numRuns: 500 },
  )
})
