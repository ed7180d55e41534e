import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowsOf } from '../../../web/laboratory/diagram.js'
import { createRecord } from '../../../web/laboratory/record.js'

let time = 0
const at = (ms) => (time = ms)
const begin = () => {
  at(0)
  return createRecord({ now: () => time })
}

test('a GET that comes again after a cut says its Last-Event-ID', () => {
  const record = begin()
  const first = record.request({ method: 'GET', url: '/s' })
  at(10)
  record.response(first, { status: 200, headers: { 'content-type': 'text/event-stream' } })
  record.add({ way: '↓', exchange: first, type: 'tick', text: 'a', id: '4' })
  at(20)
  record.end(first, 'cut')
  at(3000)
  record.request({ method: 'GET', url: '/s', headers: { 'Last-Event-ID': '4' } })
  const rows = rowsOf(record)
  assert.deepEqual(
    rows.map(({ text }) => text.trim()),
    ['↑ #1 GET /s', '↓ #1 200 OK text/event-stream', '↓ #1 tick id 4 a', '✕ #1', '↑ #2 GET /s'],
  )
  assert.deepEqual(rows.at(-1).note, ['again', '4'])
})

test('202 is not the answer, and the message says which POST it answers', () => {
  const record = begin()
  const stream = record.request({ method: 'GET', url: '/sse' })
  const post = record.request({ method: 'POST', url: '/m', body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' })
  at(5)
  record.response(post, { status: 202 })
  at(9)
  const message = { jsonrpc: '2.0', id: 1, result: {} }
  record.add({ way: '↓', exchange: stream, type: 'message', text: '{}', message })
  const rows = rowsOf(record)
  assert.deepEqual(rows.at(-2).note, ['accepted'])
  assert.deepEqual(rows.at(-1).note, ['answers', 2])
})

test('of 500 frames the newest 60 rows are told, or those that end where one went back', () => {
  const record = begin()
  for (let n = 1; n <= 500; n++) record.add({ way: '·', type: 'readyState', text: `${n}`, at: n })
  assert.deepEqual([rowsOf(record).length, rowsOf(record)[0].frame.number], [60, 441])
  assert.equal(rowsOf(record, 100).at(-1).frame.number, 100)
})
