// The official conformance suite, all revisions it knows, against the fixture of test/conformance.
// Needs: conformance
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { defineTool, serve } from '../../src/index.ts'
import { post } from '../support/wire.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'sse-mcp-conformance-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'counts.json')
const run = spawnSync(process.execPath, ['test/conformance/run.mjs', '--json', file], {
  cwd: ROOT,
  encoding: 'utf8',
  timeout: 600_000,
})

interface Sum {
  passed: number
  scenarios: number
  checks: number
  failures: number
  warnings: number
}
const counts = (set: string, part: string): Sum => {
  assert.ok(existsSync(file), run.stdout + run.stderr)
  return (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, Sum>>)[set]![part]!
}

for (const [set, part, scenarios, checks] of [
  ['2025-11-25', 'scored', 30, 69],
  ['2025-11-25', 'unscored', 3, 14],
  ['2026-07-28', 'scored', 37, 120],
  ['2026-07-28', 'unscored', 3, 32],
  ['2025-06-18', 'scored', 27, 56],
  ['2025-03-26', 'scored', 1, 3],
] as const)
  test(`all ${scenarios} scenarios pass without a warning: ${set}, ${part}`, () => {
    const clean = { passed: scenarios, scenarios, checks, failures: 0, warnings: 0 }
    assert.deepEqual(counts(set, part), clean, run.stdout)
  })

test('the script finds nothing to complain of', () => {
  assert.equal(run.status, 0, run.stdout + run.stderr)
})

test('the extension Tasks: nine scenarios pass, and the tenth the suite skips for every server', () => {
  const { checks, ...sum } = counts('2026-07-28', 'tasks')
  assert.deepEqual(sum, { passed: 9, scenarios: 10, failures: 0, warnings: 0, skipped: 1 }, run.stdout)
  assert.ok(checks >= 35, `${checks} checks`)
  assert.match(run.stdout, /^Skipped by the suite itself, which cannot check it yet:\n {2}tasks-status-notifications$/m)
})

// The suite tries this with the newest session revision only.
for (const version of ['2025-03-26', '2025-06-18'])
  test(`who cannot come back for the rest keeps the connection: ${version}`, async (t) => {
    const tool = defineTool({
      name: 'releases',
      inputSchema: { type: 'object' },
      run(_args, call) {
        call.releaseConnection(1)
        return 'here already'
      },
    })
    const { url, close } = await serve({ name: 'test', version: '1', tools: [tool], port: 0 })
    t.after(close)
    const ask = (id: number, method: string, params: object, headers = {}) =>
      post(`${url}/mcp`, { jsonrpc: '2.0', id, method, params }, headers)

    const opened = await ask(1, 'initialize', { protocolVersion: version, capabilities: {} })
    const session = { 'mcp-session-id': String(opened.headers['mcp-session-id']) }
    const { text } = await ask(2, 'tools/call', { name: 'releases' }, session)
    assert.deepEqual(JSON.parse(text).result.content, [{ type: 'text', text: 'here already' }])
  })
