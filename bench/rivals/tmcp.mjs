// tmcp, which answers by streams, on the listener of @hono/node-server: 2026-07-28.
import { getRequestListener } from '@hono/node-server'
import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod'
import { HttpTransport } from '@tmcp/transport-http'
import { McpServer } from 'tmcp'
import { z } from 'zod'
import { listen, says, storiesText } from './fixture.mjs'

const info = { name: 'tmcp', version: '1', description: 'bench' }
const server = new McpServer(info, {
  adapter: new ZodJsonSchemaAdapter(),
  capabilities: { tools: { listChanged: true } },
})
server.tool({ name: 'echo', description: 'echo', schema: z.object({ text: z.string() }) }, ({ text }) => says(text))
server.tool({ name: 'stories', description: 'stories' }, () => says(storiesText()))

const transport = new HttpTransport(server, { path: '/mcp' })
listen(getRequestListener(async (request) => (await transport.respond(request)) ?? new Response(null, { status: 404 })))
