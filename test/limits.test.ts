// One name everywhere for each limit, and one table of them, from which the pages are made.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { LIMITS, serve } from '../src/index.ts'
import { flagOf, help, readSettings, SETTINGS, variableOf } from '../src/settings.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

test('the pages of limits are those of the table', async () => {
  const { limitPages } = (await import(pathToFileURL(`${ROOT}scripts/limits.mjs`).href)) as {
    limitPages(): Promise<Map<string, string>>
  }
  for (const [path, text] of await limitPages())
    assert.equal(readFileSync(ROOT + path, 'utf8'), text, `${path} is stale: npm run limits`)
})

test('each limit is an option, a variable and a flag of one name; the flag wins', () => {
  assert.deepEqual([variableOf('maxSessions'), flagOf('maxSessions')], ['MAX_SESSIONS', 'max-sessions'])
  for (const name of Object.keys(LIMITS)) {
    assert.deepEqual(readSettings([], { [variableOf(name)]: '7' }), { help: false, [name]: 7 })
    assert.deepEqual(readSettings([`--${flagOf(name)}`, '8'], { [variableOf(name)]: '7' }), { help: false, [name]: 8 })
  }
})

test('what is no limit is refused in one sentence that names the variable and the flag', async () => {
  for (const bad of ['-1', '1.5', 'x', '1e3', '9'.repeat(16)])
    assert.throws(() => readSettings([], { MAX_SESSIONS: bad }), {
      message: `MAX_SESSIONS (--max-sessions) must be a whole number, not "${bad}".`,
    })
  for (const bad of [NaN, -1, 1.5, Infinity])
    await assert.rejects(serve({ name: 't', version: '1', port: 0, maxSessions: bad }), {
      name: 'TypeError',
      message: `maxSessions must be a whole number of at least 0, not ${bad}.`,
    })
})

test('an unknown flag says where the known ones are, and --help lists each with its variable and its default', () => {
  assert.throws(() => readSettings(['--max-session', '1'], {}), { message: /--max-session'\. --help lists all/ })
  assert.deepEqual(readSettings(['--help'], {}), { help: true })
  const text = help()
  for (const [name, [, without]] of SETTINGS)
    assert.match(
      text,
      new RegExp(`^--${flagOf(name)} +${variableOf(name)} +${without.replace(/[[\]]/g, '\\$&')} `, 'm'),
    )
})

test('README has every setting that is no limit, in both languages', () => {
  for (const file of ['README.md', 'README.zh-CN.md']) {
    const text = readFileSync(ROOT + file, 'utf8')
    for (const name of SETTINGS.keys())
      if (!(name in LIMITS))
        assert.ok(text.includes(`| \`${variableOf(name)}\` | \`--${flagOf(name)}\` |`), `${file}: ${name}`)
  }
})
