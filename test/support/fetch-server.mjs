// A server of Fetch handlers on node:http, as small as can be: what Deno, Bun or a worker brings, for tests of the face.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'

// What a host has to bring, because a Request does not exist before it: bounds on the head, and on the time it takes.
const BOUNDS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  connectionsCheckingInterval: 2_000,
  joinDuplicateHeaders: true,
}

/**
 * Serves a function from a Request to a Response; its second argument is `{ address }`.
 * @param {(request: Request, info: { address: string }) => Promise<Response>} handle
 */
export async function serveFetch(handle, { port = 0, host = '127.0.0.1' } = {}) {
  const server = createServer(BOUNDS, (incoming, outgoing) => void respond(handle, incoming, outgoing))
  server.maxHeadersCount = 0 // Node would leave out those beyond the 2,000th, an Origin among them perhaps
  await once(server.listen(port, host), 'listening')
  return {
    server,
    url: `http://${host}:${server.address().port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function respond(handle, incoming, outgoing) {
  const client = new AbortController()
  outgoing.once('close', () => client.abort())
  let request
  try {
    request = requestOf(incoming, client.signal)
  } catch {
    // No URL can be made of it, or there is no such Request: its method is TRACE, say.
    return void outgoing.writeHead(400, { Connection: 'close' }).end('Send a plain request.\n')
  }
  try {
    const response = await handle(request, { address: incoming.socket.remoteAddress ?? '' })
    if (!outgoing.destroyed) await send(response, outgoing)
  } catch {
    outgoing.destroy()
  }
}

/** @param {import('node:http').IncomingMessage} incoming */
function requestOf(incoming, signal) {
  const { method = 'GET', url = '/', headers, rawHeaders } = incoming
  const isWhole = /^https?:\/\//i.test(url)
  if (!isWhole && !url.startsWith('/')) throw new TypeError('no path')
  const given = new Headers()
  for (let i = 0; i < rawHeaders.length; i += 2) given.append(rawHeaders[i], rawHeaders[i + 1])
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(isWhole ? url : `http://${headers.host || 'localhost'}${url}`, {
    method,
    headers: given,
    signal,
    ...(hasBody && { body: Readable.toWeb(incoming), duplex: 'half' }),
  })
}

/** @param {Response} response @param {import('node:http').ServerResponse} outgoing */
async function send(response, outgoing) {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  if (!response.body) return void outgoing.end()
  outgoing.flushHeaders()
  const reader = response.body.getReader()
  outgoing.once('close', () => void reader.cancel().catch(() => {}))
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) break
      if (!outgoing.write(value)) await once(outgoing, 'drain')
    }
    outgoing.end()
  } catch {
    outgoing.destroy() // the response was cut off
  }
}
