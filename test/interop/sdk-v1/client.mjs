// The official SDK's client, with a tap on both directions.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'

/**
 * The official transport alone: messages go out as they are given, in whatever order and with whatever id.
 *
 * @param {string} base
 * @param {{ revision?: string, Transport?: any, path?: string }} [options]
 *   revision: the protocol version that `initialize` offers instead; Transport: default HTTP+SSE; path: its URL
 */
export function createTransport(base, { revision, Transport = SSEClientTransport, path = '/sse' } = {}) {
  /** @type {any[]} */
  const received = []
  /** @type {{ test: (message: any) => boolean, resolve: (message: any) => void }[]} */
  const waiting = []
  /** @type {{ method: string, url: string, headers: Headers, message: any, status: number }[]} */
  const requests = []
  const transport = new Transport(new URL(path, base), {
    fetch: async (url, init) => {
      const response = await fetch(url, init)
      const { method = 'GET', headers, body } = init ?? {}
      requests.push({
        method,
        url: String(url),
        headers: new Headers(headers),
        message: body && JSON.parse(String(body)),
        status: response.status,
      })
      return response
    },
  })
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's transports have no such method
  transport.onmessage = (message) => {
    received.push(message)
    for (const wait of waiting.filter(({ test }) => test(message))) {
      waiting.splice(waiting.indexOf(wait), 1)
      wait.resolve(message)
    }
  }
  const send = transport.send.bind(transport)
  transport.send = (message, options) => {
    if (revision && 'method' in message && message.method === 'initialize')
      return send({ ...message, params: { ...message.params, protocolVersion: revision } }, options)
    return send(message, options)
  }

  return {
    transport,
    /** All messages that came, in their order. */
    received,
    /** All HTTP requests that were answered, in their order. */
    requests,
    /** The next message that passes the test. */
    next: (test) => new Promise((resolve) => waiting.push({ test, resolve })),
    /** The status of the answer to a POST of one message, and nothing but that. */
    async post(message) {
      await transport.send(message)
      return requests.findLast((request) => request.method === 'POST' && request.message.id === message.id)?.status
    },
    /** Where its messages are posted now; known after the first. */
    endpoint: () => requests.findLast(({ method }) => method === 'POST')?.url ?? '',
  }
}

/**
 * An official client that has shaken hands.
 *
 * @param {string} base
 * @param {{ capabilities?: object, answer?: [schema: any, handler: (request: any) => any][] } & Record<string, any>} [options]
 *   answer: what it does when the server asks; the rest goes to `createTransport`
 */
export async function connect(base, { capabilities = {}, answer = [], ...options } = {}) {
  const tapped = createTransport(base, options)
  const client = new Client({ name: 'interop', version: '1.0.0' }, { capabilities })
  for (const [schema, handler] of answer) client.setRequestHandler(schema, handler)
  await client.connect(tapped.transport)
  return {
    client,
    ...tapped,
    /** The version that the server answered `initialize` with. */
    negotiated: tapped.received[0].result.protocolVersion,
    call: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options),
    close: () => client.close(),
  }
}
