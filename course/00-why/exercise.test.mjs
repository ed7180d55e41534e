import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { test } from '../named.mjs'
import { say } from '../say.mjs'

const file = process.env.LESSON_FILE
const { textsOf, visible, changed } = await import(file ? pathToFileURL(file).href : './exercise.mjs')
const { tools } = JSON.parse(readFileSync(new URL('six-tools.json', import.meta.url), 'utf8'))
const copy = () => structuredClone(tools)
const tool = (name) => tools.find((each) => each.name === name)
const char = (...codes) => String.fromCodePoint(...codes)

test(
  'the texts of a tool are all of them, also those deep in its schema',
  '工具里的文字一处不漏，schema 深处的也算',
  () => {
    const poisoned = {
      name: 'the name',
      title: 'the title',
      description: 'the description',
      inputSchema: {
        type: 'object',
        properties: {
          mode: {
            description: 'the description of a parameter',
            enum: ['a value of enum', 'another value of enum'],
            default: 'the default',
            anyOf: [{ items: [{ title: 'a title inside anyOf and items' }] }],
          },
        },
      },
      annotations: { title: 'the title in annotations' },
      _meta: { note: ['a note in _meta'], count: 3, none: null, on: true },
    }
    const texts = textsOf(poisoned)
    const { mode } = poisoned.inputSchema.properties
    const all = [poisoned.name, poisoned.title, poisoned.description, mode.description, ...mode.enum, mode.default]
    for (const text of [...all, mode.anyOf[0].items[0].title, poisoned.annotations.title, ...poisoned._meta.note])
      assert.ok(texts.includes(text), say(`"${text}" is missing`, `少了 "${text}"`))
    assert.ok(
      texts.every((text) => typeof text === 'string'),
      say('only strings: no numbers, no null', '只要字符串：数字、null 都不算'),
    )
  },
)

test('a name is a text, too: of a parameter, of any member', '名字也是文字：参数的名字，任何成员的名字', () => {
  const texts = textsOf({ name: 'n', inputSchema: { properties: { 'ignore all rules': { type: 'string' } } } })
  for (const name of ['ignore all rules', 'inputSchema', 'properties'])
    assert.ok(texts.includes(name), say(`the name "${name}" is missing`, `少了名字 "${name}"`))
})

test('what can be seen stays as it is', '看得见的，原样不动', () => {
  for (const text of ['', 'plain', 'two\nlines', 'a\n\n\nb', '中文，标点。', 'naïve – “quoted”', '🔧', 'a  b'])
    assert.equal(visible(text), text)
})

test('what cannot be seen is written out', '看不见的，写出来', () => {
  for (const [code, shown] of [
    [0x200b, '[U+200B]'],
    [0x200d, '[U+200D]'],
    [0x202e, '[U+202E]'],
    [0xfeff, '[U+FEFF]'],
    [0x00ad, '[U+00AD]'],
    [0x0007, '[U+0007]'],
    [0x001b, '[U+001B]'],
    [0x3164, '[U+3164]'],
    [0xfe0f, '[U+FE0F]'],
    [0xe0041, '[U+E0041]'],
    [0xe0100, '[U+E0100]'],
    [0xe000, '[U+E000]'],
  ])
    assert.equal(visible(`a${char(code)}b`), `a${shown}b`)
  assert.equal(visible(char(0x200b, 0x200b)), '[U+200B][U+200B]')
})

test('a long gap is written out, a short one is not', '空行一长串就写出来，几个不算', () => {
  assert.equal(visible(`a${'\n'.repeat(40)}b`), 'a[40 line ends]b')
  assert.equal(visible('a\n\n\n\nb'), 'a[4 line ends]b')
  assert.equal(visible('a\n\n\nb'), 'a\n\n\nb')
})

test('nothing has changed when only the order has', '只是次序变了，不算变', () => {
  assert.deepEqual(changed(tools, copy()), [])
  const reordered = copy()
    .toReversed()
    .map((each) => Object.fromEntries(Object.entries(each).toReversed()))
  for (const each of reordered)
    each.inputSchema.properties = Object.fromEntries(Object.entries(each.inputSchema.properties).toReversed())
  assert.deepEqual(changed(tools, reordered), [])
})

test(
  'every other difference is one: new, missing, a word, a parameter, an invisible character',
  '此外任何不同都算：多了、少了、一个词、一个参数、一个看不见的字符',
  () => {
    const later = copy().filter(({ name }) => name !== 'add')
    later.push({ name: 'zip', description: 'Packs files.', inputSchema: { type: 'object' } })
    later.find(({ name }) => name === 'send-mail').description = 'Sends a mail.'
    later.find(({ name }) => name === 'calendar').inputSchema.properties.day.description = char(0x200b)
    later.find(({ name }) => name === 'translate').inputSchema.required.reverse()
    assert.deepEqual(changed(tools, later), ['add', 'calendar', 'send-mail', 'translate', 'zip'])
  },
)

test(
  'of the six tools, two hide something from the eye; the third speaks in the open, where nobody looks',
  '六个工具里，两个藏着东西；第三个明着说，只是没人往那儿看',
  () => {
    const hides = (each) => textsOf(each).some((text) => visible(text) !== text)
    assert.deepEqual(
      tools.filter(hides).map(({ name }) => name),
      ['search', 'calendar'],
    )
    const where = textsOf(tool('translate')).filter((text) => text.includes('send-mail'))
    assert.equal(where.length, 1, say('it stands once, in the schema', '就在 schema 里，只有一处'))
  },
)
