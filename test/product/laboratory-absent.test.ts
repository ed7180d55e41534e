// Where the laboratory is not: in a server that is set up for others, and in the package.
import assert from 'node:assert/strict'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isForUsAlone } from '../../src/app/laboratory.ts'
import { flagOf, readSettings, SETTINGS, variableOf } from '../../src/app/settings.ts'
import { LIMITS } from '../../src/index.ts'
import { npmCli } from '../support/npm-cli.ts'
import { request } from '../support/wire.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SECRET = '0123456789abcdefghijABCDEFGHIJ-_~'
const NAME = 'lab.example'

/** A value of each setting, with what it needs beside it, and whether the laboratory is there then. */
const VALUES: Record<string, readonly [isThere: boolean, value: string, beside?: Record<string, string>]> = {
  port: [true, '0'],
  host: [false, '127.0.0.2', { AUTH_TOKEN: SECRET, ALLOWED_HOSTS: NAME }],
  allowedHosts: [false, NAME],
  allowedOrigins: [false, 'https://lab.example'],
  anyUrl: [true, 'off'],
  publicUrl: [false, 'https://lab.example/hn'],
  trustProxy: [false, 'loopback'],
  authToken: [false, SECRET],
  authIssuer: [false, 'https://issuer.example', { PUBLIC_URL: 'https://lab.example' }],
  authScopes: [false, 'read', { AUTH_ISSUER: 'https://issuer.example', PUBLIC_URL: 'https://lab.example' }],
  allowUnauthorized: [false, 'yes'],
  serverSecret: [true, SECRET],
  nodeId: [false, 'n1'],
  redisUrl: [false, 'redis://127.0.0.1:9'],
  redisPrefix: [false, 'lab'],
  metrics: [true, 'yes'],
  hnSource: [true, 'snapshot'],
  hnBaseUrl: [true, 'http://127.0.0.1:9/v0'],
  ...Object.fromEntries(Object.entries(LIMITS).map(([name, [without]]) => [name, [true, String(without)] as const])),
}

/** Routes of the laboratory, and how each is asked. Where it is, none of them is a 404. */
const ROUTES = [
  ['GET', '/lab/api/ticks'],
  ['POST', '/lab/api/next'],
  ['POST', '/lab/api/cut-mcp'],
  ['GET', '/lab/api/chats'],
  ['GET', '/lab/api/chat'],
  ['POST', '/lab/tools/mcp'],
  ['POST', '/lab/tools/messages'],
  ['POST', '/lab/two/messages'],
] as const

function start(env: Record<string, string>, main = join(ROOT, 'dist', 'main.js')): ChildProcess {
  return spawn(process.execPath, [main], {
    env: { ...process.env, HN_SOURCE: 'snapshot', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'ignore'], // refusals are lines of its log
  })
}

/** What a server prints and answers, each route of the laboratory by its status; then it is ended. */
async function look(child: ChildProcess, address = '127.0.0.1') {
  const ended = once(child, 'close')
  try {
    let banner = ''
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (banner += chunk))
    while (!banner.includes('Ctrl-C')) {
      await Promise.race([once(child.stdout!, 'data'), ended])
      assert.equal(child.exitCode, null, 'it has started')
    }
    const { host, port } = new URL(/http:\S+/.exec(banner)![0])
    const ask = (method: string, path: string) => request(method, `http://${address}:${port}${path}`, { host })
    const statuses = new Map<string, number>()
    for (const [method, path] of ROUTES) statuses.set(path, (await ask(method, path)).status)
    const told = JSON.parse((await ask('GET', '/lab/course.json')).text) as { course: boolean; page?: boolean }
    const pages = [
      (await ask('GET', '/lab/')).status,
      (await ask('GET', '/lab')).status,
      (await ask('GET', '/')).status,
    ]
    const health = (await ask('GET', '/health')).text
    return { banner, statuses, ...told, pages, health }
  } finally {
    child.kill()
    await ended
  }
}

type Seen = Awaited<ReturnType<typeof look>>

function assertThere({ banner, statuses, course }: Seen): void {
  for (const [path, status] of statuses) assert.notEqual(status, 404, path)
  assert.equal(course, true)
  assert.match(banner, /\/lab\/\n/)
  assert.match(banner, /npm run lesson/)
}

function assertAbsent({ banner, statuses, course, page, pages, health }: Seen): void {
  for (const [path, status] of statuses) assert.equal(status, 404, path)
  assert.equal(course, false)
  assert.doesNotMatch(banner, /\/lab\/|course|lesson/)
  assert.deepEqual(pages, page === false ? [404, 404, 200] : [200, 308, 200])
  assert.equal(health, '{"status":"ok"}\n')
}

test('every setting stands in the table of this test: whoever adds one says whether it is for others', () => {
  assert.deepEqual(Object.keys(VALUES).toSorted(), [...SETTINGS.keys()].toSorted())
})

test('any setting that is for others takes the laboratory away by itself, and one that nobody knows does too', () => {
  for (const [name, [isThere, value]] of Object.entries(VALUES)) {
    assert.equal(isForUsAlone(readSettings([`--${flagOf(name)}`, value], {})), isThere, `--${flagOf(name)}`)
    assert.equal(isForUsAlone(readSettings([], { [variableOf(name)]: value })), isThere, variableOf(name))
  }
  assert.equal(isForUsAlone({ help: false, newSetting: 'x' } as object), false)
  for (const host of ['127.0.0.1', '::1', 'localhost']) assert.equal(isForUsAlone({ host }), true)
  for (const host of ['0.0.0.0', '::', '192.0.2.1', '127.0.0.1.example', ''])
    assert.equal(isForUsAlone({ host }), false)
})

const isLimit = (name: string) => name in LIMITS && name !== 'maxSessions' // they are all read alike

/** A server that cannot reach its engine does not start; what the setting means is judged above. */
const needsEngine = (name: string) => name === 'redisUrl'

for (const [name, [isThere, value, beside]] of Object.entries(VALUES).filter(
  ([each]) => !isLimit(each) && !needsEngine(each),
))
  test(
    `over the wire with ${variableOf(name)}=${value} the laboratory is ${isThere ? 'there' : 'not there'}`,
    { skip: value === '127.0.0.2' && process.platform !== 'linux' && 'only Linux has that address by itself' },
    async () => {
      const seen = await look(start({ ...beside, [variableOf(name)]: value }), name === 'host' ? value : undefined)
      if (isThere) assertThere(seen)
      else assertAbsent(seen)
    },
  )

test('over the wire without any setting it is there', async () => assertThere(await look(start({}))))

const copy = mkdtempSync(join(tmpdir(), 'sse-mcp-packed-'))
after(() => rmSync(copy, { recursive: true, force: true }))

test('the package has no file of the laboratory, neither its page nor its server part, and starts without it', async () => {
  const args = [npmCli(), 'pack', '--dry-run', '--json', '--ignore-scripts']
  const listed = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
  const [{ files }] = JSON.parse(listed) as [{ files: { path: string }[] }]
  const paths = files.map(({ path }) => path)
  assert.ok(paths.includes('dist/main.js'))
  // Of the course it has what `sse-mcp check` is made of, and nothing else.
  const isChecker = (path: string) =>
    /^course\/(say\.mjs$|stages\/|02-the-format-to-the-last-byte\/solution\.mjs$)/.test(path)
  assert.deepEqual(
    paths.filter(
      (path) =>
        (path.startsWith('course/') && !isChecker(path)) ||
        /^(site|test|web\/laboratory)\//.test(path) ||
        /count-slowly|order-coffee|ticks\.mjs/.test(path),
    ),
    [],
  )
  for (const path of paths) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    cpSync(join(ROOT, path), join(copy, path))
  }
  mkdirSync(join(copy, 'node_modules'))
  symlinkSync(join(ROOT, 'node_modules/ajv'), join(copy, 'node_modules/ajv'), 'junction')
  assert.equal(JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')).scripts.course, undefined)
  const seen = await look(start({}, join(copy, 'dist', 'main.js')))
  assertAbsent(seen)
  assert.equal(seen.page, false)
})
