// One word for one thing: what the glossary forbids stands in no text of a page.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { words as en } from '../../../examples/native-client/words-en.js'
import { words as zh } from '../../../examples/native-client/words-zh.js'
import { allWords } from './all-words.mjs'

const read = (path) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const { terms } = JSON.parse(read('web/glossary.json'))

const pages = { laboratory: await allWords(), smallClient: { en, zh } }

/** Every text of a dictionary with the path to it. */
function* textsOf(value, path) {
  if (typeof value === 'string') yield [path, value]
  else for (const [key, each] of Object.entries(value)) yield* textsOf(each, `${path}.${key}`)
}

/** What the terms forbid in a text. */
const faultsOf = (text, lang) =>
  terms.flatMap(({ not, ...term }) =>
    not[lang].filter((bad) => new RegExp(bad, 'i').test(text)).map((bad) => `${bad}, say ${term[lang]}`),
  )

for (const lang of ['en', 'zh'])
  test(`${lang}: no text of a page has a word that the glossary forbids`, () => {
    let count = 0
    for (const [page, words] of Object.entries(pages))
      for (const [path, text] of textsOf(words[lang], page)) {
        count++
        assert.deepEqual(faultsOf(text, lang), [], `${path}: ${text}`)
      }
    assert.ok(count > 200, `${count} texts were read`)
  })

test('a term says what it means, in both languages, and forbids none of the words it asks for', () => {
  for (const { en, zh, what } of terms) {
    assert.match(what, /\.$/)
    assert.deepEqual([...faultsOf(en, 'en'), ...faultsOf(zh, 'zh')], [])
  }
})

test('a forbidden word is found', () => {
  assert.deepEqual(faultsOf('Select a Frame', 'en').length, 1)
  assert.deepEqual(faultsOf('上一帧的头部', 'zh').length, 2)
})
