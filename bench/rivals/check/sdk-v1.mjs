// The official SDK, version 1: both of its transports, with its protection against DNS rebinding on.
import { randomUUID } from 'node:crypto'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { z } from 'zod'
import { GREET, greet, listen } from './greet.mjs'

function createMcp() {
  const { name, ...rest } = GREET
  const mcp = new McpServer({ name: 'sdk-v1', version: '1' })
  mcp.registerTool(name, { ...rest, inputSchema: { who: z.string() } }, greet)
  return mcp
}

const streams = new Map()
const sessions = new Map()
const allowedOf = ({ socket }) => ({
  enableDnsRebindingProtection: true,
  allowedHosts: [`127.0.0.1:${socket.localPort}`],
  allowedOrigins: [`http://127.0.0.1:${socket.localPort}`],
})

async function openSse(request, response) {
  const transport = new SSEServerTransport('/messages', response, allowedOf(request))
  streams.set(transport.sessionId, transport)
  response.once('close', () => streams.delete(transport.sessionId))
  await createMcp().connect(transport)
}

async function postMessages(request, response, url) {
  const transport = streams.get(url.searchParams.get('sessionId'))
  if (transport) await transport.handlePostMessage(request, response)
  else response.writeHead(404).end('Session not found')
}

async function streamable(request, response) {
  const id = request.headers['mcp-session-id']
  if (id !== undefined && !sessions.has(id)) return response.writeHead(404).end('Session not found')
  let transport = sessions.get(id)
  if (!transport) {
    transport = new StreamableHTTPServerTransport({
      ...allowedOf(request),
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (given) => void sessions.set(given, transport),
      onsessionclosed: (given) => void sessions.delete(given),
    })
    await createMcp().connect(transport)
  }
  await transport.handleRequest(request, response)
}

listen((request, response) => {
  const url = new URL(request.url, 'http://localhost')
  const route = { '/sse': openSse, '/messages': postMessages, '/mcp': streamable }[url.pathname]
  // The transport itself does not look at the method or the Origin of the GET that opens a stream: an application does.
  if (!route || (url.pathname === '/sse' && request.method !== 'GET')) return void response.writeHead(404).end()
  route(request, response, url)?.catch(() => response.destroy())
})
