// Every promise of SECURITY.md, in its order, with tests that would fail if it were false.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** The promise, as its line begins, and a part of the title of each test, by file. */
const PROMISES: Record<string, Record<string, readonly string[]>> = {
  'Nobody’s page.': {
    'test/transports/guard.test.ts': ['T-20', 'T-21'],
    'test/interop/sdk-v1/page-stranger.test.mjs': ['stranger'],
    'test/robustness/abuse/host-origin.mjs': ['T-20', 'T-21'],
    'test/transports/http-edge.test.ts': ['/health'],
  },
  'Nobody else’s answers.': {
    'test/transports/http-sse.test.ts': ['forty sessions with the same ids at once, and no answer goes astray'],
    'test/robustness/abuse/cross-talk.mjs': ['T-46'],
    'test/unit/auth/auth.test.ts': ['T-85'],
    'test/robustness/abuse/event-ids.mjs': ['T-47'],
  },
  'Nothing without a bound.': {
    'test/robustness/weight.test.ts': [
      'fifty subscriptions/listen',
      'fifty bodies that never end',
      'fifty readers who take up',
    ],
    'test/robustness/running-calls.test.ts': ['no more than maxRunning calls run at once'],
    'test/robustness/shares.test.ts': ['half of the places for one principal', 'half of all for one caller'],
    'test/product/limits.test.ts': ['the pages of limits are those of the table'],
  },
  'Nothing stops it.': {
    'test/robustness/late-calls.test.ts': ['after the answer nothing is said, and nothing throws'],
    'test/product/log.test.ts': ['lines that cannot be written end no server'],
    'test/transports/json-bodies.test.ts': ['illegal'],
    'test/robustness/naughty-strings.test.ts': ['the server lives'],
    'test/robustness/abuse/event-loop.mjs': ['T-62'],
  },
  'Nothing leaks.': {
    'test/robustness/abuse/information-leaks.mjs': ['T-14'],
    'test/robustness/naughty-strings.test.ts': ['the caller does not see it'],
    'test/unit/auth/auth.test.ts': ['T-86'],
  },
  'Nobody by surprise.': { 'test/product/start.test.ts': ['another address'] },
  'Keys that change.': { 'test/unit/auth/issuer-keys.test.ts': ['5 s', '24'] },
  'Little to trust.': {
    'test/product/house.test.ts': ['ajv is the only dependency at run time', 'npm ls knows of ajv and nothing else'],
    'test/unit/tools/hacker-news-upstream.test.ts': ['T-70'],
  },
}

const promisesOf = (file: string) =>
  [...read(file).matchAll(/^- \*\*(.+?)\*\*/gm)].map(([, promise]) => promise!.replaceAll("'", '’'))

test('SECURITY.md promises what is listed here, and the Chinese page as much', () => {
  const english = promisesOf('SECURITY.md').slice(0, Object.keys(PROMISES).length)
  assert.deepEqual(english, Object.keys(PROMISES))
  assert.equal(promisesOf('SECURITY.zh-CN.md').length, promisesOf('SECURITY.md').length)
})

for (const [promise, files] of Object.entries(PROMISES))
  test(`"${promise}" is held by tests that are there`, () => {
    for (const [file, parts] of Object.entries(files))
      for (const part of parts) assert.ok(read(file).includes(part), `${file} has no test with ${JSON.stringify(part)}`)
  })
