// The measurements measure, and see a wrong reply. What the figures are is no matter of a test.
// Runs once: it looks at our measurements, not at the server.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { BARS } from '../../bench/bars.mjs'
import { FIELDS } from '../../bench/contestants.mjs'
import { calls } from '../../bench/questions/calls.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MINIATURE = { ms: 100, rounds: 1, processes: 1, warmUpMs: [0, 0, 0] }

test('a miniature run calls ours and the floor in every way and shape, and every reply is right', async () => {
  const rows = await calls({ quick: true, rivals: false, calls: MINIATURE })
  const ids = BARS.map(({ id }) => id).filter((id) => id.startsWith('calls-'))
  assert.deepEqual(
    rows.map(({ id }) => id),
    ids,
  )
  assert.equal(ids.length, Object.keys(FIELDS).length * 3)
  for (const row of rows) {
    assert.equal(row.void, undefined, row.id)
    if (row.id.endsWith('-p50') || process.platform === 'linux') assert.ok(row.value > 0, row.id)
  }
})

test('a server that echoes something else voids its rows, and the run fails', () => {
  const settings = ['--quick', '--no-rivals', '--only', 'calls', '--ways', 'sse']
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bench/run.mjs', ...settings], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, BENCH_SAYS: 'something else' },
  })
  assert.equal(status, 1, stdout + stderr)
  assert.equal(stdout.match(/^ {2}void /gm)?.length, 3, stdout)
  assert.match(stderr, /void: calls-sse-1x32: floor: wrong reply: .*something else/)
  assert.match(stderr, /void: calls-sse-p50: floor: wrong reply: .*something else/)
})

test('RESULTS.md has a row for each bar, with a verdict', () => {
  const page = readFileSync(new URL('../../bench/RESULTS.md', import.meta.url), 'utf8')
  const rows = page.split('\n').map((line) => line.split(' | '))
  for (const { what } of BARS) {
    const found = rows.filter(([cell]) => cell === `| ${what}`)
    assert.equal(found.length, 1, what)
    assert.match(found[0][3], /^(met|missed|void|not measured)$/, what)
  }
})
