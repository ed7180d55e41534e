// The official SDK's server, over both of its transports, as its documentation puts it into node:http.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { z } from 'zod'

function createMcp() {
  const mcp = new McpServer({ name: 'official-1', version: '1.0.0' })
  const annotations = { readOnlyHint: true }
  mcp.registerTool(
    'greet',
    { description: 'Greets somebody', inputSchema: { who: z.string() }, annotations },
    ({ who }) => ({ content: [{ type: 'text', text: `Hello, ${who}!` }] }),
  )
  return mcp
}

/** Starts it on a free port. */
export async function startStageServer() {
  const streams = new Map()
  const sessions = new Map()
  const allowed = { enableDnsRebindingProtection: true, allowedOrigins: ['http://127.0.0.1'] }

  async function openSse(_request, response) {
    const transport = new SSEServerTransport('/messages', response, allowed)
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
        ...allowed,
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (given) => void sessions.set(given, transport),
        onsessionclosed: (given) => void sessions.delete(given),
      })
      await createMcp().connect(transport)
    }
    await transport.handleRequest(request, response)
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const route = { '/sse': openSse, '/messages': postMessages, '/mcp': streamable }[url.pathname]
    if (!route || (url.pathname === '/sse' && request.method !== 'GET')) return void response.writeHead(404).end()
    route(request, response, url)?.catch(() => response.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
