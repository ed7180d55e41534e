// What only some users need hangs beside the core: without it, the core is as it was.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { copyOfDist } from '../support/copy-of-dist.ts'
import { connectHttpSse, post } from '../support/wire.ts'

const { folder: copy, load } = copyOfDist()

/** What the core does without: of `dist`, with what each of them is. */
const LEAVES = {
  auth: 'authorization',
  redis: 'the engine for several processes',
  'event-source.js': 'the EventSource client',
  channel: 'the channel for servers of SSE',
  fetch: 'the fetch face',
  testing: 'the client for tests',
  tasks: 'tasks',
  skills: 'skills',
  metrics: 'metrics',
  'server-card': 'the server card',
  cli: 'the commands beside the server',
}

/** What stands on another leaf, and goes with it. */
const STANDS_ON: Record<string, string[]> = { fetch: ['testing'] }

for (const [leaf, what] of Object.entries(LEAVES))
  test(`without ${leaf} (${what}) all the other leaves load, and so does the server`, async () => {
    const aside = join(copy, `${leaf}.aside`)
    renameSync(join(copy, leaf), aside)
    const gone = [leaf, ...(STANDS_ON[leaf] ?? [])]
    const left = ['.', ...Object.keys(LEAVES).filter((each) => !gone.includes(each))]
    const files = left.map((each) => (each.endsWith('.js') ? each : `${each}/index.js`))
    const program = files.map((file) => `await import(${JSON.stringify(pathToFileURL(join(copy, file)).href)})`)
    try {
      execFileSync(process.execPath, ['--input-type=module', '--eval', program.join('\n')], { encoding: 'utf8' })
    } finally {
      renameSync(aside, join(copy, leaf))
    }
  })

test(`without the leaves (${Object.values(LEAVES).join(', ')}) every era is served`, async () => {
  for (const leaf of Object.keys(LEAVES)) rmSync(join(copy, leaf), { recursive: true })

  const { serve } = await load()
  const { url, close } = await serve({ name: 'test', version: '1', port: 0 })
  for (const protocolVersion of ['2025-03-26', '2025-06-18', '2025-11-25']) {
    const params = { protocolVersion, capabilities: {} }
    const answer = await post(`${url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'initialize', params })
    assert.equal(JSON.parse(answer.text).result.protocolVersion, protocolVersion)
  }
  const client = await connectHttpSse(url)
  assert.equal((await client.call('ping')).id, 1)
  client.destroy()
  const version = '2026-07-28'
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const headers = { 'mcp-protocol-version': version, 'mcp-method': 'server/discover' }
  const discover = { jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta } }
  const { result } = JSON.parse((await post(`${url}/mcp`, discover, headers)).text)
  assert.deepEqual(result.supportedVersions, [version])
  await close()
})
