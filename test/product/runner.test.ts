// The runner of the tests finds every test file, and each says truly what it needs.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What `npm test -- …` would run, and what each file needs. */
function listed(...words: string[]): Map<string, string[]> {
  const args = ['scripts/test.mjs', '--list', ...words]
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
  assert.equal(stderr, '')
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([path, ...needs]) => [path!, needs]),
  )
}

/** Every test file of the repository, but for those of the lessons: test/product/course.test.ts runs them. */
function testFilesThere(): string[] {
  const folders = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const own = folders
    .map(({ name }) => name)
    .filter((name) => !['.git', 'course', 'dist', 'node_modules'].includes(name))
  return own
    .flatMap((folder) =>
      (readdirSync(join(ROOT, folder), { recursive: true }) as string[]).map((file) => join(folder, file)),
    )
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.test\.\w+$/.test(file) && !file.includes('node_modules/'))
}

test('npm test runs every test file there is', () => {
  assert.deepEqual([...listed().keys()].toSorted(), testFilesThere().toSorted())
})

test('npm test -- WORDS runs those with the words in their path', () => {
  const parser = [...listed('sse/parser').keys()]
  assert.deepEqual(parser, ['test/unit/sse/parser.test.ts'])
})

test('npm run test:unit runs what needs nothing but npm ci', () => {
  const unit = [...listed('--unit')]
  assert.ok(unit.length > 20)
  for (const [path, needs] of unit) assert.deepEqual(needs, [], path)
})

test('a file beside a package.json needs its packages, unless it imports none of them', () => {
  const needs = listed()
  for (const folder of ['sdk-v1', 'sdk-v2', 'frameworks', 'authorization'])
    for (const [path, parts] of needs)
      if (path.startsWith(`test/interop/${folder}/`)) assert.ok(parts.includes(folder), `${path} needs ${folder}`)
})
