// The package brings the checker: `sse-mcp check` runs from what `npm pack` packs, and nothing else of the course.
// Runs once: what is packed is the same for every Node.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { npmCli } from '../../support/npm-cli.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

test('what is packed has the commands, and they run', () => {
  const args = [npmCli(), 'pack', '--dry-run', '--json', '--ignore-scripts']
  const listed = execFileSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }] = JSON.parse(listed) as [{ files: { path: string }[] }]
  const paths = files.map(({ path }) => path)
  assert.ok(!paths.some((path) => /^course\/(?!say\.mjs$|stages\/|02-)/.test(path)), 'nothing else of the course')

  const cache = join(ROOT, 'node_modules', '.cache') // inside the project, so that it finds ajv
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'sse-mcp-packed-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  for (const path of paths.filter((each) => /^(dist|course|package\.json)/.test(each))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(join(ROOT, path), join(folder, path))
  }
  const main = (...words: string[]) =>
    spawnSync(process.execPath, [join(folder, 'dist/main.js'), ...words], { encoding: 'utf8' })
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  assert.equal(main('--version').stdout.trim(), version)
  assert.match(main('--help').stdout, /sse-mcp check URL[^]*sse-mcp tail URL[^]*--port/)
  const checked = main('check', 'http://127.0.0.1:9/') // the port of `discard`, where nobody listens
  assert.equal(checked.status, 1)
  assert.match(checked.stdout, /Nobody answers there/)
  const tailed = main('tail', 'http://127.0.0.1:9/')
  assert.equal(tailed.status, 1)
  assert.notEqual(tailed.stderr, '')
})
