// The pages on mounting and testing: both languages have the same code, which is that of the examples.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found!)
const codeIn = (file: string) => all(read(file), /^```\w+\n([^]*?)^```/gm)

for (const page of ['mounting', 'testing']) {
  test(`docs/${page}: both languages have the same code, headings, rows and links`, () => {
    const [english, chinese] = [`docs/${page}.md`, `docs/${page}.zh-CN.md`] as const
    assert.deepEqual(codeIn(chinese), codeIn(english))
    for (const pattern of [/^(#+) /gm, /^(\|)/gm])
      assert.equal(all(read(chinese), pattern).length, all(read(english), pattern).length)
    for (const file of [english, chinese])
      for (const link of all(read(file), /\]\(([^)#]+)\)/g)) assert.ok(existsSync(join(ROOT, 'docs', link)), link)
  })
}

test('docs/mounting has every example, as it is, and the recipe for Koa, which the test of frameworks runs', () => {
  const files = readdirSync(join(ROOT, 'examples/mount')).map((name) => read(`examples/mount/${name}`))
  const koa = (code: string) => code.startsWith('// Koa, ')
  assert.deepEqual(
    codeIn('docs/mounting.md')
      .filter((code) => !koa(code))
      .toSorted(),
    files.toSorted(),
  )
  assert.equal(codeIn('docs/mounting.md').filter(koa).length, 1)
})

test('docs/testing has the example, as it is, and its tests pass', () => {
  assert.deepEqual(codeIn('docs/testing.md'), [read('examples/testing/test.mjs')])
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const run = spawnSync(process.execPath, ['--test', 'examples/testing/test.mjs'], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  })
  assert.equal(run.status, 0, run.stdout + run.stderr)
  assert.match(run.stdout, /pass 2/)
})
