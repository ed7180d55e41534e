// One tool, over HTTP.
import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

function createMcp() {
  const server = new McpServer({ name: 'demo', version: '1.0.0' })
  const inputSchema = z.object({ who: z.string() })
  server.registerTool('greet', { description: 'Greets somebody', inputSchema }, ({ who }) => ({
    content: [{ type: 'text', text: `Hello, ${who}!` }],
  }))
  return server
}
const handle = toNodeHandler(createMcpHandler(createMcp))
createServer(handle).listen(process.env.PORT, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${process.env.PORT}/mcp`),
)
