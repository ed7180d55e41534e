// The same, for who has the token.
import { timingSafeEqual } from 'node:crypto'
import { serve } from '@hono/node-server'
import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod'
import { HttpTransport } from '@tmcp/transport-http'
import { McpServer } from 'tmcp'
import { tool } from 'tmcp/utils'
import { z } from 'zod'

const server = new McpServer(
  { name: 'demo', version: '1.0.0', description: 'Greets' },
  { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {} } },
)
const schema = z.object({ who: z.string() })
server.tool({ name: 'greet', description: 'Greets somebody', schema }, ({ who }) => tool.text(`Hello, ${who}!`))
const transport = new HttpTransport(server, { path: '/mcp' })
const wanted = Buffer.from(`Bearer ${process.env.TOKEN}`)
async function fetch(request) {
  const given = Buffer.from(request.headers.get('Authorization') ?? '')
  if (given.length === wanted.length && timingSafeEqual(given, wanted))
    return (await transport.respond(request)) ?? new Response(null, { status: 404 })
  return new Response(null, { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } })
}
serve({ fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}/mcp`),
)
