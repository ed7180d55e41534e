// docs/compare.md: its programs run, and its table is counted from them.
//
// Needs: sdk-v2, fastmcp, rivals, redis-server
// Runs once: what others have written need not be tried on each Node
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect } from '../../src/testing/index.ts'
import { freePort, startRedis } from '../cluster/support.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const { COMPARED, comparePages } = (await import('../../scripts/docs/compare.mjs' as string)) as {
  COMPARED: { name: string; folder: string }[]
  comparePages(): [string, string][]
}
const { ensureBuilt } = (await import('../../scripts/build.mjs' as string)) as { ensureBuilt(): void }

const TOKEN = 'a-token-of-thirty-two-characters'
const SERVER_SECRET = 'a-secret-that-all-the-nodes-share'

ensureBuilt()

test('the tables are those of today (npm run docs writes them)', () => {
  for (const [path, text] of comparePages()) assert.equal(readFileSync(join(ROOT, path), 'utf8'), text, path)
})

for (const { name, folder } of COMPARED) {
  const program = (kind: string) => join(ROOT, folder, `${kind}.mjs`)

  test(`${name}: one tool is served, and called`, async () => {
    await withServer(program('tool'), {}, async (url) => assert.equal(await greet(url), 'Hello, you!'))
  })

  test(`${name}: who has the token may call, and nobody else`, async () => {
    await withServer(program('auth'), { TOKEN }, async (url) => {
      assert.equal(await greet(url, { authorization: `Bearer ${TOKEN}` }), 'Hello, you!')
      await assert.rejects(greet(url, { authorization: 'Bearer wrong' }))
      const { status } = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
      assert.equal(status, 401)
    })
  })

  test(`${name}: the test of the tool passes`, async () => {
    const child = spawn(process.execPath, [program('test')], { env: { ...process.env, NODE_OPTIONS: '' } })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    const [code] = await once(child, 'close')
    assert.equal(code, 0, output)
  })

  if (existsSync(program('nodes')))
    test(`${name}: a node of several is served`, async () => {
      const env = { REDIS_URL: (await startRedis()).url, SERVER_SECRET }
      await withServer(program('nodes'), env, async (url) => assert.equal(await greet(url), 'Hello, you!'))
    })
}

/** Starts a program. It listens once it has printed its URL on a line of its own: FastMCP names it before, in its log. */
async function withServer(file: string, env: Record<string, string>, use: (url: string) => Promise<void>) {
  const child = spawn(process.execPath, [file], { env: { ...process.env, ...env, PORT: String(await freePort()) } })
  const closed = once(child, 'close')
  let output = ''
  try {
    const url = await new Promise<string>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (text) => {
          output += text
          const found = /^http:\S+\/mcp$/m.exec(output)
          if (found) resolve(found[0])
        })
      child.once('close', () => reject(new Error(output)))
    })
    await use(url)
  } finally {
    child.kill()
    await closed
  }
}

async function greet(url: string, headers: Record<string, string> = {}): Promise<string | undefined> {
  const client = await connect(fetch, { url, revision: '2025-06-18', headers })
  try {
    const { content } = await client.callTool('greet', { who: 'you' })
    return content[0]!.text
  } finally {
    await client.close().catch(() => {})
  }
}
