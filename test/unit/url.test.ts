// A text is a URL or it is none, however often one asks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseUrl } from '../../src/url.ts'

test('a name with a character from U+0080 to U+00FF is read the ten thousandth time as it was the first', () => {
  const texts = Array.from({ length: 128 }, (_, n) => `http://a${String.fromCharCode(0x80 + n)}b.example/`)
  const first = texts.map((text) => parseUrl(text)?.href)
  assert.ok(first.filter((href) => href !== undefined).length > 60)
  for (let round = 0; round < 1_000; round++) for (const text of texts) parseUrl(text)
  assert.deepEqual(
    texts.map((text) => parseUrl(text)?.href),
    first,
  )
})

test('what is no URL is undefined; a base completes a path', () => {
  assert.equal(parseUrl('no url'), undefined)
  assert.equal(parseUrl('/b?c', 'http://a.example')?.href, 'http://a.example/b?c')
})
