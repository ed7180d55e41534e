// How the laboratory cuts an event stream into blocks, held against the parser. HTML Standard, section 9.2.6.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createParser } from '../../../dist/sse/index.js'
import { createBlocks } from '../../../web/laboratory/blocks.js'

const encode = (text) => new TextEncoder().encode(text)
const text = (bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

/** The blocks of a stream that comes in these pieces. */
function cut(pieces, options = {}) {
  const blocks = []
  const { feed, end } = createBlocks({ createParser, onBlock: (block) => blocks.push(block), ...options })
  for (const piece of pieces) feed(typeof piece === 'string' ? encode(piece) : piece)
  end()
  return blocks
}

/** What the parser alone makes of a stream, whole. */
function events(bytes) {
  const found = []
  createParser({ onEvent: ({ type, data }) => found.push([type, data]) }).feed(bytes)
  return found
}

const dispatched = (blocks) => blocks.filter(({ isEvent }) => isEvent).map(({ type, text }) => [type, text])
const shapes = (blocks) => blocks.map(({ type, text: said, bytes }) => [type, said, text(bytes)])

for (const [name, end] of [
  ['LF', '\n'],
  ['CR', '\r'],
  ['CRLF', '\r\n'],
])
  test(`a block goes from line to blank line: ${name}`, () => {
    const first = `event: tick${end}data: 1${end}${end}`
    const second = `data: 2${end}${end}`
    const blocks = cut([first + second])
    assert.deepEqual(shapes(blocks), [
      ['tick', '1', first],
      ['message', '2', second],
    ])
    assert.deepEqual(
      blocks.map(({ offset }) => offset),
      [0, first.length],
    )
  })

const STREAM =
  '\uFEFFdata: 一\r\n\r\n: beat\r\rid: 7\nretry: 30\n\n\n\revent: x\r\n\r\ndata\n\nid: 8\rdata: a\rdata: b\r\r\uFEFFdata: no\n\nfoo\n\ndata: late'

test('wherever two reads cut the stream, bytes, events and offsets are the same', () => {
  const bytes = encode(STREAM)
  for (let at = 0; at <= bytes.length; at++) {
    const blocks = cut([bytes.slice(0, at), bytes.slice(at)])
    assert.equal(blocks.map((block) => text(block.bytes)).join(''), STREAM)
    assert.deepEqual(dispatched(blocks), events(bytes))
    let offset = 0
    for (const block of blocks) {
      assert.equal(block.offset, offset)
      offset += block.bytes.length
    }
  }
})

test('so it is when every byte is a read of its own', () => {
  const bytes = encode(STREAM)
  const blocks = cut(Array.from(bytes, (_, at) => bytes.slice(at, at + 1)))
  assert.equal(blocks.map((block) => text(block.bytes)).join(''), STREAM)
  assert.deepEqual(dispatched(blocks), events(bytes))
})

test('each event belongs to the block whose blank line dispatches it', () => {
  for (const { bytes, isEvent, type, text: data } of cut([STREAM.slice(1)]))
    // As text: a byte order mark is one at the beginning of a stream only, and then a decoder has taken it away.
    assert.deepEqual(events(text(bytes)), isEvent ? [[type, data]] : [])
})

test('a blank line that is a CR dispatches at once; an LF of the next read begins the next block', () => {
  const blocks = []
  const { feed } = createBlocks({ createParser, onBlock: (block) => blocks.push(block) })
  feed(encode('data: 1\r\n\r'))
  assert.deepEqual(shapes(blocks), [['message', '1', 'data: 1\r\n\r']])
  feed(encode('\ndata: 2\r\n\r\n'))
  assert.deepEqual(shapes(blocks.slice(1)), [['message', '2', '\ndata: 2\r\n\r\n']])
})

test('the first line may be blank behind a byte order mark', () => {
  assert.deepEqual(shapes(cut(['\uFEFF\n', 'data: 1\n\n'])), [
    ['ignored', '', '\uFEFF\n'],
    ['message', '1', 'data: 1\n\n'],
  ])
})

test('a block without an event is named by what it has', () => {
  assert.deepEqual(
    shapes(cut([': a\n: b\n\nretry: 20\n\nid: 5\n\nfoo: 1\n\n\nevent: x\n\nretry: soon\n\ndata: 1\n'])),
    [
      ['comment', 'a\nb', ': a\n: b\n\n'],
      ['retry', '20', 'retry: 20\n\n'],
      ['id', '5', 'id: 5\n\n'],
      ['ignored', '', 'foo: 1\n\n'],
      ['ignored', '', '\n'],
      ['ignored', '', 'event: x\n\n'],
      ['ignored', '', 'retry: soon\n\n'],
      ['incomplete', 'data: 1\n', 'data: 1\n'],
    ],
  )
})

test('an event keeps the comments and the retry of its block', () => {
  const [{ type, retry, comments, id }] = cut([': why\nretry: 9\nid: 1\ndata: x\n\n'])
  assert.deepEqual({ type, retry, comments, id }, { type: 'message', retry: 9, comments: ['why'], id: '1' })
})

test('the ID of a block is what that block has set, be it what it was', () => {
  const stream =
    'id: 1\ndata\n\ndata\n\nid: 1\ndata\n\nid: 2\0\ndata\n\nid\ndata\n\ndata: \ndata: id: 3\n\nidea: 4\n\nid: 5\n'
  assert.deepEqual(
    cut([stream]).map(({ id }) => id),
    ['1', undefined, '1', undefined, '', undefined, undefined, undefined],
  )
})

test('the ID of the connection before is in force, and no block has set it', () => {
  const seen = []
  const spy = (options) => createParser({ ...options, onEvent: (event) => seen.push(event.lastEventId) })
  const [{ id }] = cut(['data: 1\n\n'], { createParser: spy, lastEventId: '41' })
  assert.deepEqual([id, ...seen], [undefined, '41'])
})

test('cuts are where a read ended, in the offsets of the block', () => {
  assert.deepEqual(
    cut(['da', 'ta: 1\n', '\ndata: 2\n\n', 'data: 3\n\ndata', ': 4\n\n']).map(({ cuts }) => cuts),
    [[2, 8], [9], [], [4, 9]],
  )
})

test('without a parser all is one block: a body', () => {
  const [{ type, text: said, bytes, offset, cuts }, ...more] = cut(['{"a":\n\n', '"\u00e9"}'], {
    createParser: undefined,
  })
  assert.deepEqual([type, said, text(bytes), offset, cuts], ['body', '{"a":\n\n"é"}', '{"a":\n\n"é"}', 0, [7, 12]])
  assert.deepEqual(more, [])
  assert.deepEqual(cut([], { createParser: undefined }), [])
})

test('the parser is fed once for each read and for each block, never byte by byte', () => {
  let fed = 0
  const counting = (options) => {
    const { feed } = createParser(options)
    return { feed: (bytes) => (fed++, feed(bytes)) }
  }
  const large = encode(`data: ${'x'.repeat(170_000)}\n\n`)
  const reads = Array.from({ length: Math.ceil(large.length / 16_384) }, (_, n) =>
    large.slice(n * 16_384, (n + 1) * 16_384),
  )
  const [{ bytes }] = cut(reads, { createParser: counting })
  assert.equal(bytes.length, large.length)
  assert.equal(fed, reads.length)

  fed = 0
  assert.equal(cut(['data: 1\n\n'.repeat(1000)], { createParser: counting }).length, 1000)
  assert.equal(fed, 1000)
})

test('a block keeps no more memory than its bytes', () => {
  const [{ bytes }] = cut([`data: 1\n\n${'data: 2\n\n'.repeat(1000)}`])
  assert.equal(bytes.buffer.byteLength, bytes.length)
})
