import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, count, spreadOf } from '../../../web/laboratory/compare.js'
import { serve } from '../../../dist/index.js'
import { createParser } from '../../../dist/sse/index.js'
import { createHackerNews } from '../../../dist/tools/hacker-news.js'

test('the two tasks are done on each transport, and the requests are counted', async () => {
  const tools = [createHackerNews({ source: 'snapshot' })]
  const { url, close } = await serve({ name: 'test', version: '1', tools, host: '127.0.0.1', port: 0 })
  try {
    const seen = []
    for (const transport of ['sse', 'http', 'stateless']) {
      const { failure, tasks, requests, bytesIn } = await compare({ transport, base: url, createParser })
      assert.equal(failure, undefined)
      assert.ok(bytesIn > 1000)
      seen.push([requests, Object.keys(tasks).join()])
    }
    const done = 'connect,list,call'
    assert.deepEqual(seen, [
      [5, done],
      [5, done],
      [3, done],
    ])
  } finally {
    await close()
  }
})

test('what is open at once counts as many connections as the page can know of', () => {
  const exchanges = [{ at: 0 }, { at: 1, endedAt: 3, answeredAt: 2 }, { at: 3, endedAt: 4 }]
  const totals = { requests: 3, bytesOut: 1, bytesIn: 2 }
  assert.deepEqual(count({ exchanges, totals }), {
    requests: 3,
    atOnce: 2,
    bytesOut: 1,
    bytesIn: 2,
    firstByte: undefined,
  })
})

test('of many rounds the middle time is told, with the least and the most', () => {
  assert.deepEqual(spreadOf([30, 10, 20]), { middle: 20, least: 10, most: 30 })
  assert.deepEqual(spreadOf([undefined, 7]), { middle: 7, least: 7, most: 7 }, 'a round that failed has none')
  assert.equal(spreadOf([]).middle, undefined)
})
