// Every code block of docs/schemas.md and docs/extensions.md runs, and both languages have the same.
// Needs: schemas
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../../../', import.meta.url)
const FACES = {
  '': 'index.ts',
  '/tasks': 'tasks/index.ts',
  '/skills': 'skills/index.ts',
  '/server-card': 'server-card/index.ts',
}

const blocksOf = (page) => {
  const text = readFileSync(new URL(`docs/${page}`, ROOT), 'utf8')
  return [...text.matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code)
}

/** The code, with this repository in place of the package, and any free port. */
const runnable = (code) =>
  code
    .replace(/from 'sse-mcp([^']*)'/g, (_all, face) => `from '${new URL(`src/${FACES[face]}`, ROOT).href}'`)
    .replaceAll('await serve({', 'await serve({ port: 0,')

async function run(code) {
  const folder = fileURLToPath(new URL('.', import.meta.url)) // its libraries are here
  const args = ['--import', 'tsx', '--input-type=module', '--eval', `${code}\nprocess.exit(0)`]
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text))
  const [status] = await once(child, 'close')
  assert.equal(status, 0, complaints)
}

for (const page of ['schemas', 'extensions']) {
  const blocks = blocksOf(`${page}.md`)
  test(`docs/${page}.zh-CN.md has the code of docs/${page}.md`, () => {
    assert.ok(blocks.length > 1)
    assert.deepEqual(blocksOf(`${page}.zh-CN.md`), blocks)
  })
  for (const [i, code] of blocks.entries()) test(`block ${i + 1} of docs/${page}.md runs`, () => run(runnable(code)))
}
