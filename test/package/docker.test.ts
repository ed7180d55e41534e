// Needs: package
// The Dockerfile: linted, and its steps run here, in folders and without an engine.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { npmCli } from '../support/npm-cli.ts'
import { ROOT } from '../support/project.ts'
import { request } from '../support/wire.ts'
import { build, containerOptions, contextOf, instructionsOf, type Image } from './image.ts'

const { validate } = createRequire(import.meta.url)('dockerfile-utils') as { validate(text: string): object[] }

const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
const instructions = instructionsOf(text)
const all = (keyword: string) => instructions.filter((one) => one.keyword === keyword)

test('a linter has nothing to say of the Dockerfile', () => {
  assert.deepEqual(validate(text), [])
})

test('every base image names a version that package.json supports, and a small one', () => {
  for (const { words } of all('FROM')) assert.match(words[0]!, /^node:(2[02468])-alpine$/)
})

test('it ends with a user who is not root, one health check and one command, both without a shell', () => {
  const last = instructions.slice(instructions.findLastIndex(({ keyword }) => keyword === 'FROM'))
  assert.deepEqual(
    last.filter(({ keyword }) => ['USER', 'HEALTHCHECK', 'CMD'].includes(keyword)).map(({ keyword }) => keyword),
    ['USER', 'HEALTHCHECK', 'CMD'],
  )
  assert.equal(all('USER')[0]!.text, 'node')
  for (const keyword of ['HEALTHCHECK', 'CMD'])
    assert.ok(Array.isArray(JSON.parse(all(keyword)[0]!.text.replace(/^CMD /, ''))))
  assert.deepEqual(all('ADD'), [], 'COPY does not fetch and unpack')
  for (const { words } of all('WORKDIR')) assert.match(words[0]!, /^\//)
  for (const { flags, words } of all('COPY'))
    assert.ok(flags['chown'] === undefined && !words.includes('.'), 'what runs owns nothing')
})

test('the context holds no secret, no history and no packages', () => {
  const { has } = contextOf(ROOT)
  for (const path of ['.git', '.env', 'node_modules', 'dist', 'test', 'course', 'Dockerfile'])
    assert.equal(has(path), false, path)
})

const isWindows = process.platform === 'win32' && 'its steps are for a shell of Unix'

/** Runs what a RUN instruction says. Packages come from npm's cache, or else as they were installed here: no network. */
function run(command: string, cwd: string, env: Record<string, string>): void {
  const options = { cwd, encoding: 'utf8', env: { ...process.env, ...env, npm_config_offline: 'true' } } as const
  const script = `npm() { "${process.execPath}" "${npmCli()}" "$@"; }\n${command}`
  const first = spawnSync('sh', ['-c', script], options)
  if (first.status === 0) return
  assert.match(command, /^npm ci /, first.stdout + first.stderr)
  cpSync(join(ROOT, 'node_modules'), join(cwd, 'node_modules'), { recursive: true, verbatimSymlinks: true })
}

// Outside of any test: its folders are there until all of them are done.
const image: Image | undefined = isWindows ? undefined : build(text, contextOf(ROOT), run)
if (image) chmodSync(image.root, 0o755) // a temporary folder is its owner's alone

test('its steps build what the last stage copies', { skip: isWindows }, () => {
  const folder = join(image!.root, image!.workdir)
  assert.deepEqual(readdirSync(folder).toSorted(), ['dist', 'examples', 'node_modules', 'package.json', 'web'])
  const manifests = readdirSync(join(folder, 'node_modules'), { recursive: true }) as string[]
  assert.deepEqual(
    manifests
      .filter((path) => /^(@[^/\\]+.)?[^/\\]+.package\.json$/.test(path))
      .map((path) => path.slice(0, -13))
      .toSorted(),
    ['ajv', 'fast-deep-equal', 'fast-uri', 'json-schema-traverse', 'require-from-string'],
  )
  assert.ok(existsSync(join(folder, 'dist/main.js')))
})

test('without names and authorization it does not start, and says what to do', { skip: isWindows }, () => {
  const [program, ...args] = image!.command
  const { status, stderr } = spawnSync(program!, args, { ...containerOptions(image!, {}), encoding: 'utf8' })
  assert.equal(status, 1)
  assert.match(stderr, /ALLOWED_HOSTS/)
})

test(
  'it starts as nobody in particular, is healthy, answers who is authorized, and ends at SIGTERM',
  { skip: isWindows },
  async () => {
    const secret = 'correct-horse-battery-staple-0123456789'
    const more = { HOST: '127.0.0.1', PORT: '0', ALLOWED_HOSTS: '127.0.0.1', AUTH_TOKEN: secret, HN_SOURCE: 'snapshot' }
    const options = containerOptions(image!, more)
    const [program, ...args] = image!.command
    const child = spawn(program!, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    try {
      let banner = ''
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (banner += chunk))
      while (!banner.includes('Ctrl-C')) await once(child.stdout, 'data')
      const url = /http:\/\/[\d.:]+\d/.exec(banner)![0]
      const [check, ...checkArgs] = image!.healthcheck
      const health = async (port: string) => {
        const probe = spawn(check!, checkArgs, { ...options, env: { ...options.env, PORT: port }, stdio: 'ignore' })
        return ((await once(probe, 'exit')) as [number])[0]
      }
      assert.equal(await health(new URL(url).port), 0)
      assert.equal(await health('1'), 1)
      const list = {
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {} },
      }
      const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
      const post = (more: object) => request('POST', `${url}/mcp`, { ...headers, ...more }, JSON.stringify(list))
      assert.equal((await post({})).status, 401)
      assert.equal((await post({ authorization: `Bearer ${secret}` })).status, 200)
      assert.equal((await request('GET', `${url}/`)).status, 200)
    } finally {
      child.kill('SIGTERM')
      assert.deepEqual(await exited, [0, null])
    }
  },
)
