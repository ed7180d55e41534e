// A test of the tool, without a socket.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineTool } from 'sse-mcp'
import { connect } from 'sse-mcp/testing'

const greet = defineTool({
  name: 'greet',
  description: 'Greets somebody',
  inputSchema: { type: 'object', properties: { who: { type: 'string' } }, required: ['who'] },
  run: ({ who }) => `Hello, ${who}!`,
})

test('greet greets', async () => {
  const client = await connect({ name: 'demo', version: '1.0.0', tools: [greet] })
  const { content } = await client.callTool('greet', { who: 'you' })
  assert.equal(content[0].text, 'Hello, you!')
  await client.close()
})
