// The measurements measure, and see a wrong reply. What the figures are is no matter of a test.
// Runs once: it looks at our measurements, not at the server.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { BARS } from '../../bench/bars.mjs'
import { fieldOf, FIELDS } from '../../bench/contestants.mjs'
import { Pool, Session } from '../../bench/lib/client.mjs'
import { startField, stopField } from '../../bench/lib/servers.mjs'
import { calls } from '../../bench/questions/calls.mjs'
import { garbage } from '../../bench/questions/garbage.mjs'
import { OF_NO_NODE } from '../../bench/questions/index.mjs'
import { waits } from '../../bench/questions/waits.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ways = Object.keys(FIELDS)
const WINDOWS = { ms: 100, rounds: 1, processes: 1, warmUpMs: [0, 0, 0] }
const MINIATURE = { ways, rivals: false, calls: WINDOWS, waits: WINDOWS, garbage: { processes: 1, calls: 200 } }

for (const { question, rowsPerWay } of [
  { question: calls, rowsPerWay: 3 },
  { question: waits, rowsPerWay: 2 },
  { question: garbage, rowsPerWay: 2 },
])
  test(`a miniature of ${question.name} calls ours and the floor in every way and shape, and every reply is right`, async () => {
    const rows = await question(MINIATURE)
    const ids = BARS.map(({ id }) => id).filter((id) => id.startsWith(`${question.name}-`))
    assert.deepEqual(
      rows.map(({ id }) => id),
      ids,
    )
    assert.equal(ids.length, ways.length * rowsPerWay)
    for (const row of rows) {
      assert.equal(row.void, undefined, row.id)
      const needsCpuTimes = question !== garbage && !row.id.endsWith('-p50')
      if (!needsCpuTimes || process.platform === 'linux') assert.ok(row.value > 0, row.id)
    }
  })

/** What a server answers to one call: the POST's answer, and over HTTP+SSE the event too. */
async function answerOf({ port, transport }, tool) {
  const pool = new Pool(port, 1)
  const session = await new Session(port, transport).open(pool)
  const event = transport === 'sse' && new Promise((resolve) => (session.onEvent = resolve))
  const { head, body } = await pool.request(session.callOf(tool, { text: 'a' }).bytes)
  const answer = { head: head.replace(/\r\nDate: [^\r]*/, ''), body, event: await event }
  session.close()
  pool.close()
  return answer
}

for (const way of ways)
  test(`the floor puts the same bytes on the wire as ours: ${way}`, async () => {
    const [floor, ours] = await startField(fieldOf(way, { rivals: false }), 1)
    try {
      for (const tool of ['echo', 'wait']) assert.deepEqual(await answerOf(floor, tool), await answerOf(ours, tool))
    } finally {
      await stopField([floor, ours])
    }
  })

test('a server that echoes something else voids its rows, and the run fails', () => {
  const settings = ['--quick', '--no-rivals', '--node', 'here', '--only', 'calls', '--ways', 'sse']
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

test('RESULTS.md has a row for each bar and Node, with a verdict', () => {
  const page = readFileSync(new URL('../../bench/RESULTS.md', import.meta.url), 'utf8')
  const rows = page.split('\n').map((line) => line.split(' | '))
  const nodes = page.match(/^## Node \d+\.\d+\.\d+$/gm)
  assert.ok(nodes.length > 0)
  for (const { id, what } of BARS) {
    const found = rows.filter(([cell]) => cell === `| ${what}`)
    assert.equal(found.length, OF_NO_NODE.includes(id.split('-')[0]) ? 1 : nodes.length, what)
    for (const row of found) assert.match(row[3], /^(met|missed|void|not measured)$/, what)
  }
})
