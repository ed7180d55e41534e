// Type your own stream, without a browser: what the page says of each line, held against the parser at every cut.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createParser } from '../../../dist/sse/index.js'
import { bytesOf, charactersOf, ENDS, progressOf, ruledLines, SAMPLES } from '../../../web/laboratory/own-stream.js'
import words from '../../../web/laboratory/words/type.js'

const { vectors } = JSON.parse(readFileSync(new URL('../../vectors/sse-parse.json', import.meta.url), 'utf8'))
const vectorBytes = ({ input, inputBase64 }) =>
  new Uint8Array(Buffer.from(input ?? inputBase64, input === undefined ? 'base64' : 'utf8'))
const rules = (text, end) => ruledLines(bytesOf(text, end)).map(({ rule }) => rule)
const after = (text, count, end) => {
  const bytes = bytesOf(text, end)
  return progressOf(createParser, bytes, count ?? bytes.length)
}

test('wherever a stream is cut, the lines that are read have dispatched as many events as the parser', () => {
  const streams = vectors.map(vectorBytes)
  for (const text of Object.values(SAMPLES)) for (const end of Object.keys(ENDS)) streams.push(bytesOf(text, end))
  for (const bytes of streams)
    for (let count = 0; count <= bytes.length; count++) {
      const { lines, read, events, marks } = progressOf(createParser, bytes, count)
      const fired = lines.slice(0, read).filter(({ event }) => event !== undefined)
      assert.equal(fired.length, events.length, `${new TextDecoder().decode(bytes)}, ${count}`)
      assert.equal(marks.filter((mark) => mark <= count).length, events.length)
    }
})

test('the byte that ends an event is that of its blank line: LF, or the CR of a CR LF', () => {
  const text = 'data: a\n\n'
  assert.deepEqual(after(text).marks, [9])
  assert.deepEqual(after(text, undefined, 'CRLF').marks, [10])
  assert.deepEqual(after(text, undefined, 'CR').marks, [9])
  assert.deepEqual([after(text, 8).events.length, after(text, 9).events.length], [0, 1])
  assert.deepEqual([after(text, 9, 'CRLF').events.length, after(text, 10, 'CRLF').events.length], [0, 1])
})

test('each line has the rule that the standard has for it', () => {
  assert.deepEqual(rules(SAMPLES.odd), [
    'retry',
    'comment',
    'none',
    'id',
    'data',
    'data',
    'dispatch',
    'event',
    'empty',
    'dispatch',
    'id',
    'none',
    'data',
  ])
  assert.deepEqual(rules(SAMPLES.wrong), ['exact', 'exact', 'digits', 'unknown', 'data', 'dispatch'])
  assert.deepEqual(rules('id: a\0b\ndata'), ['nul', 'unfinished'])
  assert.deepEqual(rules('\ufeffdata: a\n\n'), ['bom', 'data', 'dispatch'])
  const ignored = ruledLines(bytesOf(SAMPLES.wrong)).map(({ isIgnored }) => isIgnored)
  assert.deepEqual(ignored, [true, true, true, true, false, false])
})

test('every rule has its sentence in both languages', () => {
  const named = new Set(Object.values(SAMPLES).flatMap((text) => rules(text)))
  for (const rule of [...named, 'nul', 'bom', 'unfinished'])
    for (const lang of ['en', 'zh']) assert.match(words[lang][`r-${rule}`] ?? '', /\S/, rule)
})

test('the id is good from its blank line on; what is held is thrown away at the end of the stream', () => {
  const text = 'id: 7\ndata: a'
  assert.deepEqual([after(text).state.id, after(text).state.lastEventId, after(text).isPending], ['7', '', true])
  assert.deepEqual([after(`${text}\n\n`).state.lastEventId, after(`${text}\n\n`).isPending], ['7', false])
  assert.equal(after('id: 7\n\ndata: b\n\n').events[0].lastEventId, '7')
  assert.equal(after('data: where?\n').isPending, true)
})

test('a cut inside a character shows its bytes', () => {
  const text = 'data: 你好\n\n'
  assert.deepEqual(after(text, 8).state.torn, [0xe4, 0xbd])
  assert.equal(after(text, 8).state.held, 'data: ')
  const bytes = bytesOf(text)
  assert.deepEqual(
    [...charactersOf(bytes, 6, 12)],
    [
      ['你', 6, 9],
      ['好', 9, 12],
    ],
  )
})
