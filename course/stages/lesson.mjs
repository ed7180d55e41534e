// What the tests of lessons 4, 5, 6, 9 and 10 share: they start the server that grows, and hold it against a stage.
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { test } from '../named.mjs'
import { runCheck, targetOf } from './check.mjs'
import { startServer } from './start.mjs'

/** The file that is tested: what the runner says, or the exercise of this lesson. */
export const fileOf = (url) => process.env.LESSON_FILE ?? fileURLToPath(new URL('exercise.mjs', url))

const begun = []
after(() => Promise.all(begun.map((starting) => starting.then((server) => server.close()).catch(() => {}))))

/** Starts a server of its own for a test; it ends with the tests. */
export function begin(file, env) {
  const starting = startServer(file, env)
  starting.catch(() => {}) // each test that needs it will tell
  begun.push(starting)
  return starting
}

/** A test that begins at once, with all others: a server that is silent is waited for once. */
export function testAtOnce(en, zh, run) {
  const outcome = run()
  outcome.catch(() => {}) // the test will tell
  test(en, zh, () => outcome)
}

/** A test for each check of a stage. */
export function testStage({ checks }, starting, known) {
  for (const check of checks)
    testAtOnce(check.en, check.zh, async () => {
      const { url } = await starting
      const { outcome, reason } = await runCheck(check, targetOf(url, known))
      assert.ok(outcome === 'passed', reason)
    })
}
