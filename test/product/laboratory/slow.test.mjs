// Slow motion without a browser and without time: the clock is set by hand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newestOf } from '../../../web/laboratory/lanes-rows.js'
import { createRecord } from '../../../web/laboratory/record.js'
import { createQueue } from '../../../web/laboratory/slow.js'

/** A queue with a clock of its own: `run(ms)` lets time go by; `shown` has what was shown and when. */
function begin() {
  let time = 0
  let timers = []
  const clock = {
    now: () => time,
    setTimeout: (run, ms) => timers.push({ run, due: time + ms }) && timers.at(-1),
    clearTimeout: (timer) => void (timers = timers.filter((one) => one !== timer)),
  }
  const shown = []
  const queue = createQueue({ clock, onShow: (things) => things.forEach(({ key }) => shown.push([key, time])) })
  function run(ms) {
    const until = time + ms
    for (let next; (next = timers.toSorted((a, b) => a.due - b.due)[0]) && next.due <= until;) {
      time = next.due
      clock.clearTimeout(next)
      next.run()
    }
    time = until
  }
  const keys = () => shown.map(([key]) => key).join('')
  return { queue, run, shown, keys, isIdle: () => timers.length === 0 }
}

/** Things by their letters, a millisecond apart. */
const things = (letters, at = 0) => [...letters].map((key, index) => ({ key, at: at + index }))

test('at ×1 nothing waits, in whatever number it comes', () => {
  const { queue, shown, isIdle } = begin()
  queue.put(Array.from({ length: 10_000 }, (_, n) => ({ key: `f${n}`, at: n / 10 })))
  assert.equal(shown.length, 10_000)
  assert.equal(queue.size, 0)
  assert.ok(isIdle())
})

test('at ×0.1 the first is shown at once, and each is held for 700 ms at least, in its order', () => {
  const { queue, run, shown } = begin()
  queue.set('0.1')
  queue.put(things('abc'))
  assert.deepEqual(shown, [['a', 0]])
  assert.equal(queue.size, 2)
  run(699)
  assert.equal(shown.length, 1)
  run(5000)
  assert.deepEqual(shown, [
    ['a', 0],
    ['b', 700],
    ['c', 1400],
  ])
})

test('at ×0.1 a true gap is ten times as long, but a silence is not waited for', () => {
  const { queue, run, shown } = begin()
  queue.set('0.1')
  queue.put([
    { key: 'a', at: 0 },
    { key: 'b', at: 120 },
    { key: 'c', at: 15_120 },
  ])
  run(60_000)
  assert.deepEqual(shown, [
    ['a', 0],
    ['b', 1200],
    ['c', 4200],
  ])
})

test('what comes when the last one has been held long enough is shown at once', () => {
  const { queue, run, keys } = begin()
  queue.set('0.1')
  queue.put(things('a'))
  run(5000)
  queue.put(things('b', 5000))
  assert.equal(keys(), 'ab')
})

test('step shows one thing for each press, and nothing by itself', () => {
  const { queue, run, keys, isIdle } = begin()
  queue.set('step')
  queue.put(things('abc'))
  run(60_000)
  assert.equal(keys(), '')
  assert.ok(isIdle())
  queue.next()
  assert.equal(keys(), 'a')
  queue.next()
  queue.next()
  queue.next()
  assert.equal(keys(), 'abc')
  assert.equal(queue.size, 0)
})

test('a press means nothing but at step', () => {
  const { queue, keys } = begin()
  queue.set('0.1')
  queue.put(things('ab'))
  queue.next()
  assert.equal(keys(), 'a')
})

test('back at ×1 all that waits is shown, and no timer stays', () => {
  const { queue, keys, isIdle } = begin()
  queue.set('0.1')
  queue.put(things('abcd'))
  queue.set('1')
  assert.equal(keys(), 'abcd')
  assert.ok(isIdle())
})

test('from step to ×0.1 the rest goes on by itself', () => {
  const { queue, run, keys } = begin()
  queue.set('step')
  queue.put(things('abc'))
  queue.next()
  queue.set('0.1')
  run(1400)
  assert.equal(keys(), 'abc')
})

test('no more than 200 things wait: of a flood the oldest are shown at once, none is lost, the order stays', () => {
  const { queue, run, shown } = begin()
  queue.set('step')
  const all = Array.from({ length: 1000 }, (_, n) => ({ key: `f${n}`, at: n }))
  for (let at = 0; at < 1000; at += 50) {
    queue.put(all.slice(at, at + 50))
    assert.ok(queue.size <= 200)
  }
  assert.equal(shown.length, 800)
  queue.set('0.1')
  run(200 * 3000)
  assert.deepEqual(
    shown.map(([key]) => key),
    all.map(({ key }) => key),
  )
})

test('a thing that waits can be replaced, and keeps its place', () => {
  const { queue, keys } = begin()
  queue.set('step')
  queue.put(things('abc'))
  queue.put([{ key: 'b', at: 1 }])
  assert.equal(queue.size, 3)
  queue.set('1')
  assert.equal(keys(), 'abc')
})

test('what waited is gone when another conversation begins', () => {
  const { queue, run, keys, isIdle } = begin()
  queue.set('0.1')
  queue.put(things('abc'))
  queue.clear()
  assert.ok(isIdle())
  run(60_000)
  assert.equal(keys(), 'a')
  queue.put(things('x'))
  assert.equal(keys(), 'ax', 'and the first of the new one is shown at once')
})

test('the newest that is shown is selected: a 202 whose answer still waits, too', () => {
  const record = createRecord({ now: () => 0 })
  const stream = record.request({ method: 'GET', url: '/sse' })
  const call = record.request({ method: 'POST', url: '/m', body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' })
  record.response(call, { status: 202 })
  const received = record.add({ way: '↓', exchange: call, type: 'body', text: 'Accepted' })
  const message = { jsonrpc: '2.0', id: 1, result: {} }
  const answer = record.add({ way: '↓', exchange: stream, type: 'message', text: '{}', message })
  assert.equal(newestOf(record.frames), answer)
  assert.equal(newestOf(record.frames.filter((one) => one !== answer)), received)
})
