// node --test test.mjs: tools called as a client calls them, in one process, without a port.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineTool } from 'sse-mcp'
import { connect } from 'sse-mcp/testing'
import { options } from '../mount/hello.mjs'

test('hello greets', async () => {
  const client = await connect(options)
  const { content } = await client.callTool('hello', { who: 'you' })
  assert.equal(content[0].text, 'Hello, you!')
  await client.close()
})

test('tea is made as its drinker likes it, in an older revision too', async () => {
  const tea = defineTool({
    name: 'tea',
    inputSchema: { type: 'object' },
    async run(_args, { ask, progress }) {
      const params = { message: 'Sugar?', requestedSchema: { type: 'object', properties: {} } }
      const { sugar } = await ask({ sugar: { method: 'elicitation/create', params } })
      progress(1, 1, 'The water boils')
      return sugar.action === 'accept' ? 'sweet' : 'plain'
    },
  })
  for (const revision of ['2025-06-18', '2026-07-28']) {
    const client = await connect({ ...options, tools: [tea] }, { revision, elicit: () => ({ action: 'accept' }) })
    assert.equal((await client.callTool('tea')).content[0].text, 'sweet')
    assert.equal(client.progress[0].message, 'The water boils')
    await client.close()
  }
})
