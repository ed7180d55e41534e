// The READMEs say the same in both languages, and what they say is so.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const english = read('README.md')
const chinese = read('README.zh-CN.md')

const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? match[0])
const fences = (text: string) => matches(text, /^```[a-z]*\n([\s\S]*?)^```/gm)

test('both READMEs have the same headings, code, links, table rows and figures', () => {
  assert.deepEqual(matches(chinese, /^(#+) /gm), matches(english, /^(#+) /gm))
  assert.deepEqual(fences(chinese), fences(english))
  assert.deepEqual(
    matches(chinese, /<!--[a-z-]+-->.*?<!---->/g).toSorted(),
    matches(english, /<!--[a-z-]+-->.*?<!---->/g).toSorted(),
  )
  assert.equal(matches(chinese, /^\|/gm).length, matches(english, /^\|/gm).length)
  const links = (text: string) =>
    matches(text, /\]\(([^)]+)\)/g)
      .filter((link) => !/README/.test(link))
      .map((link) => link!.replace('.zh-CN.md', '.md'))
      .toSorted()
  assert.deepEqual(links(chinese), links(english))
})

test('every link of the READMEs leads somewhere', () => {
  for (const link of matches(english + chinese, /\]\(([^)#]+)\)/g)) assert.ok(existsSync(join(ROOT, link)), link)
})

test('the figures are those of today (npm run docs writes them)', async () => {
  const { badges, withFigures } = (await import('../../scripts/docs/figures.mjs' as string)) as {
    badges(): string
    withFigures(): { file: string; text: string }[]
  }
  assert.equal(read('docs/badges.svg'), badges(), 'docs/badges.svg is stale: npm run docs')
  for (const { file, text } of withFigures()) assert.equal(read(file), text, `${file} is stale: npm run docs`)
})

test('the servers of your own are the files they name', () => {
  const blocks = [...(english + read('docs/guide.md')).matchAll(/```js\n\/\/ (\S+)\n([\s\S]*?)```/g)]
  assert.equal(blocks.length, 4)
  for (const [, file, code] of blocks) assert.equal(code, read(file!))
})

test('every npm script that a text names exists', () => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts)
  const named = matches(english + chinese + read('CONTRIBUTING.md'), /npm run ([a-z:]+)/g)
  assert.deepEqual(
    named.filter((name) => !scripts.includes(name!)),
    [],
  )
})
