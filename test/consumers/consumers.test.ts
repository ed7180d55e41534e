// Projects that were written against an earlier version's public face go on compiling and passing. A folder each, named
// after that version: nothing in it is changed but for a renaming, which the changelog then lists.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { projectFrom, ROOT, runNode } from '../support/project.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const versions = readdirSync(HERE, { withFileTypes: true }).filter((entry) => entry.isDirectory())

for (const { name } of versions) {
  const folder = projectFrom(join(HERE, name), {
    'sse-mcp': ROOT,
    '@types/node': join(ROOT, 'node_modules/@types/node'),
  })

  test(`a project written against ${name} compiles, and its tests pass`, async () => {
    await runNode([TSC], folder)
    const compiled = readdirSync(join(folder, 'out')).map((file) => join('out', file))
    const report = await runNode(['--test', '--test-reporter=tap', ...compiled], folder)
    assert.match(report, /^# fail 0$/m)
    assert.ok(Number(/^# pass (\d+)$/m.exec(report)?.[1]) >= 20, report)
  })

  test(`it compiles for a bundler as well`, async () => {
    await runNode([TSC, '--noEmit', '--module', 'preserve', '--moduleResolution', 'bundler'], folder)
  })

  test(`it uses every subpath that ${name} had`, () => {
    const used = readdirSync(join(HERE, name)).map((file) => readFileSync(join(HERE, name, file), 'utf8'))
    const subpaths = new Set(
      used.flatMap((text) => [...text.matchAll(/from '(sse-mcp[^']*)'/g)].map(([, path]) => path)),
    )
    const known = ['', '/auth', '/event-source', '/jsonrpc', '/mcp', '/redis', '/sse'].map((path) => `sse-mcp${path}`)
    assert.deepEqual([...subpaths].toSorted(), known)
  })
}
