// The small client without a browser: slow motion on a clock of the test's own, and what the picture calls a message.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describe, ends, splitAtId } from '../../examples/native-client/messages.js'
import { SlowMotion } from '../../examples/native-client/slow.js'

/** A clock that goes when it is told, and runs what was asked for on its way. */
function createClock() {
  const timers = new Map()
  let now = 0
  let next = 0
  return {
    now: () => now,
    setTimeout(run, ms) {
      timers.set(++next, { run, at: now + ms })
      return next
    },
    clearTimeout: (timer) => timers.delete(timer),
    pass(ms) {
      const end = now + ms
      for (;;) {
        const [timer, due] = [...timers].toSorted(([, a], [, b]) => a.at - b.at)[0] ?? []
        if (!due || due.at > end) break
        timers.delete(timer)
        now = due.at
        due.run()
      }
      now = end
    },
    timers,
  }
}

/** Slow motion at a speed, and a list of what it drew: `name, when it happened, when it was drawn`. */
function createStage(speed) {
  const clock = createClock()
  const waiting = []
  const slow = new SlowMotion(clock, (count) => waiting.push(count))
  slow.speed = speed
  const drawn = []
  const play = (name, isOurs) =>
    slow.play((time) => {
      drawn.push(`${name} ${time} ${clock.now()}`)
      return name
    }, isOurs)
  return { clock, slow, drawn, play, waiting }
}

test('at ×1 everything is drawn when it happens, and the promise is for what was drawn', async () => {
  const { clock, slow, drawn, play } = createStage('1')
  const post = play('post', true)
  clock.pass(2)
  play('202')
  play('answer')
  assert.deepEqual(drawn, ['post 0 0', '202 2 2', 'answer 2 2'])
  assert.equal(await post, 'post')
  assert.equal(slow.waiting, 0)
  assert.equal(clock.timers.size, 0)
})

test('at ×0.1 each thing is held for 700 ms at least, and keeps the time at which it happened', () => {
  const { clock, drawn, play } = createStage('0.1')
  play('post', true)
  clock.pass(2)
  play('202')
  clock.pass(1)
  play('answer')
  assert.deepEqual(drawn, ['post 0 0'])
  clock.pass(696)
  assert.deepEqual(drawn, ['post 0 0'])
  clock.pass(1)
  assert.deepEqual(drawn, ['post 0 0', '202 2 700'])
  clock.pass(700)
  assert.deepEqual(drawn, ['post 0 0', '202 2 700', 'answer 3 1400'])
  assert.equal(clock.timers.size, 0)
})

test('at ×0.1 a pause is ten times as long, and three seconds at most', () => {
  const { clock, drawn, play } = createStage('0.1')
  play('post', true)
  clock.pass(100)
  play('progress')
  clock.pass(500)
  play('answer')
  clock.pass(10_000)
  assert.deepEqual(drawn, ['post 0 0', 'progress 100 1000', 'answer 600 4000'])
})

test('what comes long after the last thing is drawn at once: the time of reading does not count', () => {
  const { clock, drawn, play } = createStage('0.1')
  play('answer')
  clock.pass(20_000)
  play('post', true)
  clock.pass(5000)
  play('progress')
  assert.deepEqual(drawn, ['answer 0 0', 'post 20000 20000', 'progress 25000 25000'])
})

test('step draws one thing for each press; what we do ourselves was pressed for', () => {
  const { clock, slow, drawn, play, waiting } = createStage('step')
  assert.equal(slow.next(), false, 'nothing waits: the press is free for something else')
  play('post', true)
  clock.pass(2)
  play('202')
  clock.pass(1)
  play('answer')
  clock.pass(60_000)
  assert.deepEqual(drawn, ['post 0 0'])
  assert.equal(waiting.at(-1), 2)
  assert.equal(slow.next(), true)
  assert.deepEqual(drawn.slice(1), ['202 2 60003'])
  assert.equal(slow.next(), true)
  assert.deepEqual(drawn.slice(2), ['answer 3 60003'])
  assert.equal(slow.next(), false)
  assert.equal(waiting.at(-1), 0)
})

test('what we do while something waits is drawn after it', () => {
  const { slow, drawn, play } = createStage('step')
  play('answer')
  play('post', true)
  assert.deepEqual(drawn, [])
  slow.next()
  slow.next()
  assert.deepEqual(drawn, ['answer 0 0', 'post 0 0'])
})

test('a press at ×0.1 draws the next thing before its time, and the one after it is held again', () => {
  const { clock, slow, drawn, play } = createStage('0.1')
  for (const name of ['post', '202', 'answer']) play(name, name === 'post')
  clock.pass(100)
  slow.next()
  assert.deepEqual(drawn, ['post 0 0', '202 0 100'])
  clock.pass(699)
  assert.equal(drawn.length, 2)
  clock.pass(1)
  assert.deepEqual(drawn.slice(2), ['answer 0 800'])
})

test('back at ×1 all that waits is drawn in its order; after clear, nothing', () => {
  const { clock, slow, drawn, play } = createStage('step')
  for (const name of ['a', 'b', 'c']) play(name)
  slow.speed = '1'
  assert.deepEqual(drawn, ['a 0 0', 'b 0 0', 'c 0 0'])
  slow.speed = '0.1'
  for (const name of ['d', 'e']) play(name)
  slow.clear()
  clock.pass(10_000)
  assert.equal(drawn.length, 3)
  assert.equal(slow.waiting, 0)
})

test('a thousand things in slow motion are all drawn, one after another', () => {
  const { clock, drawn, play } = createStage('0.1')
  for (let n = 0; n < 1000; n++) play(`${n}`)
  clock.pass(1000 * 700)
  assert.deepEqual(
    drawn.map((line) => Number(line.split(' ')[0])),
    Array.from({ length: 1000 }, (_, n) => n),
  )
})

const message = (way, its) =>
  describe(way, way === '↑' ? 'POST' : 'message', JSON.stringify({ jsonrpc: '2.0', ...its }))

test('a message is called by what it is, and knows the request that it belongs to', () => {
  assert.deepEqual(describe('↑', 'GET', '/sse'), { label: 'GET /sse' })
  assert.deepEqual(describe('↓', 'endpoint', '/messages?sessionId=1'), { label: 'endpoint' })
  assert.deepEqual(message('↑', { id: 2, method: 'tools/call', params: {} }), { label: 'tools/call', request: 2 })
  assert.deepEqual(message('↑', { method: 'notifications/initialized' }), { label: 'initialized', request: undefined })
  assert.deepEqual(message('↓', { id: 2, result: {} }), { label: 'result', request: 2, isAnswer: true })
  assert.deepEqual(message('↓', { id: 2, error: { code: 1 } }), { label: 'error', request: 2, isAnswer: true })
})

test('progress belongs to the request whose token it carries', () => {
  const progress = (params) => message('↓', { method: 'notifications/progress', params })
  assert.deepEqual(progress({ progressToken: 3, progress: 2, total: 5 }), { label: 'progress 2/5', request: 3 })
  assert.deepEqual(progress({ progressToken: 3, progress: 2 }), { label: 'progress 2', request: 3 })
  assert.equal(progress(undefined).request, undefined)
})

test("a request of the server's, and our answer to it, belong to no request of ours", () => {
  assert.deepEqual(message('↓', { id: 0, method: 'ping' }), { label: 'ping' })
  assert.deepEqual(message('↑', { id: 0, result: {} }), { label: 'result' })
})

test('what is no JSON object has a name nevertheless', () => {
  for (const data of ['', 'null', '5', '"x"', '[]', '{', '<html>'])
    assert.equal(typeof describe('↓', 'message', data).label, 'string')
})

test('the place where a message names its request is found, and never within a string', () => {
  const inside = JSON.stringify(JSON.stringify({ id: 7 }))
  assert.deepEqual(splitAtId(`{"text":${inside},"id":2}`), [`{"text":${inside},`, '"id":2', '}'])
  assert.deepEqual(splitAtId('{"progressToken":2,"id":3}'), ['{', '"progressToken":2', ',"id":3}'])
  assert.deepEqual(splitAtId('{"id":"a\\"b"}'), ['{', '"id":"a\\"b"', '}'])
  assert.deepEqual(splitAtId('none'), ['none', '', ''])
})

test('of a long text the ends are shown, no character is cut in two, and nothing is counted twice', () => {
  assert.deepEqual(ends('abcdef', 4, 2), { head: 'abcdef', left: 0, tail: '' })
  assert.deepEqual(ends('abcdefg', 4, 2), { head: 'abcd', left: 1, tail: 'fg' })
  assert.deepEqual(ends('😀'.repeat(10), 2, 1), { head: '😀😀', left: 14, tail: '😀' })
  assert.deepEqual(ends('😀'.repeat(3), 2, 1), { head: '😀😀😀', left: 0, tail: '' })
  for (let length = 0; length < 40; length++) {
    const text = '😀a'.repeat(length).slice(0, length)
    const { head, left, tail } = ends(text, 7, 3)
    assert.equal(head.length + left + tail.length, length)
    assert.ok(text.startsWith(head) && text.endsWith(tail))
  }
})
