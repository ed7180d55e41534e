// The floor: bare node:http that puts the same bytes on the wire as our server. It parses, calls and answers, and
// checks nothing: no Host, no Origin, no session, no schema, no limit.
//   PORT, HOST, REPLY=sse  as in bench/server.mjs
//   BENCH_SAYS             what `echo` says instead of the text: for the test that a wrong reply is seen
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { storiesText } from '../lib/stories.mjs'

const { PORT, HOST, REPLY, BENCH_SAYS } = process.env
const streams = new Map()

const STREAM_FIELDS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
}
const ACCEPTED = { 'Content-Type': 'text/plain', 'Content-Length': 8, 'X-Content-Type-Options': 'nosniff' }
const NO_CONTENT = { 'Content-Length': 0, 'X-Content-Type-Options': 'nosniff' }

const serverInfo = { name: 'sse-mcp-bench', version: '1' }
const _meta = { 'io.modelcontextprotocol/serverInfo': serverInfo }
const capabilities = { logging: {}, tools: { listChanged: true } }

const run = ({ name, arguments: args }) => (name === 'echo' ? (BENCH_SAYS ?? args.text) : storiesText(args.count))

function answer({ id, method, params }) {
  if (method === 'initialize')
    return JSON.stringify({
      jsonrpc: '2.0',
      id,
      result: { protocolVersion: params.protocolVersion, capabilities, serverInfo },
    })
  const content = [{ type: 'text', text: run(params) }]
  const result = params._meta ? { resultType: 'complete', content, _meta } : { content }
  return JSON.stringify({ jsonrpc: '2.0', id, result })
}

function readBody(request, onBody) {
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (piece) => (text += piece))
  request.on('end', () => onBody(JSON.parse(text)))
}

function openStream(request, response) {
  const id = randomUUID()
  streams.set(id, response)
  response.on('close', () => streams.delete(id))
  response.writeHead(200, STREAM_FIELDS)
  if (request.url === '/sse') response.write(`event: endpoint\ndata: /messages?sessionId=${id}\n\nretry: 1000\n\n`)
  else response.write('id: 0.0\nretry: 1000\ndata: \n\n')
}

function postMessage(request, response) {
  const stream = streams.get(request.url.slice(request.url.indexOf('=') + 1))
  readBody(request, (message) => {
    response.writeHead(202, ACCEPTED).end('Accepted')
    if (message.id !== undefined) stream.write(`event: message\ndata: ${answer(message)}\n\n`)
  })
}

function post(request, response) {
  readBody(request, (message) => {
    if (message.id === undefined) return response.writeHead(202, NO_CONTENT).end()
    const text = answer(message)
    const session = message.method === 'initialize' ? { 'Mcp-Session-Id': randomUUID() } : undefined
    if (REPLY !== 'sse' || session)
      return response
        .writeHead(200, {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(text),
          'X-Content-Type-Options': 'nosniff',
          ...session,
        })
        .end(text)
    const event = message.params._meta
      ? `data: ${text}\n\n`
      : `id: 1.0\nretry: 1000\ndata: \n\nevent: message\nid: 1.1\ndata: ${text}\n\n`
    response.writeHead(200, STREAM_FIELDS).end(event)
  })
}

/** Framed as an HTTP chunk once, then written to the sockets as it is: nothing less is possible. */
function broadcast(_request, response) {
  const event = 'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n'
  const chunk = Buffer.from(`${event.length.toString(16)}\r\n${event}\r\n`)
  for (const stream of streams.values()) stream.socket.write(chunk)
  response.writeHead(202, NO_CONTENT).end()
}

const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  if (request.method === 'GET') openStream(request, response)
  else if (request.url.startsWith('/messages')) postMessage(request, response)
  else if (request.url === '/bench/broadcast') broadcast(request, response)
  else post(request, response)
})
server.maxRequestsPerSocket = 1_000_000_000
server.listen(Number(PORT), HOST, 4096)
