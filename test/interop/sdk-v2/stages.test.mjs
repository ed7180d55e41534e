// The stages of the course on the official SDK 2's server. It has no HTTP+SSE, so stages 4 to 7 are not for it.
// Needs: sdk-v2
import assert from 'node:assert/strict'
import { after, before, test as nodeTest } from 'node:test'
import { startStageServer } from './stage-server.mjs'

process.env.CHECK_PATIENCE_MS = '20000' // before the stages are loaded
const { checkServer, runStage, stages, targetOf } = await import('../../../course/stages/check.mjs')

const test = (name, run) => nodeTest(name, { timeout: 300_000 }, run)
const KNOWN = {
  call: { name: 'greet', arguments: { who: 'you' } },
  slow: { name: 'count', arguments: { to: 3 } },
}

let official
before(async () => {
  official = await startStageServer()
})
after(() => official?.close())

/** What does not apply to it: it answers the versions of 2025 without sessions, so nothing can end or be resumed. */
const SESSIONLESS = [
  'a request without its session gets 400, one of an unknown session 404',
  'DELETE ends the session, or says 405',
  'a stream that broke goes on after Last-Event-ID, to the answer',
]

for (const [number, version, skipped] of [
  [9, '2025-03-26', SESSIONLESS],
  [9, '2025-06-18', SESSIONLESS],
  [9, '2025-11-25', SESSIONLESS],
  [10, '2026-07-28', []],
])
  test(`stage ${number} passes on the official SDK 2's server, ${version}`, async () => {
    const stage = stages.find((one) => one.number === number)
    const outcomes = await runStage(stage, targetOf(official.url, { version, ...KNOWN }))
    const of = (wanted) => stage.checks.filter((_, at) => outcomes[at].outcome === wanted).map(({ en }) => en)
    assert.deepEqual(
      outcomes.filter(({ outcome }) => outcome === 'failed').map(({ reason }) => reason),
      [],
    )
    assert.deepEqual(of('skipped'), skipped)
  })

test('npm run lesson check says of it what lesson 10 says: stages 4 to 7 are missing, 9 and 10 are there', async () => {
  const lines = []
  await checkServer(official.url, 'en', (line) => lines.push(line))
  const marks = lines.join('\n').matchAll(/^([●○]) +(\d+) {2}/gm)
  assert.deepEqual(
    Array.from(marks, ([, mark, number]) => `${number} ${mark}`),
    ['4 ○', '5 ○', '6 ○', '7 ○', '9 ●', '10 ●'],
  )
})
