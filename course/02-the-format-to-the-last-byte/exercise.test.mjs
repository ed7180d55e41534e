import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { test } from '../named.mjs'
import { say } from '../say.mjs'

const file = process.env.LESSON_FILE
const { createParser } = await import(file ? pathToFileURL(file).href : './exercise.mjs')
const json = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const { vectors } = json('../../test/vectors/sse-parse.json')
const { streams } = json('../../data/chat-streams.json')

const bytesOf = ({ input, inputBase64 }) =>
  inputBase64 === undefined ? new TextEncoder().encode(input) : Uint8Array.from(Buffer.from(inputBase64, 'base64'))

/** What a fresh parser reports for these pieces. */
function parse(pieces) {
  const events = []
  const { push, state } = createParser((event) => events.push({ ...event }))
  for (const piece of pieces) push(piece)
  return { events, lastEventId: state.lastEventId, retry: state.retry }
}

const oneByOne = (bytes) => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
const cutAt = (bytes, at) => [bytes.subarray(0, at), bytes.subarray(at)]

function check(vector, pieces, how) {
  const { events, lastEventId, retry } = vector.expect
  const got = parse(pieces)
  const wanted = { events, lastEventId, retry }
  if (isDeepStrictEqual(got, wanted)) return
  const [stream, should, is] = [vector.input ?? vector.inputBase64, wanted, got].map((one) => JSON.stringify(one))
  assert.fail(`"${vector.name}"${say(', ', '，')}${how}
${say('stream:   ', '流：  ')}${stream.slice(0, 200)}
${say('expected: ', '应为：')}${should.slice(0, 300)}
${say('got:      ', '得到：')}${is.slice(0, 300)}`)
}

/** One test for the vectors of a few rules, each stream in one piece: the first red one says which rule to look up. */
function rules(en, zh, ...prefixes) {
  test(en, zh, () => {
    const chosen = vectors.filter(({ rule }) => prefixes.some((prefix) => rule.startsWith(prefix)))
    assert.ok(chosen.length > 0)
    for (const vector of chosen) check(vector, [bytesOf(vector)], say('in one piece', '一整段'))
  })
}

rules(
  'LF, CR LF and CR each end a line, and nothing else does',
  'LF、CR LF、CR 都结束一行，别的都不算',
  'line-end',
  'eof.cr',
)
rules('name, colon, one space that does not count, value', '名字、冒号、一个不算数的空格、值', 'field', 'line.blank')
rules(
  'data lines are joined with LF, and empty data is an event too',
  '多行 data 用 LF 接起来，空的 data 也是一个事件',
  'data',
  'dispatch',
)
rules('a comment is nothing', '注释什么也不是', 'comment')
rules('event names the type, for this event only', 'event 给出类型，只管这一个事件', 'event')
rules(
  'an id stays in force, moves without data, and is ignored if it holds NUL',
  'id 一直有效，没有 data 也会生效，含 NUL 就作废',
  'id',
)
rules('retry counts at its line, without a blank line', 'retry 在自己那一行就生效，不等空行', 'retry')
rules(
  'what no blank line has ended is never dispatched',
  '没有空行收尾的，永远不派发',
  'eof',
  'id.uncommitted',
  'mixture',
)
rules(
  'one BOM at the start goes, any other stays, and a bad byte hurts only itself',
  '开头去掉一个 BOM，别的都留着；坏字节只伤自己',
  'bom',
  'utf8',
)

test('retry with anything but digits changes nothing', 'retry 里有一个不是数字，就什么都不改', () => {
  for (const value of ['', ' 5', '5 ', '-5', '+5', '1.5', '1e3', '0x10', '5ms', '５']) {
    const { retry } = parse([new TextEncoder().encode(`retry: 77\nretry: ${value}\n`)])
    assert.equal(retry, 77, say(`after "retry: ${value}"`, `在 "retry: ${value}" 之后`))
  }
})

test('every vector, one byte at a time', '每一个向量，逐字节地喂', () => {
  for (const vector of vectors) check(vector, oneByOne(bytesOf(vector)), say('one byte at a time', '逐字节'))
})

test('every vector, cut in two at every place', '每一个向量，在每一个位置切成两段', () => {
  for (const vector of vectors) {
    const bytes = bytesOf(vector)
    for (let at = 0; at <= bytes.length; at++)
      check(vector, cutAt(bytes, at), say(`cut after byte ${at}`, `在第 ${at} 个字节之后切开`))
  }
})

test('no event waits for a byte that has not come', '没有哪个事件要等还没来的字节', () => {
  for (const { name, timeline = [], ...vector } of vectors) {
    for (const { bytes, events } of timeline) {
      const got = parse([bytesOf(vector).subarray(0, bytes)]).events.length
      assert.equal(
        got,
        events,
        say(
          `"${name}": ${got} events after ${bytes} bytes, expected ${events}`,
          `"${name}"：${bytes} 个字节之后有 ${got} 个事件，应为 ${events} 个`,
        ),
      )
    }
  }
})

test(
  'the three chat streams, cut in two at every place, also inside a character',
  '三家聊天产品的流，处处切一刀，字符中间也不放过',
  () => {
    for (const { title, wireBase64, frames } of streams) {
      const bytes = bytesOf({ inputBase64: wireBase64 })
      const expect = frames.map(({ dispatchedType: type, data }) => ({ type, data, lastEventId: '' }))
      for (let at = 0; at <= bytes.length; at++) {
        const { events } = parse(cutAt(bytes, at))
        if (isDeepStrictEqual(events, expect)) continue
        assert.fail(
          `${title}${say(`, cut after byte ${at}\ngot: `, `，在第 ${at} 个字节之后切开\n得到：`)}${JSON.stringify(events).slice(0, 300)}`,
        )
      }
    }
  },
)
