// The official conformance suite against the same fixture, served by the fetch face.
// Needs: conformance
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'sse-mcp-conformance-fetch-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('by the fetch face every scenario of every set passes without a warning', () => {
  const file = join(folder, 'counts.json')
  const args = ['test/conformance/run.mjs', '--fetch', '--json', file]
  const run = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', timeout: 600_000 })
  assert.equal(run.status, 0, run.stdout + run.stderr)
  const counts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { scored: object }>
  const clean = (scenarios: number, checks: number) => ({
    passed: scenarios,
    scenarios,
    checks,
    failures: 0,
    warnings: 0,
  })
  assert.deepEqual(
    Object.entries(counts).map(([set, { scored }]) => [set, scored]),
    [
      ['2025-11-25', clean(30, 69)],
      ['2026-07-28', clean(37, 120)],
      ['2025-06-18', clean(27, 56)],
      ['2025-03-26', clean(1, 3)],
    ],
  )
})
