// `npm run cluster`, as a reader starts it.
// Needs: redis-server
// Runs once: it starts four programs
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../examples/cluster/run.mjs', import.meta.url))

test('npm run cluster shows a session at three nodes, and what remains of it when one is killed', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  assert.match(stdout, /1\. initialize at n1: session n1\.[\w-]{32}\n/)
  assert.match(stdout, /tools\/call at n3, which has made the session of its record: \d+ parts, no error/)
  assert.match(stdout, /GET at n1, POST at n2 \(202\): on the stream came \{"jsonrpc":"2\.0","id":3,"result":\{\}\}/)
  assert.match(stdout, /goes on at n2: ping is answered by 200/)
  assert.match(stdout, /gone with its stream: 404, .*Open GET \/sse again/)
})
