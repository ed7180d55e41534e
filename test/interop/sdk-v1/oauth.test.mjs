// The official client logs in at a real authorization server, with nothing but our URL: R-AU-2 to R-AU-4, T-82, T-84.
// Needs: sdk-v1, authorization
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { oauthResource } from '../../../dist/auth/index.js'
import { createMcpHandler, defineTool } from '../../../dist/index.js'
import { agree, startAuthorizationServer } from '../authorization/server.mjs'

const server = createServer()
await once(server.listen(0, '127.0.0.1'), 'listening')
const url = `http://127.0.0.1:${server.address().port}`
const issuer = await startAuthorizationServer({ resources: [`${url}/mcp`, `${url}/sse`] })
const who = defineTool({
  name: 'who',
  inputSchema: { type: 'object', properties: {} },
  run: (_args, { principal }) => `${principal.subject} by ${principal.client}`,
})
const auth = await oauthResource({ issuer: issuer.url, resource: url, requiredScopes: ['mcp:call'] })
const handler = createMcpHandler({ name: 'test', version: '1', tools: [who], auth })
server.on('request', (request, response) => void handler(request, response))
after(() => {
  handler.close()
  issuer.close()
  server.close()
  server.closeAllConnections()
})

/** What the official client wants to know of its program and its user, who says yes at once. */
function createProvider() {
  const redirectUrl = 'http://127.0.0.1:1/callback'
  const kept = {}
  return {
    kept,
    redirectUrl,
    clientMetadata: { redirect_uris: [redirectUrl], client_name: 'test' },
    clientInformation: () => ({ client_id: 'app' }),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => void (kept.tokens = tokens),
    codeVerifier: () => kept.verifier,
    saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
    async redirectToAuthorization(where) {
      kept.asked = where.searchParams
      kept.code = await agree(where.href, 'ann')
    },
  }
}

for (const Transport of [StreamableHTTPClientTransport, SSEClientTransport])
  for (const path of ['/mcp', '/sse'])
    test(`${Transport.name} at ${path}`, async () => {
      const authProvider = createProvider()
      const open = () => new Transport(new URL(url + path), { authProvider })
      const refused = open()
      await assert.rejects(new Client({ name: 'test', version: '1' }).connect(refused), UnauthorizedError)
      const { asked, code } = authProvider.kept
      assert.deepEqual([asked.get('resource'), asked.get('scope')], [url + path, 'mcp:call'])
      await refused.finishAuth(code)
      const client = new Client({ name: 'test', version: '1' })
      await client.connect(open())
      const { content } = await client.callTool({ name: 'who', arguments: {} })
      assert.equal(content[0].text, 'ann by app')
      await client.close()
    })
