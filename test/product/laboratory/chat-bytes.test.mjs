// How far a chat stream has come: an event is there when its blank line is, and not a byte earlier.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endsOf, reached } from '../../../web/laboratory/chat-bytes.js'

const blocks = ['data: a\n\n', 'data: bc\n\n'].map((text) => ({ bytes: new TextEncoder().encode(text) }))

test('an event is there when the last byte of its blank line is', () => {
  assert.deepEqual(endsOf(blocks), [9, 19])
  assert.deepEqual(reached(blocks, 0), { whole: 0, rest: 0 })
  assert.deepEqual(reached(blocks, 8), { whole: 0, rest: 8 })
  assert.deepEqual(reached(blocks, 9), { whole: 1, rest: 0 })
  assert.deepEqual(reached(blocks, 10), { whole: 1, rest: 1 })
  assert.deepEqual(reached(blocks, 19), { whole: 2, rest: 0 })
})

test('more bytes than there are change nothing', () => {
  assert.deepEqual(reached(blocks, 100), { whole: 2, rest: 0 })
  assert.deepEqual(reached([], 5), { whole: 0, rest: 0 })
})
