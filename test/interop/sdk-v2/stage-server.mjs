// The official SDK 2's server over its HTTP handler, as its documentation puts it into node:http: 2026-07-28, and the
// versions of 2025 without sessions.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, fromJsonSchema, McpServer } from '@modelcontextprotocol/server'

const schema = (properties) =>
  fromJsonSchema({ type: 'object', properties, required: Object.keys(properties), additionalProperties: false })

function createMcp() {
  const mcp = new McpServer({ name: 'official-2', version: '1.0.0' })
  const annotations = { readOnlyHint: true }
  mcp.registerTool(
    'greet',
    { description: 'Greets somebody', inputSchema: schema({ who: { type: 'string' } }), annotations },
    ({ who }) => ({ content: [{ type: 'text', text: `Hello, ${who}!` }] }),
  )
  mcp.registerTool(
    'count',
    { description: 'Counts, and tells how far it is', inputSchema: schema({ to: { type: 'integer' } }), annotations },
    async ({ to }, { mcpReq }) => {
      const { progressToken } = mcpReq._meta ?? {}
      for (let progress = 1; progress <= to; progress++)
        if (progressToken !== undefined)
          await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: to } })
      return { content: [{ type: 'text', text: `counted to ${to}` }] }
    },
  )
  return mcp
}

/** Starts it on a free port. */
export async function startStageServer() {
  const handler = createMcpHandler(createMcp)
  const [hostIsGood, originIsGood] = [localhostHostValidation(), localhostOriginValidation()]
  const serve = toNodeHandler(handler)
  const server = createServer((request, response) => {
    if (!hostIsGood(request, response) || !originIsGood(request, response)) return
    if (new URL(request.url ?? '/', 'http://localhost').pathname !== '/mcp') return void response.writeHead(404).end()
    serve(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      await handler.close()
      server.closeAllConnections()
      server.close()
    },
  }
}
