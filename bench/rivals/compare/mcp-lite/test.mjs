// A test of the tool, without a socket: the handler is a function of a Request.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { McpServer, StreamableHttpTransport } from 'mcp-lite'
import { z } from 'zod'

const server = new McpServer({ name: 'demo', version: '1.0.0', schemaAdapter: (schema) => z.toJSONSchema(schema) })
server.tool('greet', {
  description: 'Greets somebody',
  inputSchema: z.object({ who: z.string() }),
  handler: ({ who }) => ({ content: [{ type: 'text', text: `Hello, ${who}!` }] }),
})

test('greet greets', async () => {
  const handle = new StreamableHttpTransport().bind(server)
  const params = { name: 'greet', arguments: { who: 'you' } }
  const headers = { 'Content-Type': 'application/json', 'MCP-Protocol-Version': '2025-06-18' }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  const response = await handle(new Request('http://localhost/mcp', { method: 'POST', headers, body }))
  const { result } = await response.json()
  assert.equal(result.content[0].text, 'Hello, you!')
})
