import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  createParser,
  encodeEvent,
  type SseEvent,
  type SseMessage,
  type SseParserOptions,
} from '../../../src/sse/index.ts'

// What a parser reported, in order.
type Report = { event: SseEvent } | { comment: string } | { retry: number }

const RUNS = { numRuns: 1000 }

function run(chunks: Iterable<Uint8Array | string>, options: Partial<SseParserOptions> = {}) {
  const reports: Report[] = []
  const parser = createParser({
    onEvent: (event) => reports.push({ event }),
    onComment: (comment) => reports.push({ comment }),
    onRetry: (retry) => reports.push({ retry }),
    ...options,
  })
  for (const chunk of chunks) parser.feed(chunk)
  return { reports, lastEventId: parser.lastEventId }
}

const P = (bytes: Uint8Array | string, cuts: number[] = []) => run(cut(bytes, cuts)).reports
const eventsOf = (reports: Report[]) => reports.flatMap((report) => ('event' in report ? [report.event] : []))

// Places may repeat and lie at the ends, which makes empty chunks.
function cut(bytes: Uint8Array | string, cuts: number[]) {
  const places = [0, ...cuts.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return places.slice(1).map((to, index) => bytes.slice(places[index], to))
}

// Bytes from the alphabet that brings trouble: names, line ends, what looks like one, bad UTF-8.
const utf8 = (text: string) => [...new TextEncoder().encode(text)]
const WORDS = ['data', 'event', 'id', 'retry', 'dat', 'even', 'i', 'retr', ':', ' ', '\t', '\0', '\uFEFF', '\u2028']
const TEXTS = [...WORDS, 'data: ', 'id: ', 'event:', 'retry:', '0', '9', 'x', '你', '😀']
const BAD = [[0xc0], [0xe2], [0xf0], [0xff], [0x80], [0xe2, 0x82], [0xf0, 0x9f], [0xef, 0xbb]]
const lineEnd = fc.constantFrom('\r', '\n', '\r\n', '\n\n', '\r\r')
const piece = fc.oneof(
  { weight: 3, arbitrary: lineEnd.map(utf8) },
  { weight: 5, arbitrary: fc.constantFrom(...TEXTS).map(utf8) },
  { weight: 1, arbitrary: fc.constantFrom(...BAD) },
)
const stream = fc.array(piece, { maxLength: 40 }).map((pieces) => Uint8Array.from(pieces.flat()))
const streamText = fc
  .array(fc.oneof({ weight: 1, arbitrary: lineEnd }, { weight: 2, arbitrary: fc.constantFrom(...TEXTS) }), {
    maxLength: 40,
  })
  .map((pieces) => pieces.join(''))
const cuts = fc.array(fc.nat(200), { maxLength: 12 })

// Messages the encoder accepts, in texts rich in what could forge a field.
const value = fc
  .array(fc.oneof(fc.constantFrom(...TEXTS, '\r', '\n', '\r\n'), fc.string({ unit: 'binary', maxLength: 3 })), {
    maxLength: 6,
  })
  .map((pieces) => pieces.join(''))
const single = value.map((text) => text.replaceAll(/[\r\n\0]/g, ''))
const message: fc.Arbitrary<SseMessage> = fc
  .record({ comment: value, event: single, id: single, retry: fc.maxSafeNat(), data: value }, { requiredKeys: [] })
  .filter((each) => Object.entries(each).some(([name, content]) => name !== 'event' || content !== ''))

const normal = (text: string) => text.replaceAll(/\r\n|\r/g, '\n')

function expected({ event, id, retry, data, comment }: SseMessage, before = ''): [Report[], string] {
  const lastEventId = id ?? before
  const reports: Report[] = []
  if (comment !== undefined) for (const line of normal(comment).split('\n')) reports.push({ comment: line })
  if (retry !== undefined) reports.push({ retry })
  if (data !== undefined) reports.push({ event: { type: event || 'message', data: normal(data), lastEventId } })
  return [reports, lastEventId]
}

// Section 9.2.6 line by line, on the whole text: slow and plain.
function reference(bytes: Uint8Array) {
  const reports: Report[] = []
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/)
  lines.pop() // its end never came
  let [data, type, idBuffer, lastEventId] = ['', '', '', '']
  for (const line of lines) {
    if (line === '') {
      lastEventId = idBuffer
      if (data !== '') reports.push({ event: { type: type || 'message', data: data.slice(0, -1), lastEventId } })
      ;[data, type] = ['', '']
      continue
    }
    const [, name, rest = ''] = /^([^:]*):?(.*)$/su.exec(line)!
    const content = rest.startsWith(' ') ? rest.slice(1) : rest
    if (name === '') reports.push({ comment: content })
    if (name === 'data') data += `${content}\n`
    if (name === 'event') type = content
    if (name === 'id' && !content.includes('\0')) idBuffer = content
    if (name === 'retry' && /^[0-9]+$/.test(content)) reports.push({ retry: Number(content) })
  }
  return { reports, lastEventId }
}

const property = (title: string, check: fc.IRawProperty<any>, parameters = RUNS) =>
  test(title, () => void fc.assert(check as fc.IProperty<any>, parameters))

property(
  '1. cutting does not matter',
  fc.property(stream, cuts, cuts, (bytes, a, b) => assert.deepEqual(run(cut(bytes, a)), run(cut(bytes, b)))),
)

property(
  '2. it never throws',
  fc.property(fc.oneof(stream, fc.uint8Array({ maxLength: 200 })), cuts, (bytes, a) => void P(bytes, a)),
)

property(
  '3. prefix: what was reported is never taken back',
  fc.property(stream, stream, (x, y) => {
    const before = P(x)
    assert.deepEqual(P(Uint8Array.from([...x, ...y])).slice(0, before.length), before)
  }),
)

property(
  '4. promptness: no report waits for a byte that has not come',
  fc.property(stream, (bytes) => {
    const reports: Report[] = []
    const parser = createParser({
      onEvent: (event) => reports.push({ event }),
      onComment: (comment) => reports.push({ comment }),
      onRetry: (retry) => reports.push({ retry }),
    })
    bytes.forEach((byte, at) => {
      parser.feed(Uint8Array.of(byte))
      assert.deepEqual(reports, reference(bytes.subarray(0, at + 1)).reports)
      assert.deepEqual(reports, P(bytes.subarray(0, at + 1)))
    })
  }),
  { numRuns: 200 },
)

property(
  '5. the end reports nothing: an event without its blank line is dropped',
  fc.property(stream, streamText, (bytes, rest) => {
    // LF and a blank line, then lines of one event, none of them blank.
    const lines = rest.split(/[\r\n]+/).filter((line) => line !== '')
    const settled = [...bytes, 0x0a, 0x0a]
    const open = [...settled, ...utf8(lines.map((line) => `${line}\n`).join('')), ...utf8('data: x')]
    assert.deepEqual(eventsOf(P(Uint8Array.from(open))), eventsOf(P(Uint8Array.from(settled))))
  }),
)

property(
  '6. round trip',
  fc.property(message, (each) => {
    const { reports, lastEventId } = run([encodeEvent(each)])
    assert.deepEqual([reports, lastEventId], expected(each))
    assert.deepEqual(P(new TextEncoder().encode(encodeEvent(each))), reports)
  }),
)

property(
  '7. concatenation: no message changes its neighbours',
  fc.property(fc.array(message, { maxLength: 6 }), cuts, (messages, a) => {
    let id = ''
    const all = messages.flatMap((each) => {
      const [reports, next] = expected(each, id)
      id = next
      return reports
    })
    const { reports, lastEventId } = run(cut(messages.map(encodeEvent).join(''), a))
    assert.deepEqual([reports, lastEventId], [all, id])
  }),
)

property(
  '8. shape: no CR, no blank line but the last',
  fc.property(message, (each) => {
    const text = encodeEvent(each)
    assert.ok(!text.includes('\r'))
    assert.equal(text.indexOf('\n\n'), text.length - 2)
    assert.notEqual(text[0], '\n')
  }),
)

property(
  '9. line ends: LF, CR LF and CR are one',
  fc.property(streamText, cuts, (text, a) => {
    const lf = normal(text)
    assert.deepEqual(P(lf.replaceAll('\n', '\r\n'), a), P(lf))
    assert.deepEqual(P(lf.replaceAll('\n', '\r'), a), P(lf))
  }),
)

// Puts a line before some of the stream's lines.
const insertLine = (text: string, extra: string, before: number[]) => {
  const lines = text.split('\n')
  for (const place of before) lines.splice(place % lines.length, 0, extra)
  return lines.join('\n')
}

property(
  '10. comments are nothing',
  fc.property(streamText.map(normal), single, cuts, (text, comment, places) => {
    assert.deepEqual(eventsOf(P(insertLine(text, `:${comment}`, places))), eventsOf(P(text)))
  }),
)

property(
  '11. unknown is nothing',
  fc.property(
    streamText.map(normal),
    fc.constantFrom('x', 'Data', 'data ', ' data', 'dat', 'ids', '你'),
    cuts,
    (...args) => {
      const [text, name, places] = args
      for (const line of [name, `${name}: x`]) assert.deepEqual(P(insertLine(text, line, places)), P(text))
    },
  ),
)

property(
  '12. BOM: one at the start is nothing',
  fc.property(stream, cuts, (bytes, a) => {
    fc.pre(!(bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf))
    assert.deepEqual(P(Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes]), a), P(bytes))
  }),
)

property(
  '13. garbage heals',
  fc.property(fc.oneof(stream, fc.uint8Array({ maxLength: 100 })), cuts, (garbage, a) => {
    const last = P(Uint8Array.from([...garbage, ...utf8('\n\ndata: x\n\n')]), a).at(-1)
    assert.ok(last && 'event' in last)
    assert.deepEqual([last.event.type, last.event.data], ['message', 'x'])
  }),
)

property(
  '14. bounded memory: the limits hold wherever the stream is cut, and one error is all there is',
  fc.property(stream, cuts, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 8 }), (bytes, a, line, data) => {
    const outcome = (chunks: Iterable<Uint8Array | string>) => {
      const reports: Report[] = []
      const parser = createParser({
        onEvent: (event) => reports.push({ event }),
        maxLineLength: line,
        maxDataLength: data,
      })
      const errors = new Set<unknown>()
      for (const chunk of chunks) {
        try {
          parser.feed(chunk)
        } catch (error) {
          errors.add(error)
        }
      }
      assert.ok(errors.size <= 1)
      return { reports, refused: errors.size }
    }
    const whole = outcome([bytes])
    assert.deepEqual(outcome(cut(bytes, a)), whole)
    for (const event of eventsOf(whole.reports)) assert.ok(event.data.length <= data)
    // The reference tells which lines count: known ones, whole or cut short by the end once they are decided.
    const known = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/)
    const tooLong = known.slice(0, -1).some((each) => /^(data|event|id|retry)(:|$)/.test(each) && each.length > line)
    if (tooLong) assert.equal(whole.refused, 1)
  }),
)

test('14. bounded memory: a line of an unknown name or a comment nobody listens to is not held', () => {
  for (const beginning of ['x', 'datum: ', ': ']) {
    const parser = createParser({ onEvent: () => {}, maxLineLength: 100, maxDataLength: 100 })
    parser.feed(beginning)
    for (let i = 0; i < 1000; i++) parser.feed('x'.repeat(1000))
  }
})

/** CPU time of this process, in milliseconds: on a busy machine the clock on the wall tells of others. */
const cpuMilliseconds = () => process.cpuUsage().user / 1000

// What a line costs when it comes in small pieces, at its best: everything else that runs only adds to it.
function bestMilliseconds(megabytes: number, size: number): number {
  const text = `data: ${'x'.repeat(megabytes * 2 ** 20)}\n\n`
  const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
  const times = Array.from({ length: 5 }, () => {
    let length = 0
    const start = cpuMilliseconds()
    const { feed } = createParser({ onEvent: (event) => (length += event.data.length) })
    for (const chunk of chunks) feed(chunk)
    const time = cpuMilliseconds() - start
    assert.equal(length, megabytes * 2 ** 20)
    return time
  })
  return Math.min(...times)
}

test('15. linear time: four times the line, in pieces of 64 characters, costs about four times as much', () => {
  bestMilliseconds(1, 64)
  const [one, four] = [bestMilliseconds(1, 64), bestMilliseconds(4, 64)]
  // Quadratic were 16 times as much, and many seconds: the grace is for compiling and collecting.
  assert.ok(four < 8 * one + 500, `1 MB: ${one.toFixed(1)} ms, 4 MB: ${four.toFixed(1)} ms`)
})

test('15. linear time: the same in single characters', () => {
  const [quarter, one] = [bestMilliseconds(0.25, 1), bestMilliseconds(1, 1)]
  assert.ok(one < 8 * quarter + 1000, `256 KB: ${quarter.toFixed(1)} ms, 1 MB: ${one.toFixed(1)} ms`)
})

test('15. linear time: a stream of bare CRs is not searched for an LF again and again', () => {
  const time = (lines: number) => {
    const text = 'data: x\r\r'.repeat(lines)
    return Math.min(
      ...Array.from({ length: 3 }, () => {
        const start = cpuMilliseconds()
        assert.equal(P(text).length, lines)
        return cpuMilliseconds() - start
      }),
    )
  }
  const [few, many] = [time(20_000), time(160_000)]
  assert.ok(many < 20 * few + 300, `20,000 events: ${few.toFixed(1)} ms, 160,000: ${many.toFixed(1)} ms`)
})

property(
  '16. reference: the same as a slow parser written straight from the standard',
  fc.property(stream, cuts, (bytes, a) => assert.deepEqual(run(cut(bytes, a)), reference(bytes))),
  { numRuns: 5000 },
)
