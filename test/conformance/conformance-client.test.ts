// The client scenarios of the official conformance suite, against the client of the laboratory.
// Needs: conformance
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const folder = mkdtempSync(join(tmpdir(), 'sse-mcp-conformance-client-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'counts.json')
const run = spawnSync(process.execPath, ['test/conformance/run.mjs', '--client', '--json', file], {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  encoding: 'utf8',
  timeout: 600_000,
})
console.log(run.stdout)

const CHECKS = {
  initialize: 1,
  tools_call: 2,
  'sse-retry': 3,
  'request-metadata': 8,
  'http-standard-headers': 9,
  'http-custom-headers': 18,
  'http-invalid-tool-headers': 12,
  'sep-2322-client-request-state': 5,
  'elicitation-sep1034-client-defaults': 5,
  'json-schema-ref-no-deref': 1,
}

for (const [scenario, checks] of Object.entries(CHECKS))
  test(`the laboratory's client passes all ${checks} checks of ${scenario}, without a warning`, () => {
    assert.ok(existsSync(file), run.stdout + run.stderr)
    const counts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    assert.deepEqual(counts[scenario], { passed: 1, checks, failures: 0, warnings: 0 }, run.stdout)
  })

test('the script finds nothing to complain of, and runs no other scenario', () => {
  assert.equal(run.status, 0, run.stdout + run.stderr)
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object), Object.keys(CHECKS))
})
