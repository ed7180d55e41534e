// The official SDK, version 2, with its adapter for Node: 2026-07-28, answered as REPLY says.
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { listen, says, storiesText } from './fixture.mjs'

const inputSchema = z.object({ text: z.string() })

function createServer() {
  const server = new McpServer({ name: 'sdk-v2', version: '1' }, { capabilities: { tools: { listChanged: true } } })
  server.registerTool('echo', { inputSchema }, ({ text }) => says(text))
  server.registerTool('stories', {}, () => says(storiesText()))
  return server
}

listen(toNodeHandler(createMcpHandler(createServer, { responseMode: process.env.REPLY === 'sse' ? 'sse' : 'auto' })))
