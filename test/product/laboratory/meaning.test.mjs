// What the detail says of each thing on the wire: the right sentence, with the right numbers in it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meaningOf } from '../../../web/laboratory/meaning.js'
import { createRecord } from '../../../web/laboratory/record.js'
import { allWords } from './all-words.mjs'

const words = await allWords()
const STREAM = { 'content-type': 'text/event-stream' }

function begin() {
  let time = 0
  const record = createRecord({ now: () => time })
  const at = (ms) => (time = ms)
  const post = (message) =>
    record.request({ method: 'POST', url: '/messages', body: JSON.stringify({ jsonrpc: '2.0', ...message }) })
  const come = (exchange, type, text, message) => record.add({ way: '↓', exchange, type, text, message })
  return { record, at, post, come }
}

/** The sentence in English, so that a test reads as the page does. */
const said = (...given) => {
  const [word, ...values] = meaningOf(...given)
  return words.en.message[word].replace(/\{(\d)\}/g, (_, n) => values[n] ?? '?')
}

test('202 says received, and where the answer comes; for a notification, that none will', () => {
  const { record, post, come } = begin()
  const stream = record.request({ method: 'GET', url: '/sse' })
  record.response(stream, { status: 200, headers: STREAM })
  const call = post({ id: 3, method: 'tools/call' })
  record.response(call, { status: 202 })
  const accepted = come(call, 'body', 'Accepted')
  assert.match(said(accepted), /^202 says: received. It is not the answer. That comes by the long stream, with id 3:$/)
  const note = post({ method: 'notifications/initialized' })
  record.response(note, { status: 202 })
  assert.match(said(come(note, 'body', 'Accepted')), /No answer will come/)
  const reply = post({ id: 0, result: {} })
  record.response(reply, { status: 202 })
  assert.match(said(come(reply, 'body', '')), /No answer will come/)
})

test('an answer says whose it is, how long it took, and by which way it came', () => {
  const { record, at, post, come } = begin()
  const stream = record.request({ method: 'GET', url: '/sse' })
  at(10)
  const call = post({ id: 1, method: 'tools/list' })
  const asked = record.frames.at(-1)
  assert.equal(said(asked), 'Request 1. No answer yet.')
  at(13.5)
  const answer = come(stream, 'message', '{}', { jsonrpc: '2.0', id: 1, result: {} })
  assert.match(said(answer), /answer to request 1, 3\.5 ms later, by the long stream/)
  assert.equal(said(asked), 'Request 1. Answered after 3.5 ms by')
  const own = post({ id: 2, method: 'tools/list' })
  assert.match(said(come(own, 'message', '{}', { jsonrpc: '2.0', id: 2, result: {} })), /response to its own POST/)
  assert.ok(call.number < own.number)
})

test('a stream is opened, resumed and cut; what is no event says so', () => {
  const { record, come } = begin()
  const first = record.request({ method: 'GET', url: '/sse' })
  assert.match(said(record.frames[0]), /one GET, whose response does not end/)
  record.response(first, { status: 200, headers: STREAM })
  assert.match(said(record.frames[0], 'head'), /event stream/)
  assert.match(said(come(first, 'endpoint', '/messages')), /where to POST/)
  assert.match(said(come(first, 'retry', '1000')), /wait 1000 ms .* nothing is dispatched/)
  assert.match(said(come(first, 'comment', 'keep-alive')), /Nothing is dispatched/)
  record.end(first, 'cut')
  assert.match(said(record.frames[0], 'end'), /was cut/)
  record.request({ method: 'GET', url: '/sse', headers: { 'Last-Event-ID': '6' } })
  assert.match(said(record.frames.at(-1)), /missed after event 6/)
})

test('progress, questions of the server and states of the page are told apart', () => {
  const { record, come } = begin()
  const stream = record.request({ method: 'GET', url: '/sse' })
  const progress = { method: 'notifications/progress', params: { progressToken: 4, progress: 1 } }
  assert.match(said(come(stream, 'message', '{}', progress)), /answer to request 4: a message of its own/)
  assert.match(said(come(stream, 'message', '{}', { id: 0, method: 'elicitation/create' })), /The server asks/)
  const state = record.add({ way: '·', exchange: stream, type: 'readyState', text: '1 OPEN' })
  assert.match(said(state), /never on the wire/)
})
