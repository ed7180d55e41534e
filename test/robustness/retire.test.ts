// A revision is data: to retire one, delete its file and its line (house rule; the newest is inherited by none).
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { copyOfDist } from '../support/copy-of-dist.ts'
import { connectHttpSse, post } from '../support/wire.ts'

const { folder: copy, load } = copyOfDist()

test('without the file of 2026-07-28 and its line, every other revision is served as before', async () => {
  rmSync(join(copy, 'mcp/revisions/2026-07-28.js'))
  const index = join(copy, 'mcp/revisions/index.js')
  const lines = readFileSync(index, 'utf8').split('\n')
  writeFileSync(index, lines.filter((line) => !line.includes('rev20260728')).join('\n'))

  const { serve } = await load()
  const { url, close } = await serve({ name: 'test', version: '1', port: 0 })
  for (const protocolVersion of ['2025-03-26', '2025-06-18', '2025-11-25']) {
    const params = { protocolVersion, capabilities: {} }
    const answer = await post(`${url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'initialize', params })
    assert.equal(JSON.parse(answer.text).result.protocolVersion, protocolVersion)
  }
  const client = await connectHttpSse(url)
  assert.equal(
    (await client.call('initialize', { protocolVersion: '2024-11-05' })).result.protocolVersion,
    '2024-11-05',
  )
  client.destroy()

  const version = '2026-07-28'
  const meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const headers = { 'mcp-protocol-version': version, 'mcp-method': 'server/discover' }
  const gone = { jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta: meta } }
  assert.deepEqual(JSON.parse((await post(`${url}/mcp`, gone, headers)).text).error.data, {
    supported: [],
    requested: version,
  })
  await close()
})
