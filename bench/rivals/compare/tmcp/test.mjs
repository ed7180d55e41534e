// A test of the tool, without a socket: the server is given a message.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod'
import { McpServer } from 'tmcp'
import { tool } from 'tmcp/utils'
import { z } from 'zod'

const server = new McpServer(
  { name: 'demo', version: '1.0.0', description: 'Greets' },
  { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {} } },
)
const schema = z.object({ who: z.string() })
server.tool({ name: 'greet', description: 'Greets somebody', schema }, ({ who }) => tool.text(`Hello, ${who}!`))

test('greet greets', async () => {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const params = { name: 'greet', arguments: { who: 'you' }, _meta }
  const { result } = await server.receive({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  assert.equal(result.content[0].text, 'Hello, you!')
})
