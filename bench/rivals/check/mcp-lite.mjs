// mcp-lite, with sessions, its lists of hosts and origins given.
import { getRequestListener } from '@hono/node-server'
import { InMemorySessionAdapter, McpServer, StreamableHttpTransport } from 'mcp-lite'
import { z } from 'zod'
import { GREET, greet, listen } from './greet.mjs'

const { name, ...rest } = GREET
const server = new McpServer({ name: 'mcp-lite', version: '1', schemaAdapter: (schema) => z.toJSONSchema(schema) })
server.tool(name, { ...rest, inputSchema: z.object({ who: z.string() }), handler: greet })

let handle // made at the first request, when the port is known
listen((request, response) => {
  const host = `127.0.0.1:${request.socket.localPort}`
  handle ??= getRequestListener(
    new StreamableHttpTransport({
      sessionAdapter: new InMemorySessionAdapter({ maxEventBufferSize: 1024 }),
      allowedHosts: [host],
      allowedOrigins: [`http://${host}`],
    }).bind(server),
  )
  handle(request, response)
})
