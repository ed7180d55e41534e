// One name everywhere for each limit, and one table of them, from which the pages are made.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { createMcpHandler, defineTool, LIMITS, serve, type SocketLimits } from '../../src/index.ts'
import { flagOf, help, readSettings, SETTINGS, variableOf } from '../../src/app/settings.ts'
import { callAfter } from '../../src/bounds/deadline.ts'
import { limitsFrom } from '../../src/bounds/limits.ts'
import { openStream, watchSlowReader } from '../../src/sse/index.ts'
import { timeLimit } from '../../src/upstream/abort.ts'
import { readOptions } from '../../src/tools/hacker-news-options.ts'
import { createHackerNews } from '../../src/tools/hacker-news.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

test('the pages of limits are those of the table', async () => {
  const { limitPages } = (await import(pathToFileURL(`${ROOT}scripts/docs/limits.mjs`).href)) as {
    limitPages(): Promise<Map<string, string>>
  }
  for (const [path, text] of await limitPages())
    assert.equal(readFileSync(ROOT + path, 'utf8'), text, `${path} is stale: npm run docs`)
})

test('each limit is a name under `limits`, a variable and a flag; the flag wins', () => {
  assert.deepEqual([variableOf('maxSessions'), flagOf('maxSessions')], ['MAX_SESSIONS', 'max-sessions'])
  for (const name of Object.keys(LIMITS)) {
    const env = { [variableOf(name)]: '7' }
    assert.deepEqual(readSettings([], env), { help: false, limits: { [name]: 7 } })
    assert.deepEqual(readSettings([`--${flagOf(name)}`, '8'], env), { help: false, limits: { [name]: 8 } })
  }
})

const NAMES = Object.keys(LIMITS) as (keyof SocketLimits)[]
const all = (limits: object) => limitsFrom('serve', { limits })
const LONGEST_MS = 2 ** 31 - 1
const MAY_BE_ZERO = ['keepAliveMs', 'drainMs', 'shutdownMs']
const bounds = (name: string): [least: number, most: number] => [
  MAY_BE_ZERO.includes(name) ? 0 : 1,
  name.endsWith('Ms') ? LONGEST_MS : name.endsWith('Bytes') ? 2 ** 29 - 24 : Number.MAX_SAFE_INTEGER,
]

test('what no limit can be is refused in one sentence that has its three names, however it was set', async () => {
  for (const name of NAMES) {
    const [least, most] = bounds(name)
    const names = `${variableOf(name)} (--${flagOf(name)}, option limits.${name})`
    const refusal = (given: string) => ({
      name: 'TypeError',
      message: `${names} must be a whole number from ${least} to ${most}, not ${given}.`,
    })
    const odd = [NaN, -1, 1.5, Infinity, -Infinity, least - 1, most + 1, null, '5', true, {}, [], [5], 5n, Symbol('x')]
    for (const bad of odd) {
      const given = typeof bad === 'string' ? `"${bad}"` : inspect(bad, { depth: 0 })
      assert.throws(() => all({ [name]: bad }), refusal(given))
    }
    for (const bad of ['-1', '+1', '1.5', '1e3', '0x10', 'x', ' 5', 'Infinity', '9'.repeat(17)]) {
      assert.throws(() => readSettings([], { [variableOf(name)]: bad }), refusal(JSON.stringify(bad)))
      assert.throws(() => readSettings([`--${flagOf(name)}=${bad}`], {}), refusal(JSON.stringify(bad)))
    }
    for (const bad of [least - 1, most + 1].filter((each) => each >= 0 && Number.isSafeInteger(each)))
      assert.throws(() => readSettings([], { [variableOf(name)]: String(bad) }), refusal(String(bad)))
    for (const good of [least, most]) {
      assert.equal(all({ [name]: good })[name], good)
      assert.equal(readSettings([], { [variableOf(name)]: String(good) }).limits?.[name], good)
    }
    assert.equal(all({ [name]: undefined })[name], LIMITS[name][0])
  }
  await assert.rejects(serve({ name: 't', version: '1', port: 0, limits: { maxSessions: 0 } }), {
    message: /^MAX_SESSIONS /,
  })
  assert.throws(() => createMcpHandler({ name: 't', version: '1', limits: { unreadMs: 3e9 } }), {
    message: /^UNREAD_MS /,
  })
})

test('a part is no longer than its whole: where one of the two is set alone, the other follows', async () => {
  const [part, whole] = ['drainMs', 'shutdownMs'] as const
  assert.deepEqual(pick(all({ [whole]: 5 }), part, whole), [5, 5])
  assert.deepEqual(pick(all({ [part]: 60_000 }), part, whole), [60_000, 60_000])
  assert.deepEqual(pick(all({ [part]: 7, [whole]: 8 }), part, whole), [7, 8])
  assert.throws(() => all({ [part]: 8, [whole]: 7 }), {
    name: 'TypeError',
    message: new RegExp(
      `${variableOf(part)} .*, option limits.${part}\\) must be at most ${variableOf(whole)} \\(.*part`,
    ),
  })
  // Of heads and requests, both are constants. Node itself throws where a head may take longer than a request.
  const { server, close } = await serve({ name: 't', version: '1', port: 0 })
  assert.deepEqual([server.headersTimeout, server.requestTimeout], [10_000, 20_000])
  await close()
})
const pick = (limits: SocketLimits, ...names: (keyof SocketLimits)[]) => names.map((name) => limits[name])

test('the time of a tool is a whole number of milliseconds, or Infinity', () => {
  const tool = (timeoutMs?: unknown) =>
    defineTool({ name: 't', inputSchema: { type: 'object' }, timeoutMs: timeoutMs as number, run: () => '' })
  for (const bad of [0, -1, 1.5, NaN, -Infinity, 2 ** 53, null, '1000', {}, 5n])
    assert.throws(() => tool(bad), {
      name: 'TypeError',
      message: /^Tool t: timeoutMs, unless it is Infinity, must be a whole number from 1 to 9007199254740991, not /,
    })
  for (const good of [1, LONGEST_MS, 30 * 86_400_000, Infinity]) assert.equal(tool(good).timeoutMs, good)
  assert.equal(tool().timeoutMs, 60_000)
})

test('a stream is not opened with milliseconds that no timer can wait, and says nothing before', () => {
  for (const name of ['keepAliveMs', 'unreadMs'])
    for (const bad of [-1, 1.5, NaN, Infinity, 2 ** 31, '5', null, ...(name === 'unreadMs' ? [0] : [])]) {
      const untouched = {} as ServerResponse // whatever is called of it throws another message
      assert.throws(() => openStream(untouched, { [name]: bad }), {
        name: 'TypeError',
        message: new RegExp(`^${name} must be`),
      })
    }
  assert.throws(() => watchSlowReader({} as ServerResponse, 3e9, () => {}), { message: /^unreadMs must be/ })
})

test('what Hacker News is asked for, and for how long, is checked under its name', () => {
  const numbers = {
    connectMs: 1,
    requestMs: 1,
    answerBytes: 1,
    requestsPerCall: 1,
    requests: 1,
    waiting: 0,
    backoffMs: 0,
    retryAfterMs: 0,
    keepItemMs: 0,
    keptItems: 0,
    itemLength: 1,
    keepFailureMs: 0,
    offlineMs: 0,
    marginMs: 0,
  }
  for (const [name, least] of Object.entries(numbers)) {
    for (const bad of [least - 1, 0.5, NaN, Infinity, 3e9, null, '5'])
      assert.throws(() => createHackerNews({ [name]: bad }), {
        name: 'TypeError',
        message: new RegExp(`^createHackerNews: ${name} must be a whole number from ${least} to `),
      })
    for (const good of [least, 1_000, undefined]) createHackerNews({ [name]: good })
  }
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

test('the page of settings has every one that is no limit, in both languages', () => {
  for (const file of ['docs/settings.md', 'docs/settings.zh-CN.md']) {
    const text = readFileSync(ROOT + file, 'utf8')
    for (const name of SETTINGS.keys())
      if (!(name in LIMITS))
        assert.ok(text.includes(`| \`${variableOf(name)}\` | \`--${flagOf(name)}\` |`), `${file}: ${name}`)
  }
})

test('a deadline that never comes is no timer that fires at once', (t) => {
  const waited = t.mock.method(globalThis, 'setTimeout')
  for (const ms of [Infinity, 2 ** 31, 1e12]) timeLimit(new AbortController().signal, ms, new Error('late')).abort()
  assert.deepEqual(
    waited.mock.calls.map(({ arguments: [, ms] }) => ms),
    [LONGEST_MS, LONGEST_MS, LONGEST_MS],
  )
})

test('thirty days are thirty days, though no timer of Node’s waits so long; Infinity never comes', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const came: string[] = []
  const days = (count: number) => {
    for (let n = 0; n < count; n++) t.mock.timers.tick(86_400_000)
  }
  callAfter(30 * 86_400_000, () => came.push('thirty days'))
  callAfter(Infinity, () => came.push('never'))
  callAfter(5, () => came.push('5 ms'))
  const stop = callAfter(40 * 86_400_000, () => came.push('stopped'))
  days(29)
  stop()
  assert.deepEqual(came, ['5 ms'])
  days(2)
  assert.deepEqual(came, ['5 ms', 'thirty days'])
  days(100)
  assert.equal(came.length, 2)
})

test('what is kept of Hacker News is kept by the monotonic clock', (t) => {
  t.mock.method(performance, 'now', () => 42)
  assert.equal(readOptions({}).now(), 42)
})

test('who sets one bound on what waits for a reader means answers too, and all streams hold more than one does', () => {
  const of = (limits: Partial<SocketLimits>) => {
    const { maxUnreadBytes, maxUnreadAnswers, maxUnreadTotal } = all(limits)
    return [maxUnreadBytes, maxUnreadAnswers, maxUnreadTotal].map((bytes) => bytes / 2 ** 20)
  }
  assert.deepEqual(of({}), [1, 16, 64])
  assert.deepEqual(of({ maxUnreadBytes: 256 * 2 ** 20 }), [256, 256, 1024])
  assert.deepEqual(of({ maxUnreadBytes: 2 ** 18 }), [0.25, 0.25, 64])
  assert.deepEqual(of({ maxUnreadBytes: 2 ** 18, maxUnreadAnswers: 2 ** 20, maxUnreadTotal: 2 ** 22 }), [0.25, 1, 4])
})
