// The official SDK's server over Streamable HTTP, for one session.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js'

/** Its tool `late` returns the text after so many milliseconds. */
export async function startSdkServer() {
  const server = new Server({ name: 'official-1', version: '1.0.0' }, { capabilities: { tools: {} } })
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const { text, ms } = params.arguments
    await sleep(ms)
    return { content: [{ type: 'text', text }] }
  })
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID })
  await server.connect(transport)
  const http = createServer((request, response) => transport.handleRequest(request, response))
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${http.address().port}`,
    async close() {
      await server.close()
      http.closeAllConnections()
      http.close()
    },
  }
}
