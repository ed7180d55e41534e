// What the laboratory says of bytes and messages, held against the parser and the vectors. HTML Standard, "Parsing an
// event stream", "Interpreting an event stream"; JSON-RPC 2.0, "Request object", "Response object".
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createParser } from '../../../dist/sse/index.js'
import { linesOf } from '../../../web/laboratory/roles.js'
import { stateAfter } from '../../../web/laboratory/scrub.js'
import { errorName, kindOf, statusOf, unanswered } from '../../../web/laboratory/tree.js'

const { vectors } = JSON.parse(readFileSync(new URL('../../vectors/sse-parse.json', import.meta.url), 'utf8'))
const bytesOf = ({ input, inputBase64 }) =>
  new Uint8Array(Buffer.from(input ?? inputBase64, input === undefined ? 'base64' : 'utf8'))
const encode = (text) => new TextEncoder().encode(text)

for (const vector of vectors)
  test(`each byte has one role, and what the panel says is let go is what the parser lets go: ${vector.name}`, () => {
    const bytes = bytesOf(vector)
    const lines = linesOf(bytes, true)
    assert.deepEqual(
      lines.flatMap(({ dispatches }) => dispatches ?? []),
      vector.expect.events.map(({ type }) => type),
    )
    let at = 0
    for (const { start, end, parts } of lines) {
      assert.equal(start, at)
      for (const [role, from, to] of parts) {
        assert.equal(from, at, role)
        at = to
      }
      assert.equal(end, at)
    }
    assert.equal(at, bytes.length)
  })

test('after any byte of any vector, the slider tells what a parser knows that was given so many', () => {
  for (const vector of vectors) {
    const bytes = bytesOf(vector)
    for (let count = 0; count <= bytes.length; count++) {
      const events = []
      const parser = createParser({ onEvent: (event) => events.push(event) })
      parser.feed(bytes.subarray(0, count))
      const state = stateAfter(createParser, bytes, count, true)
      assert.deepEqual(state.events, events, `${vector.name}, ${count}`)
      assert.equal(state.lastEventId, parser.lastEventId)
    }
  }
})

test('in the middle of a block, the slider shows the line it holds, the data so far, and a torn character', () => {
  const bytes = encode('event: tick\ndata: a\ndata: 值\n\n')
  const after = (text, extra = 0) => stateAfter(createParser, bytes, encode(text).length + extra, true)
  assert.deepEqual(
    [after('event: ti').held, after('event: ti').type, after('event: ti').data],
    ['event: ti', '', undefined],
  )
  assert.deepEqual([after('event: tick\n').held, after('event: tick\n').type], ['', 'tick'])
  assert.deepEqual([after('event: tick\ndata: a\n').data, after('event: tick\ndata: a\n').torn], ['a', 0])
  assert.equal(after('event: tick\ndata: a\ndata: ', 2).torn, 2)
  assert.equal(after('event: tick\ndata: a\ndata: 值\n').data, 'a\n值')
  assert.deepEqual(after('event: tick\ndata: a\ndata: 值\n\n').events[0].data, 'a\n值')
})

test('a field that means nothing says why', () => {
  const why = (text) => linesOf(encode(text), true).map(({ ignored }) => ignored)
  assert.deepEqual(why('Data: x\nid: a\0b\nretry: 1.5\nretry: \ndata'), [
    'unknown',
    'nul',
    'digits',
    'digits',
    'unfinished',
  ])
  assert.deepEqual(why('data\nid\nretry: 007\n: comment\n\n'), [undefined, undefined, undefined, undefined, undefined])
})

test('a message is told from its members, and a request waits until it has its partner', () => {
  const messages = [{ id: 1, method: 'ping' }, { method: 'notifications/initialized' }, { id: 1, result: {} }]
  assert.deepEqual(messages.map(kindOf), ['request', 'notification', 'result'])
  assert.equal(kindOf({ id: 1, error: { code: -32601, message: '' } }), 'error')
  assert.equal(kindOf('text'), undefined)
  const waiting = { message: { id: 2, method: 'tools/call' } }
  assert.deepEqual(unanswered([{ message: messages[0], partner: {} }, waiting, { message: messages[1] }]), [waiting])
  assert.equal(errorName(-32601), 'Method not found')
  assert.equal(errorName(-1), '')
  assert.equal(statusOf({ status: 202 }), '202 Accepted')
  assert.equal(statusOf({ status: 418 }), '418')
  assert.equal(statusOf(), '')
})
