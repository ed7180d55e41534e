// A test of the tool, without a socket.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

function createMcp() {
  const server = new McpServer({ name: 'demo', version: '1.0.0' })
  const inputSchema = z.object({ who: z.string() })
  server.registerTool('greet', { description: 'Greets somebody', inputSchema }, ({ who }) => ({
    content: [{ type: 'text', text: `Hello, ${who}!` }],
  }))
  return server
}

test('greet greets', async () => {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const [near, far] = InMemoryTransport.createLinkedPair()
  await Promise.all([createMcp().connect(far), client.connect(near)])
  const { content } = await client.callTool({ name: 'greet', arguments: { who: 'you' } })
  assert.equal(content[0].text, 'Hello, you!')
  await client.close()
})
