// An MCP server written in an hour, without a single check. It shows that the cases can fail. Never use it for anything.
import { createServer } from 'node:net'

const stories = (amount = 10) =>
  Array.from({ length: amount }, (_, at) => ({ type: 'text', text: `{"title":"Story ${at}"}` }))
const sessions = {}
let count = 0

const methods = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: {},
    serverInfo: { name: 'naive', version: '1' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: [{ name: 'get-hackernews-top-stories', inputSchema: { type: 'object' } }] }),
  'tools/call': (params) => ({ content: stories(params.arguments.amount) }),
  'server/discover': () => ({ supportedVersions: ['2026-07-28'], capabilities: {} }),
}

function answerTo(message) {
  const result = methods[message.method](message.params)
  return JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { ...result, resultType: 'complete' } })
}

function serve(socket, method, target, headers, body) {
  const say = (status, type, text, more = '') =>
    socket.write(
      `HTTP/1.1 ${status} OK\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(text)}\r\nX-Powered-By: naive\r\nAccess-Control-Allow-Origin: *\r\n${more}\r\n${text}`,
    )
  try {
    if (method === 'DELETE') say(200, 'text/plain', '')
    else if (target === '/health') say(200, 'application/json', '{"status":"ok"}')
    else if (method === 'GET' && headers.accept?.includes('event-stream')) {
      sessions[++count] = socket
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n')
      event(socket, 'endpoint', `/messages?sessionId=${count}`)
    } else if (target.startsWith('/messages')) {
      say(202, 'text/plain', 'Accepted')
      event(sessions[target.split('=')[1]], 'message', answerTo(JSON.parse(body)))
    } else if (method === 'POST') {
      const message = JSON.parse(body)
      if (message.method.startsWith('notifications/')) return say(202, 'text/plain', '')
      say(200, 'application/json', answerTo(message), `Mcp-Session-Id: ${headers['mcp-session-id'] ?? ++count}\r\n`)
    } else say(200, 'text/html', `<h1>Welcome to ${decodeURIComponent(target)}</h1>`)
  } catch (error) {
    say(500, 'text/html', `<pre>${error.stack}</pre>`)
  }
}

function event(socket, name, data) {
  const text = `event: ${name}\ndata: ${data}\n\n`
  socket?.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
}

createServer((socket) => {
  let waiting = ''
  socket.setEncoding('latin1')
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    waiting += chunk
    for (let at = waiting.indexOf('\r\n\r\n'); at !== -1; at = waiting.indexOf('\r\n\r\n')) {
      const [first, ...lines] = waiting.slice(0, at).split('\r\n')
      const headers = Object.fromEntries(
        lines.map((line) => [line.split(':')[0].toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      )
      const end = at + 4 + Math.max(0, parseInt(headers['content-length'], 10) || 0)
      if (waiting.length < end) return
      const [method, target = '/'] = first.split(' ')
      serve(socket, method, target, headers, Buffer.from(waiting.slice(at + 4, end), 'latin1').toString())
      waiting = waiting.slice(end)
    }
  })
}).listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', function () {
  console.log(`http://127.0.0.1:${this.address().port}/`)
})
