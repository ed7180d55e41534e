import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { test } from '../named.mjs'
// The parser that lesson 2 ends with. Looking at it now spoils that lesson a little, not this one.
import { createParser } from '../02-the-format-to-the-last-byte/solution.mjs'
import { say } from '../say.mjs'

const file = process.env.LESSON_FILE
const { encode } = await import(file ? pathToFileURL(file).href : './exercise.mjs')
const { vectors } = JSON.parse(readFileSync(new URL('../../test/vectors/sse-encode.json', import.meta.url), 'utf8'))

/** What a reader of these messages gets. */
function read(...messages) {
  const events = []
  const parser = createParser((event) => events.push(event))
  parser.push(new TextEncoder().encode(messages.map(encode).join('')))
  return { events, ...parser.state }
}

/** The browser's view of text: CR LF, CR and LF have all become LF. */
const asRead = (text) => text.replace(/\r\n?/g, '\n')

test('one field is one line, and a blank line ends the message', '一个字段一行，最后一个空行收尾', () => {
  assert.equal(encode({ data: 'hello' }), 'data: hello\n\n')
  assert.equal(encode({ event: 'tick' }), 'event: tick\n\n')
  assert.equal(encode({ id: '41' }), 'id: 41\n\n')
  assert.equal(encode({ retry: 1500 }), 'retry: 1500\n\n')
  assert.equal(encode({ comment: 'keep-alive' }), ': keep-alive\n\n')
})

test('the order is comment, event, id, retry, data', '次序是 comment、event、id、retry、data', () => {
  const message = { data: 'x', retry: 3000, id: '7', event: 'tick', comment: 'why' }
  assert.equal(encode(message), ': why\nevent: tick\nid: 7\nretry: 3000\ndata: x\n\n')
})

test('an empty string is written, save as an event type', '空字符串也要写出来，事件类型除外', () => {
  assert.equal(encode({ data: '' }), 'data: \n\n')
  assert.equal(encode({ id: '', data: 'x' }), 'id: \ndata: x\n\n')
  assert.equal(encode({ retry: 0, data: 'x' }), 'retry: 0\ndata: x\n\n')
  assert.equal(encode({ event: '', data: 'x' }), 'data: x\n\n')
})

test('data with LF, CR LF or CR becomes several data lines', 'data 里的 LF、CR LF、CR 都会变成多行 data', () => {
  assert.equal(encode({ data: 'a\nb' }), 'data: a\ndata: b\n\n')
  assert.equal(encode({ data: 'a\r\nb' }), 'data: a\ndata: b\n\n')
  assert.equal(encode({ data: 'a\rb' }), 'data: a\ndata: b\n\n')
  assert.equal(encode({ data: 'a\n' }), 'data: a\ndata: \n\n')
  assert.equal(encode({ comment: 'a\rb' }), ': a\n: b\n\n')
})

test(
  'a line end in event or id is refused, and so is a NUL in id',
  'event 和 id 里不许有行尾，id 里也不许有 NUL',
  () => {
    for (const end of ['\n', '\r', '\r\n']) {
      assert.throws(
        () => encode({ event: `a${end}data: forged`, data: 'x' }),
        say(`event with ${JSON.stringify(end)}`, `event 里有 ${JSON.stringify(end)}`),
      )
      assert.throws(
        () => encode({ id: `1${end}data: forged`, data: 'x' }),
        say(`id with ${JSON.stringify(end)}`, `id 里有 ${JSON.stringify(end)}`),
      )
    }
    assert.throws(() => encode({ id: '1\u00002', data: 'x' }), say('id with NUL', 'id 里有 NUL'))
  },
)

test(
  'a retry that is no whole number, an empty message and a wrong type are refused',
  'retry 不是整数、什么都没有、类型不对，都要拒绝',
  () => {
    for (const retry of [-1, 1.5, 1e21, NaN, '1000'])
      assert.throws(() => encode({ retry, data: 'x' }), `retry ${retry}`)
    assert.throws(() => encode({}), say('nothing at all', '什么都没有'))
    assert.throws(() => encode({ data: { a: 1 } }), say('data that is an object', 'data 是一个对象'))
  },
)

test('every vector of test/vectors/sse-encode.json', 'test/vectors/sse-encode.json 里的每一个向量', () => {
  for (const { name, message, expect } of vectors) {
    const vector = `${say('the vector', '这个向量')}: ${name}`
    if (typeof expect === 'string')
      assert.equal(encode(message), expect, `${vector}: ${JSON.stringify(encode(message))}`)
    else assert.throws(() => encode(message), vector)
  }
})

test(
  'what is written is what a parser reads, and no message touches its neighbour',
  '写出去的，解析器能原样读回来，也不会碰到前后的消息',
  () => {
    for (const data of [
      '',
      ' ',
      'a',
      ' a',
      ':',
      'a\r\r\nb\n\rc',
      'x\n\nevent: forged\rid: 9',
      '你好 😀',
      '\u0000\uFEFF\u2028',
    ]) {
      const { events, lastEventId, retry } = read(
        { data: 'before' },
        { event: 't', id: '1', retry: 9, data },
        { data: 'after' },
      )
      assert.deepEqual(events, [
        { type: 'message', data: 'before', lastEventId: '' },
        { type: 't', data: asRead(data), lastEventId: '1' },
        { type: 'message', data: 'after', lastEventId: '1' },
      ])
      assert.deepEqual({ lastEventId, retry }, { lastEventId: '1', retry: 9 })
    }
  },
)
