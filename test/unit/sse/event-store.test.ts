// What is remembered for a client that comes back, and for how long: R-SH-19.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEventStore, type EventStoreLimits, type MemoryEventLog } from '../../../src/sse/index.ts'

function start(limits: Partial<EventStoreLimits>) {
  const clock = { now: 0 }
  const store = createEventStore(limits, () => clock.now)
  return { open: store.open, clock }
}

const say = (log: MemoryEventLog, ...texts: string[]) => texts.map((data) => log.append({ data }).id)
const heard = (log: MemoryEventLog, id: string) => log.missedSince(id)?.map(({ data }) => data)

test('R-SH-16: an id is the name of its log and a number that counts up', () => {
  const { open } = start({})
  const [a, b] = [open('a'), open('b.c')]
  assert.equal(a.start, 'a.0')
  assert.deepEqual(say(a, 'x', 'y'), ['a.1', 'a.2'])
  assert.deepEqual(say(b, 'x'), ['b.c.1'])
  assert.deepEqual(heard(b, 'b.c.0'), ['x'])
  assert.equal(heard(a, 'b.c.1'), undefined)
})

test('R-SH-19: of one log the last maxEvents messages are remembered; an id before them is unknown', () => {
  const { open } = start({ maxEvents: 2 })
  const log = open('a')
  say(log, '1', '2', '3', '4')
  assert.deepEqual(heard(log, 'a.4'), [])
  assert.deepEqual(heard(log, 'a.3'), ['4'])
  assert.deepEqual(heard(log, 'a.2'), ['3', '4'])
  assert.equal(heard(log, 'a.1'), undefined)
  assert.equal(heard(log, log.start), undefined)
  assert.equal(heard(log, 'a.5'), undefined)
})

test('R-SH-19: of one log maxLength characters are remembered, but the last message always', () => {
  const { open } = start({ maxLength: 10 })
  const log = open('a')
  say(log, '12345', '67890')
  assert.deepEqual(heard(log, 'a.0'), ['12345', '67890'])
  say(log, 'x')
  assert.equal(heard(log, 'a.0'), undefined)
  assert.deepEqual(heard(log, 'a.1'), ['67890', 'x'])
  const long = 'y'.repeat(11)
  say(log, long)
  assert.deepEqual(heard(log, 'a.3'), [long])
  assert.equal(heard(log, 'a.2'), undefined)
})

test('R-SH-19: of all logs together maxTotalLength characters; the one silent for longest is forgotten first', () => {
  const { open } = start({ maxTotalLength: 10 })
  const [a, b, c] = [open('a'), open('b'), open('c')]
  say(a, '1234')
  say(b, '1234')
  say(a, '5')
  say(c, '1')
  assert.deepEqual(heard(b, 'b.0'), ['1234'], 'ten characters are within the bound')
  say(c, '2')
  assert.equal(heard(b, 'b.0'), undefined, 'b was silent for longer than a')
  assert.deepEqual(heard(b, 'b.1'), [])
  assert.deepEqual(heard(a, 'a.0'), ['1234', '5'])
  assert.deepEqual(heard(c, 'c.0'), ['1', '2'])
})

test('what is dropped makes room for the others, and the numbers of a forgotten log go on', () => {
  const { open } = start({ maxTotalLength: 10 })
  const [a, b] = [open('a'), open('b')]
  say(a, '123456789')
  a.drop()
  say(b, '1234567890')
  assert.deepEqual(heard(b, 'b.0'), ['1234567890'])
  assert.deepEqual(say(a, 'x'), ['a.2'])
  assert.equal(heard(b, 'b.0'), undefined)
  assert.deepEqual(heard(a, 'a.1'), ['x'])
})

test('R-SH-19: a log that is silent for longer than maxAgeMs is forgotten, and just that one', () => {
  const { open, clock } = start({ maxAgeMs: 1_000 })
  const [a, b] = [open('a'), open('b')]
  say(a, '1')
  clock.now = 400
  say(b, '1')
  clock.now = 1_000
  assert.deepEqual(heard(a, 'a.0'), ['1'], 'not a moment before')
  clock.now = 1_001
  assert.equal(heard(a, 'a.0'), undefined)
  assert.deepEqual(heard(b, 'b.0'), ['1'])
})

test('a log that speaks is not silent: its first message lives as long as its last', () => {
  const { open, clock } = start({ maxAgeMs: 1_000 })
  const log = open('a')
  say(log, '1')
  clock.now = 900
  say(log, '2')
  clock.now = 1_900
  assert.deepEqual(heard(log, 'a.0'), ['1', '2'])
  clock.now = 1_901
  assert.equal(heard(log, 'a.0'), undefined)
})
