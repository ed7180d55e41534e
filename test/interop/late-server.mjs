// What the servers of both official SDKs have in common here: a tool that is late, and one session over HTTP.
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** The tool `late` returns the text after so many milliseconds. */
export async function late({ params }) {
  const { text, ms } = params.arguments
  await sleep(ms)
  return { content: [{ type: 'text', text }] }
}

/** Serves it over the SDK's own Streamable HTTP, for one session. */
export async function listen(server, transport) {
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
