import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { encodeComment, encodeEvent, SseEncodeError, type SseMessage } from '../../../src/sse/index.ts'

interface Vector {
  name: string
  rule: string
  message: SseMessage
  expect: string | { error: string }
}

const file = new URL('../../vectors/sse-encode.json', import.meta.url)
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] }

test('there are fifty-nine vectors', () => assert.equal(vectors.length, 59))

for (const { name, rule, message, expect } of vectors)
  test(`${rule}: ${name}`, () => {
    if (typeof expect === 'string') return assert.equal(encodeEvent(message), expect)
    assert.throws(() => encodeEvent(message), { name: 'SseEncodeError', code: expect.error })
  })

test('T-50: a NUL in the event name is refused, as one in the ID is', () => {
  assert.throws(() => encodeEvent({ event: 'a\0b', data: 'x' }), { code: 'event-nul' })
})

test('a refusal is a TypeError with a sentence', () => {
  assert.throws(
    () => encodeEvent({ id: 'a\nb' }),
    (error) =>
      error instanceof SseEncodeError && error instanceof TypeError && /must be a single line/.test(error.message),
  )
})

test('a comment needs no text', () => {
  assert.equal(encodeComment(), ': \n\n')
  assert.equal(encodeComment('keep-alive'), ': keep-alive\n\n')
})

test('members that are undefined count as absent', () => {
  const message = { event: undefined, id: undefined, data: 'x' } as unknown as SseMessage
  assert.equal(encodeEvent(message), 'data: x\n\n')
})
