// tmcp, with the list of origins given.
import { getRequestListener } from '@hono/node-server'
import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod'
import { HttpTransport } from '@tmcp/transport-http'
import { McpServer } from 'tmcp'
import { z } from 'zod'
import { GREET, greet, listen } from './greet.mjs'

const server = new McpServer(
  { name: 'tmcp', version: '1', description: 'checked' },
  { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: { listChanged: true } } },
)
server.tool({ ...GREET, schema: z.object({ who: z.string() }) }, greet)

const transport = new HttpTransport(server, { path: '/mcp', allowedOrigins: ['http://127.0.0.1'] })
listen(getRequestListener(async (request) => (await transport.respond(request)) ?? new Response(null, { status: 404 })))
