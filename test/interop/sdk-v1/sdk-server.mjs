// The official SDK's server over Streamable HTTP, for one session.
import { randomUUID } from 'node:crypto'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { late, listen } from '../late-server.mjs'

export function startSdkServer() {
  const server = new Server({ name: 'official-1', version: '1.0.0' }, { capabilities: { tools: {} } })
  server.setRequestHandler(CallToolRequestSchema, late)
  return listen(server, new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID }))
}
