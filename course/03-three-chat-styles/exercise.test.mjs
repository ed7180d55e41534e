import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { test } from '../named.mjs'
// The parser of lesson 2: what it gives is what `fold` gets.
import { createParser } from '../02-the-format-to-the-last-byte/solution.mjs'
import { say } from '../say.mjs'

const file = process.env.LESSON_FILE
const { fold } = await import(file ? pathToFileURL(file).href : './exercise.mjs')
const { streams } = JSON.parse(readFileSync(new URL('../../data/chat-streams.json', import.meta.url), 'utf8'))

/** The events in the bytes of a stream. */
function eventsOf({ wireBase64 }) {
  const events = []
  createParser(({ type, data }) => events.push({ type, data })).push(Buffer.from(wireBase64, 'base64'))
  return events
}

const all = Object.fromEntries(streams.map((stream) => [stream.id, eventsOf(stream)]))
const without = (events, ...lost) => events.filter((_, at) => !lost.includes(at + 1))
const delta = (members) => ({ type: 'delta', data: JSON.stringify(members) })
const message = (members) => ({ type: 'message', data: JSON.stringify(members) })
const START = { p: '/message/content/parts/0', o: 'append' }
const refuses = (style, events, en, zh) =>
  assert.throws(() => fold(style, events), Error, say(`${style}: ${en}`, `${style}：${zh}`))

test('the three excerpts give their texts, to the last character', '三个片段读出来，一个字不差', () => {
  for (const { id, title, text } of streams) assert.equal(fold(id, all[id]), text, title)
  for (const { id } of streams)
    assert.equal(fold(id, []), '', say(`${id}: no event, no text`, `${id}：没有事件，就没有文字`))
})

test(
  'chatgpt: place and operation are inherited, and may be said again',
  'chatgpt：位置和操作会继承，也可以再说一遍',
  () => {
    assert.equal(fold('chatgpt', [delta({ ...START, v: 'a' }), delta({ v: 'b' }), delta({ v: '' })]), 'ab')
    assert.equal(fold('chatgpt', [delta({ ...START, v: 'a' }), delta({ o: 'append', v: 'b' })]), 'ab')
    refuses(
      'chatgpt',
      [delta({ ...START, v: 'a' }), delta({ o: 'replace', v: 'b' })],
      'replace is not append',
      'replace 不是 append',
    )
    refuses(
      'chatgpt',
      [delta({ ...START, v: 'a' }), delta({ p: '/message/status', v: 'b' })],
      'another place',
      '换了位置',
    )
  },
)

test('chatgpt: without its first event the rest means nothing', 'chatgpt：少了第一个事件，后面的都没有意义', () => {
  refuses('chatgpt', without(all.chatgpt, 1), 'where does it belong?', '这些字写到哪儿？')
  refuses('chatgpt', [delta({ p: START.p, v: 'a' })], 'no operation', '没说怎么写')
  refuses('chatgpt', [delta({ o: START.o, v: 'a' })], 'no place', '没说写到哪儿')
  assert.equal(fold('chatgpt', all.chatgpt).length > 0, true)
  refuses(
    'chatgpt',
    without(all.chatgpt, 1),
    'and what an earlier stream said does not count for this one',
    '上一条流说过的，对这一条不算数',
  )
})

test('kimi and deepseek do not notice what is lost', 'kimi 和 deepseek：丢了也看不出来', () => {
  assert.equal(fold('kimi', without(all.kimi, 1)), '的,除了前面')
  assert.equal(fold('kimi', without(all.kimi, 4, 5)), '好的,前面')
  assert.equal(fold('deepseek', without(all.deepseek, 1)), '1. 高级用法与功能')
  refuses('kimi', [message({ event: 'error', text: 'quota' })], 'an error is no text', '错误不是文字')
  refuses(
    'deepseek',
    [message({ v: 'a' }), message({ p: 'response/status', v: 'FINISHED' })],
    'a new place',
    '换了位置',
  )
})

test('the type of the event counts too', '事件的类型也要看', () => {
  refuses('chatgpt', [{ ...delta({ ...START, v: 'a' }), type: 'message' }], 'the event has no name', '事件没有名字')
  refuses('chatgpt', [{ ...delta({ ...START, v: 'a' }), type: 'ping' }], 'an event of another type', '别的类型的事件')
  refuses('kimi', [{ ...message({ event: 'cmpl', text: 'a' }), type: 'delta' }], 'an event with a name', '事件有名字')
  refuses('deepseek', [{ ...message({ v: 'a' }), type: 'close' }], 'an event with a name', '事件有名字')
})

test('what is no text is refused, and nothing is guessed', '不是文字就拒绝，绝不去猜', () => {
  for (const v of [5, null, true, ['a'], undefined]) {
    refuses('chatgpt', [delta({ ...START, v })], `v is ${v}`, `v 是 ${v}`)
    refuses('kimi', [message({ event: 'cmpl', text: v })], `text is ${v}`, `text 是 ${v}`)
    refuses('deepseek', [message({ v })], `v is ${v}`, `v 是 ${v}`)
  }
  refuses('kimi', [message({ event: 'cmpl', v: 'a' })], 'kimi says text, not v', 'kimi 用的是 text，不是 v')
})

test('a style that nobody has written down is refused', '没写下来的写法，一律拒绝', () => {
  for (const style of ['openai', 'ChatGPT', '', 'toString', undefined]) {
    refuses(style, [message({ v: 'a' })], 'unknown', '不认识')
    refuses(style, [], 'unknown, even with no event', '不认识，哪怕一个事件也没有')
  }
})
