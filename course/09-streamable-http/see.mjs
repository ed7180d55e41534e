// node course/09-streamable-http/see.mjs: the same task (one list, one call) over three transports: what it costs, and what
// two servers make of it that are dealt the requests in turn. Both run the finished server of lesson 10.
import { Agent, request as httpRequest } from 'node:http'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startServer } from '../stages/start.mjs'
import { CLIENT } from '../stages/sse-client.mjs'
import { stateless } from '../stages/10-stateless.mjs'

const CALL = { name: 'get-hackernews-item', arguments: { id: 21511019 } }
const initialize = (protocolVersion) => ({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: CLIENT },
})
const INITIALIZED = { jsonrpc: '2.0', method: 'notifications/initialized' }
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
const TOOLS_CALL = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: CALL }

/** A client that counts. Its requests go to the servers in turn. */
function createClient(urls) {
  // One connection to a server for what is posted, and one for the long stream.
  const agents = { GET: new Agent({ keepAlive: true }), POST: new Agent({ keepAlive: true, maxSockets: 1 }) }
  const sockets = new Set()
  const log = []
  async function send(method, path, message, more = {}) {
    const server = log.length % urls.length
    const body = message && JSON.stringify(message)
    const headers = { Host: 'localhost', Accept: 'application/json, text/event-stream', ...more }
    if (body) Object.assign(headers, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) })
    const sent = httpRequest(urls[server] + path, { method, headers, agent: agents[method] })
    sent.once('socket', (socket) => sockets.add(socket))
    sent.end(body)
    const [response] = await once(sent, 'response')
    const what = message ? message.method.replace('notifications/', '') : `${method} ${path}`
    log.push(`${what} -> ${urls.length > 1 ? `server ${server + 1}: ` : ''}${response.statusCode}`)
    response.setEncoding('utf8')
    if (!/event-stream/.test(response.headers['content-type'])) for await (const _piece of response);
    return response
  }
  return {
    send,
    log,
    count: () => ({
      requests: log.length,
      connections: sockets.size,
      sent: sum('bytesWritten'),
      received: sum('bytesRead'),
    }),
    close: () => sockets.forEach((socket) => socket.destroy()),
  }
  function sum(name) {
    return [...sockets].reduce((total, socket) => total + socket[name], 0)
  }
}

const TASKS = {
  async 'HTTP+SSE'({ send }) {
    const stream = await send('GET', '/sse')
    let text = ''
    const until = async (word) => {
      while (!text.includes(word)) text += (await once(stream, 'data'))[0]
    }
    await until('\n\n')
    const endpoint = /data: (.*)/.exec(text)[1]
    for (const message of [initialize('2024-11-05'), INITIALIZED, LIST, TOOLS_CALL]) {
      const { statusCode } = await send('POST', endpoint, message)
      if (statusCode !== 202) return
      if ('id' in message) await until(`"id":${message.id},`)
    }
  },
  async 'Streamable HTTP'({ send }) {
    const { headers } = await send('POST', '/mcp', initialize('2025-11-25'))
    const session = { 'Mcp-Session-Id': headers['mcp-session-id'], 'MCP-Protocol-Version': '2025-11-25' }
    for (const message of [INITIALIZED, LIST, TOOLS_CALL])
      if ((await send('POST', '/mcp', message, session)).statusCode >= 400) return
  },
  async stateless({ send }) {
    for (const [method, params] of [['tools/list'], ['tools/call', CALL]]) {
      const { message, headers } = stateless(method, params)
      await send('POST', '/mcp', message, headers)
    }
  },
}

const file = fileURLToPath(new URL('../10-stateless/solution.mjs', import.meta.url))
const servers = await Promise.all([startServer(file), startServer(file)])
const [one, ...others] = servers.map(({ url }) => url)
const cells = (first, ...rest) => first.padEnd(16) + rest.map((cell) => String(cell).padStart(13)).join('')

console.log(cells('one server', 'requests', 'connections', 'bytes sent', 'received'))
for (const [name, task] of Object.entries(TASKS)) {
  const client = createClient([one])
  await task(client)
  const { requests, connections, sent, received } = client.count()
  console.log(cells(name, requests, connections, sent, received))
  client.close()
}
console.log('\ntwo servers, in turn')
for (const [name, task] of Object.entries(TASKS)) {
  const client = createClient([one, ...others])
  await task(client)
  console.log(`${name.padEnd(17)}${client.log.join(', ')}`)
  client.close()
}
await Promise.all(servers.map((server) => server.close()))
