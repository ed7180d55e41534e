// What one warm tools/call executes, counted: no time is measured, so no machine is too slow for it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const walk = spawnSync(process.execPath, ['course/walk.mjs', 'count'], {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  // A coverage of its own is counted there: what the messages are checked with must not be in it.
  env: { ...process.env, NODE_OPTIONS: '' },
  encoding: 'utf8',
})
const walks = [...walk.stdout.matchAll(/over (.+) executes (\d+) lines of src in (\d+) files/g)]

test('one call is walked over each of the three transports', () => {
  assert.deepEqual(
    walks.map(([, transport]) => transport),
    ['HTTP+SSE', 'Streamable HTTP', 'stateless HTTP'],
    walk.stderr,
  )
})

for (const [, transport, lines, files] of walks)
  test(`a call over ${transport} executes no more than 600 lines in 33 files`, () => {
    assert.ok(Number(lines) <= 600 && Number(files) <= 33, `${lines} lines in ${files} files`)
  })
