// One tool, over HTTP.
import { FastMCP } from 'fastmcp'
import { z } from 'zod'

const port = Number(process.env.PORT)
const server = new FastMCP({ name: 'demo', version: '1.0.0' })
server.addTool({
  name: 'greet',
  description: 'Greets somebody',
  parameters: z.object({ who: z.string() }),
  execute: async ({ who }) => `Hello, ${who}!`,
})
await server.start({ transportType: 'httpStream', httpStream: { port, host: '127.0.0.1' } })
console.log(`http://127.0.0.1:${port}/mcp`)
