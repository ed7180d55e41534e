// The same, for who has the token.
import { timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  McpServer,
  OAuthError,
  OAuthErrorCode,
  requireBearerAuth,
} from '@modelcontextprotocol/server'
import { z } from 'zod'

function createMcp() {
  const server = new McpServer({ name: 'demo', version: '1.0.0' })
  const inputSchema = z.object({ who: z.string() })
  server.registerTool('greet', { description: 'Greets somebody', inputSchema }, ({ who }) => ({
    content: [{ type: 'text', text: `Hello, ${who}!` }],
  }))
  return server
}
const wanted = Buffer.from(process.env.TOKEN)
async function verifyAccessToken(token) {
  const given = Buffer.from(token)
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new OAuthError(OAuthErrorCode.InvalidToken, 'Unknown token')
  return { token, clientId: 'all', scopes: [], expiresAt: Date.now() / 1000 + 60 }
}
const gate = requireBearerAuth({ verifier: { verifyAccessToken } })
const mcp = createMcpHandler(createMcp)
async function fetch(request) {
  const authInfo = await gate(request)
  return authInfo instanceof Response ? authInfo : mcp.fetch(request, { authInfo })
}
createServer(toNodeHandler({ fetch })).listen(process.env.PORT, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${process.env.PORT}/mcp`),
)
