// The official SDK 2's client, with a tap on its requests.
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

/**
 * An official client that has connected.
 *
 * @param {string} url
 * @param {{ mode?: any, overSse?: boolean, answers?: Record<string, (request: any) => any> } & Record<string, any>} [options]
 *   mode: how it finds the revision; overSse: HTTP+SSE; answers: what it does when the server asks, by method; the rest
 *   goes to the Client
 */
export async function connect(url, { mode, overSse = false, answers = {}, ...options } = {}) {
  /** @type {{ method: string, headers: Headers, message: any, status: number }[]} */
  const requests = []
  const Transport = overSse ? SSEClientTransport : StreamableHTTPClientTransport
  const transport = new Transport(new URL(url), {
    fetch: async (target, init) => {
      const { method = 'GET', headers, body } = init ?? {}
      const request = { method, headers: new Headers(headers), message: body && JSON.parse(String(body)), status: 0 }
      requests.push(request)
      const response = await fetch(target, init)
      request.status = response.status
      return response
    },
  })
  const client = new Client({ name: 'interop-2', version: '1.0.0' }, { versionNegotiation: { mode }, ...options })
  for (const [method, answer] of Object.entries(answers)) client.setRequestHandler(method, answer)
  await client.connect(transport)
  return {
    client,
    transport,
    /** All HTTP requests, in their order; status 0: not answered yet. */
    requests,
    /** The methods of all messages sent, in their order. */
    sent: () => requests.map(({ message }) => message?.method).filter(Boolean),
    call: (name, args, callOptions) => client.callTool({ name, arguments: args }, callOptions),
    close: () => client.close(),
  }
}
