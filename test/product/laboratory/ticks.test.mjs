// The logic of the reconnect lab and of the chat replays.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createBlocks } from '../../../web/laboratory/blocks.js'
import { createFold } from '../../../web/laboratory/fold.js'
import { createTicks } from '../../../web/laboratory/ticks.js'

const { createParser } = await import('../../../dist/sse/index.js')
const read = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).streams
const streams = [...read('../../../data/chat-streams.json'), ...read('../../../course/chat-constructed.json')]

function dataOf(wireBase64) {
  const data = []
  const blocks = createBlocks({ createParser, onBlock: ({ text }) => data.push(text) })
  blocks.feed(Buffer.from(wireBase64, 'base64'))
  return data
}

for (const { id, wireBase64, text } of streams)
  test(`the text of ${id} is folded out of its frames exactly`, () => {
    const fold = createFold(id)
    assert.equal(dataOf(wireBase64).map(fold).join(''), text)
  })

test('what is none of the frames of a style is a RangeError, never a mistake of ours', () => {
  for (const style of ['chatgpt', 'kimi', 'deepseek', 'openai'])
    for (const data of ['null', '1', '"a"', '[]', '{}', '{"choices":[]}', '{"choices":[{}]}', '{"error":"no"}'])
      assert.throws(() => createFold(style)(data), RangeError, `${style} ${data}`)
})

test('an operation that is not known throws, it is not guessed', () => {
  assert.throws(() => createFold('chatgpt')('{"p":"/a","o":"replace","v":"x"}'), RangeError)
  assert.throws(() => createFold('kimi')('{"event":"search","text":"x"}'), RangeError)
  assert.throws(() => createFold('deepseek')('{"p":"response/status","v":"FINISHED"}'), RangeError)
})

test('ChatGPT without its first frame has no operation: the loss shows. DeepSeek without one shows nothing', () => {
  const [chatgpt, , deepseek] = streams
  assert.throws(() => dataOf(chatgpt.wireBase64).slice(1).map(createFold('chatgpt')), /lost/)
  assert.equal(
    dataOf(deepseek.wireBase64).slice(1).map(createFold('deepseek')).join('').length < deepseek.text.length,
    true,
  )
})

test('a gap is lost, until it is replayed; what comes again is double', () => {
  const ticks = createTicks()
  for (const n of [4, 5, 8]) ticks.take({ n })
  assert.deepEqual(Object.fromEntries(ticks.states), { 4: 'live', 5: 'live', 6: 'lost', 7: 'lost', 8: 'live' })
  ticks.take({ n: 6, replayed: true })
  ticks.take({ n: 8, replayed: true })
  assert.deepEqual(Object.fromEntries(ticks.states), { 4: 'live', 5: 'live', 6: 'replayed', 7: 'lost', 8: 'duplicate' })
  assert.deepEqual(['live', 'replayed', 'lost', 'duplicate'].map(ticks.count), [2, 1, 1, 1])
  const late = createTicks()
  for (const n of [5, 8, 6, 9]) late.take({ n })
  assert.deepEqual(Object.fromEntries(late.states), { 5: 'live', 6: 'live', 7: 'lost', 8: 'live', 9: 'live' })
})
