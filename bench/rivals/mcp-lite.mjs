// mcp-lite, with sessions and JSON replies, on the listener of @hono/node-server as in its README.
import { getRequestListener } from '@hono/node-server'
import { InMemorySessionAdapter, McpServer, StreamableHttpTransport } from 'mcp-lite'
import { z } from 'zod'
import { listen, says, storiesText } from './fixture.mjs'

const server = new McpServer({ name: 'mcp-lite', version: '1', schemaAdapter: (schema) => z.toJSONSchema(schema) })
server.tool('echo', { inputSchema: z.object({ text: z.string() }), handler: ({ text }) => says(text) })
server.tool('stories', { handler: () => says(storiesText()) })

const sessionAdapter = new InMemorySessionAdapter({ maxEventBufferSize: 1024 })
const handle = new StreamableHttpTransport({ sessionAdapter }).bind(server)
listen(getRequestListener((request) => handle(request)))
