// The floor: bare node:http that puts the same bytes on the wire as our server. It parses, calls and answers, and
// checks nothing: no Host, no Origin, no session, no schema, no limit.
//   PORT, HOST, REPLY=sse  as in bench/server.mjs
//   BROADCAST=write        a broadcast is a `response.write` for each stream; default: one chunk, past the responses
//   BENCH_SAYS             what `echo` says instead of the text: for the test that a wrong reply is seen
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { storiesText } from '../lib/stories.mjs'
import { sayLater } from '../lib/wait.mjs'

const { PORT, HOST, REPLY, BROADCAST, BENCH_SAYS } = process.env
const streams = new Map()

const STREAM_FIELDS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
}
const ACCEPTED = {
  'Content-Type': 'text/plain',
  'Content-Length': 8,
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
}
const NO_CONTENT = {
  'Content-Length': 0,
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

const serverInfo = { name: 'sse-mcp-bench', version: '1' }
const _meta = { 'io.modelcontextprotocol/serverInfo': serverInfo }
const capabilities = { logging: {}, tools: { listChanged: true } }

const run = ({ name, arguments: args }) => (name === 'echo' ? (BENCH_SAYS ?? args.text) : storiesText(args.count))

/** Hands on the answer: at once, but for the tool that waits. */
function answer({ id, method, params }, onAnswer) {
  if (method === 'initialize') {
    const result = { protocolVersion: params.protocolVersion, capabilities, serverInfo }
    return onAnswer(JSON.stringify({ jsonrpc: '2.0', id, result }))
  }
  const done = (text) => {
    const content = [{ type: 'text', text }]
    const result = params._meta ? { resultType: 'complete', content, _meta } : { content }
    onAnswer(JSON.stringify({ jsonrpc: '2.0', id, result }))
  }
  if (params.name === 'wait') sayLater(params.arguments).then(done)
  else done(run(params))
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
    if (message.id !== undefined) answer(message, (text) => stream.write(`event: message\ndata: ${text}\n\n`))
  })
}

function post(request, response) {
  readBody(request, (message) => {
    if (message.id === undefined) return response.writeHead(202, NO_CONTENT).end()
    answer(message, (text) => {
      const session = message.method === 'initialize' ? { 'Mcp-Session-Id': randomUUID() } : undefined
      if (REPLY === 'sse' && !session) return response.writeHead(200, STREAM_FIELDS).end(events(message, text))
      const fields = {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(text),
        'X-Content-Type-Options': 'nosniff',
        'Cross-Origin-Resource-Policy': 'same-origin',
        ...session,
      }
      response.writeHead(200, fields).end(text)
    })
  })
}

const events = ({ params }, text) =>
  params._meta ? `data: ${text}\n\n` : `id: 1.0\nretry: 1000\ndata: \n\nevent: message\nid: 1.1\ndata: ${text}\n\n`

const CHANGED = 'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n'

/**
 * Framed as an HTTP chunk once, then written to the sockets as it is: nothing less is possible. With BROADCAST=write
 * each response frames it: nothing less is possible for whoever writes to responses.
 */
function broadcast(_request, response) {
  if (BROADCAST === 'write') for (const stream of streams.values()) stream.write(CHANGED)
  else {
    const chunk = Buffer.from(`${CHANGED.length.toString(16)}\r\n${CHANGED}\r\n`)
    for (const stream of streams.values()) stream.socket.write(chunk)
  }
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
