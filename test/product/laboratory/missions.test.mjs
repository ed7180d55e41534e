// What the missions point at, without a browser.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answeredByEvent, firstEnd, resumedOf } from '../../../web/laboratory/missions-facts.js'
import { bytesOf, progressOf, SAMPLES } from '../../../web/laboratory/own-stream.js'
import { createRecord } from '../../../web/laboratory/record.js'
import { allWords } from './all-words.mjs'

const { createParser } = await import('../../../dist/sse/index.js')
const words = await allWords()

for (const end of ['LF', 'CRLF', 'CR'])
  test(`one byte before the first end there is no event, with it there is one: ${end}`, () => {
    const bytes = bytesOf(SAMPLES.two, end)
    const { cut } = firstEnd(bytes)
    assert.equal(progressOf(createParser, bytes, cut - 1).events.length, 0)
    assert.equal(progressOf(createParser, bytes, cut).events.length, 1)
  })

test('the two bytes that end the first event are line ends, one right after the other', () => {
  assert.deepEqual(firstEnd(bytesOf(SAMPLES.two)).ends, [0x0a, 0x0a])
  assert.equal(firstEnd(bytesOf('data: 1\n')), undefined)
})

test('the request with a 202 and an event of its id is found; one whose POST still runs is not', () => {
  let time = 0
  const record = createRecord({ now: () => time++ })
  const stream = record.request({ method: 'GET', url: '/sse' })
  const post = (message) => record.request({ method: 'POST', url: '/m', body: JSON.stringify(message) })
  const answer = (id) =>
    record.add({
      way: '↓',
      exchange: stream,
      type: 'message',
      text: '{}',
      bytes: new Uint8Array(9),
      message: { id, result: {} },
    })
  const receive = (exchange) => {
    record.response(exchange, { status: 202 })
    record.add({ way: '↓', exchange, type: 'body', text: 'Accepted' })
    record.end(exchange, 'ended')
  }
  const notified = post({ method: 'notifications/initialized' })
  receive(notified)
  assert.equal(answeredByEvent(record.frames), undefined)
  const asked = post({ id: 1, method: 'tools/list' })
  const first = answer(1)
  assert.equal(answeredByEvent(record.frames), undefined, 'its 202 has not come')
  receive(asked)
  const found = answeredByEvent(record.frames)
  assert.equal(found.answer, first)
  assert.equal(found.received.text, 'Accepted')
  assert.equal(found.asked.exchange, asked)
})

test('a resumed stream tells which id was sent and what was replayed, once it is live again', () => {
  const hello = (lastEventId, replayed = 0) => ({ type: 'hello', data: { lastEventId, replayed } })
  const tick = (n, replayed) => ({ type: 'tick', data: { n, replayed } })
  const heard = [hello(null), tick(4), tick(5)]
  assert.equal(resumedOf(heard), undefined)
  heard.push(hello('5', 2), tick(6, true), tick(7, true))
  assert.equal(resumedOf(heard), undefined)
  heard.push(tick(8))
  assert.deepEqual(resumedOf(heard), { lastEventId: '5', replayed: [6, 7] })
})

test('every mission has its guesses, what was seen, and one sentence of why, in both languages', () => {
  for (const lang of ['en', 'zh'])
    for (const name of ['end', 'resume', 'received']) {
      const keys = Object.keys(words[lang].missions).filter((key) => key.startsWith(`${name}-`))
      assert.ok(keys.includes(`${name}-saw`))
      const why = words[lang].missions[`${name}-why`]
      assert.equal(why.match(/[.。]/g).length, 1, why)
    }
})
