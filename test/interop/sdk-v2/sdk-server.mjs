// The official SDK 2's server over Streamable HTTP, for one session.
import { randomUUID } from 'node:crypto'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { Server } from '@modelcontextprotocol/server'
import { late, listen } from '../late-server.mjs'

export function startSdkServer() {
  const server = new Server({ name: 'official-2', version: '1.0.0' }, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/call', late)
  return listen(server, new NodeStreamableHTTPServerTransport({ sessionIdGenerator: randomUUID }))
}
