// The licences of all packages, by what the lock files say.
// Runs once: it reads files, whatever the Node.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const { isTaken, lockFiles, problemsOf } = (await import('../../scripts/licences.mjs' as string)) as {
  isTaken(licence: string, taken: ReadonlySet<string>): boolean
  lockFiles(): string[]
  problemsOf(file: string): string[]
}

test('no lock file has a package whose licence is not taken', () => {
  const files = lockFiles()
  assert.ok(files.includes(join(ROOT, 'package-lock.json')) && files.length >= 9)
  assert.deepEqual(files.flatMap(problemsOf), [])
})

test('of an OR one licence is enough, of an AND each has to be taken', () => {
  const taken = new Set(['MIT', 'ISC'])
  assert.ok(isTaken('(WTFPL OR MIT)', taken))
  assert.ok(isTaken('MIT AND ISC', taken))
  for (const licence of ['GPL-3.0-only', 'MIT AND GPL-3.0-only', 'UNLICENSED', 'SEE LICENSE IN LICENSE'])
    assert.equal(isTaken(licence, taken), false, licence)
})
