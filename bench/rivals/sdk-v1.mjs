// The official SDK, version 1, without a framework: one McpServer a session, as its documentation has it.
//   /sse and /messages; /mcp with sessions, answered as REPLY says
import { randomUUID } from 'node:crypto'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { z } from 'zod'
import { listen, says, storiesText } from './fixture.mjs'

const streams = new Map()
const sessions = new Map()

function createServer() {
  const server = new McpServer({ name: 'sdk-v1', version: '1' }, { capabilities: { tools: { listChanged: true } } })
  server.registerTool('echo', { inputSchema: { text: z.string() } }, ({ text }) => says(text))
  server.registerTool('stories', {}, () => says(storiesText()))
  return server
}

async function openStream(response) {
  const transport = new SSEServerTransport('/messages', response)
  const server = createServer()
  streams.set(transport.sessionId, { transport, server })
  response.on('close', () => streams.delete(transport.sessionId))
  await server.connect(transport)
}

async function streamable(request, response) {
  const known = sessions.get(request.headers['mcp-session-id'])
  if (known) return known.handleRequest(request, response)
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: process.env.REPLY === 'json',
    onsessioninitialized: (id) => sessions.set(id, transport),
  })
  await createServer().connect(transport)
  return transport.handleRequest(request, response)
}

function broadcast(response) {
  for (const { server } of streams.values()) server.sendToolListChanged()
  response.writeHead(202, { 'Content-Length': 0 }).end()
}

listen((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  if (pathname === '/mcp') return streamable(request, response)
  if (pathname === '/sse') return openStream(response)
  if (pathname === '/bench/broadcast') return broadcast(response)
  return streams.get(searchParams.get('sessionId')).transport.handlePostMessage(request, response)
})
