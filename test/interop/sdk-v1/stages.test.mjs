// The stages of the course on the official SDK's server, and the official Inspector's command line on the server that a
// learner has after lesson 6.
// Needs: sdk-v1
import assert from 'node:assert/strict'
import { after, before, test as nodeTest } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startServer } from '../../../course/stages/start.mjs'
import { runProgram } from './server.mjs'
import { startStageServer } from './stage-server.mjs'

process.env.CHECK_PATIENCE_MS = '20000' // before the stages are loaded
const { runStage, stages, targetOf } = await import('../../../course/stages/check.mjs')

const test = (name, run) => nodeTest(name, { timeout: 300_000 }, run)
const CLI = fileURLToPath(new URL('node_modules/@modelcontextprotocol/inspector/cli/build/cli.js', import.meta.url))
const SOLUTION = fileURLToPath(new URL('../../../course/06-a-tool/solution.mjs', import.meta.url))

let official
let learner
before(async () => {
  official = await startStageServer()
  learner = await startServer(SOLUTION)
})
after(async () => {
  official?.close()
  await learner?.close()
})

/** What does not apply to the official server: its SSE has no ids, and no tool of it takes a while. */
const SKIPPED = new Map([
  [4, 1],
  [9, 2],
])

for (const stage of stages.filter(({ number }) => number !== 10))
  test(`stage ${stage.number} passes on the official server`, async () => {
    const outcomes = await runStage(stage, targetOf(official.url))
    const failed = outcomes.filter(({ outcome }) => outcome === 'failed').map(({ reason }) => reason)
    assert.deepEqual(failed, [])
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'skipped').length, SKIPPED.get(stage.number) ?? 0)
  })

const inspector = (...args) => runProgram([CLI, '--cli', `${learner.url}/sse`, '--transport', 'sse', ...args])

test('the official Inspector lists the tool of a learner, and calls it', async () => {
  const list = await inspector('--method', 'tools/list')
  assert.deepEqual([list.code, list.stderr], [0, ''])
  assert.deepEqual(
    JSON.parse(list.stdout).tools.map(({ name }) => name),
    ['get-hackernews-item'],
  )
  const args = ['--method', 'tools/call', '--tool-name', 'get-hackernews-item', '--tool-arg', 'id=21511019']
  const call = await inspector(...args)
  assert.deepEqual([call.code, call.stderr], [0, ''])
  assert.equal(JSON.parse(JSON.parse(call.stdout).content[0].text).id, 21511019)
})
