// The official SDK 2's server over Streamable HTTP, for one session.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { Server } from '@modelcontextprotocol/server'

/** Its tool `late` returns the text after so many milliseconds. */
export async function startSdkServer() {
  const server = new Server({ name: 'official-2', version: '1.0.0' }, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/call', async ({ params }) => {
    const { text, ms } = params.arguments
    await sleep(ms)
    return { content: [{ type: 'text', text }] }
  })
  const transport = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: randomUUID })
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
