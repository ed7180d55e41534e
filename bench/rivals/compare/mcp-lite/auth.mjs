// The same, for who has the token.
import { timingSafeEqual } from 'node:crypto'
import { serve } from '@hono/node-server'
import { InMemorySessionAdapter, McpServer, StreamableHttpTransport } from 'mcp-lite'
import { z } from 'zod'

const server = new McpServer({ name: 'demo', version: '1.0.0', schemaAdapter: (schema) => z.toJSONSchema(schema) })
server.tool('greet', {
  description: 'Greets somebody',
  inputSchema: z.object({ who: z.string() }),
  handler: ({ who }) => ({ content: [{ type: 'text', text: `Hello, ${who}!` }] }),
})
const sessionAdapter = new InMemorySessionAdapter({ maxEventBufferSize: 1024 })
const mcp = new StreamableHttpTransport({ sessionAdapter }).bind(server)
const wanted = Buffer.from(`Bearer ${process.env.TOKEN}`)
function fetch(request) {
  const given = Buffer.from(request.headers.get('Authorization') ?? '')
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return mcp(request)
  return new Response(null, { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } })
}
serve({ fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}/mcp`),
)
