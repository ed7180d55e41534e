// The sheets of the reconnect laboratory without a browser: what was sent, what came, what came again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sheetsOf } from '../../../web/laboratory/cuts.js'
import { createRecord } from '../../../web/laboratory/record.js'

/** Two GETs by one reader, the first cut after tick 2: ticks 3 and 4 come again, tick 5 is new. */
function cutOnce(reader) {
  let time = 0
  const record = createRecord({ now: () => time })
  const get = (headers) => record.request({ method: 'GET', url: '/lab/api/ticks', headers, reader })
  const come = (exchange, type, data) => record.add({ way: '↓', exchange, type, text: JSON.stringify(data) })
  const first = get({})
  come(first, 'hello', { lastEventId: null, replayed: 0 })
  for (const n of [1, 2]) come(first, 'tick', { n })
  time = 1000
  record.end(first, 'cut')
  time = 3000
  const second = get(reader === 'fetch' ? { 'Last-Event-ID': '2' } : {})
  come(second, 'hello', { lastEventId: '2', replayed: 2 })
  for (const n of [3, 4]) come(second, 'tick', { n, replayed: true })
  come(second, 'tick', { n: 5 })
  return record
}

for (const reader of ['fetch', 'EventSource'])
  test(`${reader}: a sheet for each GET, with what it sent, how long nobody listened, and what came again`, () => {
    const [first, second] = sheetsOf(cutOnce(reader))
    assert.deepEqual([first.number, first.lastEventId, first.waited], [1, undefined, undefined])
    assert.equal(first.exchange.ending, 'cut')
    assert.deepEqual([second.number, second.lastEventId, second.waited], [2, '2', 2000])
    assert.equal(second.isTold, reader === 'EventSource', 'whether the page knows what it sent by itself')
    assert.deepEqual(
      second.rows.map(({ n, isReplayed }) => [n, isReplayed]),
      [
        [undefined, false],
        [3, true],
        [4, true],
        [5, false],
      ],
    )
  })

test('of a long stream only the newest rows are drawn, and the sheets say how many are not', () => {
  const [first, second] = sheetsOf(cutOnce('fetch'), 5)
  assert.deepEqual([first.gone, first.rows.length, second.gone, second.rows.length], [2, 1, 0, 4])
  const [kept, newest] = sheetsOf(cutOnce('fetch'), 2)
  assert.deepEqual([kept.rows.length, newest.gone, newest.rows.length], [0, 2, 2], 'the sheet before the cut stays')
})
