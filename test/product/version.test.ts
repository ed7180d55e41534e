// What a version says of itself, and what the documents say as long as it is not published.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { handshakeRevisions, perRequestRevisions } from '../../src/mcp/revisions/index.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const manifest = JSON.parse(read('package.json')) as { version: string; engines: { node: string } }

test('the lock file, the server’s introduction and the changelog have the version of package.json', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    version: string
    packages: Record<string, { version: string }>
  }
  assert.deepEqual([lock.version, lock.packages['']!.version], [manifest.version, manifest.version])
  assert.ok(read('src/main.ts').includes(`const VERSION = '${manifest.version}'`))
  assert.ok(read('CHANGELOG.md').includes(`\n## ${manifest.version} `))
})

/** The texts for readers, and what the program and the pages say. */
function texts(folder = ''): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory())
      return ['node_modules', '.git', 'dist', 'staged', 'test'].includes(entry.name) ? [] : texts(path)
    return /\.(md|html|m?[jt]s|ya?ml|json)$/.test(entry.name) && entry.name !== 'package-lock.json' ? path : []
  })
}

test('nothing tells anybody to take the package from npm before it is there: there it would be somebody else’s', () => {
  const fromNpm =
    /\bnpx (?:--?\w+ )*sse-mcp\b|\bnpm (?:i|install|add|exec) (?:--?[\w=]+ )*sse-mcp\b|\b(?:pnpm|yarn|bun) (?:add|dlx) sse-mcp\b/
  assert.match('npx -y sse-mcp', fromNpm)
  assert.match('npm i --save sse-mcp', fromNpm)
  assert.doesNotMatch('npm i ../sse-mcp', fromNpm)
  assert.deepEqual(
    texts().filter((path) => fromNpm.test(read(path))),
    [],
  )
})

test('docs/promises.md names every revision that is served, and the oldest Node that engines allows', () => {
  const revisions = [...handshakeRevisions.keys(), ...perRequestRevisions.keys()].map(String).toSorted()
  const [oldest] = /\d+\.\d+/.exec(manifest.engines.node)!
  for (const page of ['docs/promises.md', 'docs/promises.zh-CN.md']) {
    const dates = [...new Set(read(page).match(/20\d\d-\d\d-\d\d/g))].toSorted()
    assert.deepEqual(dates, revisions, page)
    assert.ok(read(page).includes(oldest!), page)
  }
})

test('the program says no other version', () => {
  const program = join(ROOT, 'dist/main.js')
  const says = (flag: string) => execFileSync(process.execPath, [program, flag], { encoding: 'utf8' })
  assert.match(says('--help'), /^sse-mcp {2,}starts the server/)
  assert.equal(says('--version').trim(), manifest.version)
})
