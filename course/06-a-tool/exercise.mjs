// my-server.mjs, lesson 6: the handshake of lesson 5 is there; the tool is given, but nobody can call it yet.
// my-server.mjs，第 6 课：第 5 课的握手已经在了；工具也写好了，只是还没有人能调用它。
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const TICK_MS = Number(process.env.TICK_MS ?? 1000)
const KEEP_ALIVE_MS = Number(process.env.KEEP_ALIVE_MS ?? 15_000)
const KEPT = Number(process.env.KEPT ?? 100) // events that a reader can come back for

// Lesson 4: a stream, and what its reader has missed.

/** One event as it goes over the wire. No value here has a line end: they are numbers, and JSON on one line. */
function encode({ event, id, data }) {
  const lines = [event && `event: ${event}`, id !== undefined && `id: ${id}`, `data: ${data}`]
  return `${lines.filter(Boolean).join('\n')}\n\n`
}

/** The last events of a stream, each under an id that counts up. */
function createLog() {
  const kept = []
  let last = 0
  return {
    append(data) {
      const event = { id: ++last, data }
      kept.push(event)
      if (kept.length > KEPT) kept.shift()
      return event
    },
    /** The events after this id. Undefined: some of them are forgotten, or it was never given. */
    since(id) {
      const missed = last - Number(id)
      return missed >= 0 && missed <= kept.length ? kept.slice(kept.length - missed) : undefined
    },
  }
}

/** Answers with a stream. A comment now and then keeps a silent one from being cut on the way. */
function openStream(response) {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  })
  response.flushHeaders()
  const beat = setInterval(() => response.write(': keep-alive\n\n'), KEEP_ALIVE_MS)
  response.once('close', () => clearInterval(beat))
  return response
}

const ticks = createLog()
const readers = new Set()
let count = 0
setInterval(() => {
  const tick = ticks.append(++count)
  for (const reader of readers) reader.write(encode(tick))
}, TICK_MS)

function getTicks(request, response) {
  const lastId = request.headers['last-event-id']
  const missed = lastId === undefined ? [] : ticks.since(lastId)
  openStream(response).write('retry: 1000\n\n')
  if (!missed) response.write(encode({ event: 'reset', data: 'some events are forgotten' }))
  for (const tick of missed ?? []) response.write(encode(tick))
  readers.add(response)
  response.once('close', () => readers.delete(response))
}

// Lesson 5: MCP over HTTP+SSE. GET /sse is the way down, POST /messages the way up; `endpoint` joins the two.

const VERSIONS = ['2024-11-05']
const METHODS = new Map(
  Object.entries({
    initialize: ({ protocolVersion }) => ({
      protocolVersion: VERSIONS.includes(protocolVersion) ? protocolVersion : VERSIONS.at(-1),
      capabilities: {},
      serverInfo: { name: 'my-server', version: '1.0.0' },
    }),
    ping: () => ({}),
  }),
)

/** An error of JSON-RPC, for whoever has called. */
class RpcError extends Error {
  constructor(code, message) {
    super(message)
    this.code = code
  }
}

/** The answer to a message. Undefined for what has none: a notification, and an answer of the client's. */
async function handle({ id, method, params = {} }) {
  if (id === undefined || method === undefined) return undefined
  try {
    const run = METHODS.get(method)
    if (!run) throw new RpcError(-32601, `Method not found: ${method}`)
    return { jsonrpc: '2.0', id, result: await run(params) }
  } catch (error) {
    const { code, message } = error instanceof RpcError ? error : new RpcError(-32603, 'Internal error')
    return { jsonrpc: '2.0', id, error: { code, message } }
  }
}

const sessions = new Map() // the id of each, and its stream

function getSse(_request, response) {
  const id = randomUUID()
  sessions.set(id, openStream(response))
  response.once('close', () => sessions.delete(id))
  response.write(encode({ event: 'endpoint', data: `/messages?sessionId=${id}` }))
}

async function postMessages(request, response, url) {
  const stream = sessions.get(url.searchParams.get('sessionId'))
  if (!stream) throw new HttpError(404, 'Unknown session: its stream is closed. Open GET /sse again.')
  const message = await readMessage(request)
  response.writeHead(202, { 'Content-Type': 'text/plain' }).end('Accepted')
  const answer = await handle(message)
  if (answer) stream.write(encode({ event: 'message', data: JSON.stringify(answer) }))
}

// Lesson 6: a tool.

// TODO 1: say in `initialize` that there are tools: capabilities: { tools: {} }.
//   在 `initialize` 里说明这里有工具：capabilities: { tools: {} }。
// TODO 2: `tools/list` names each tool with its description and inputSchema, and nothing else of it.
//   `tools/list` 列出每个工具的 name、description、inputSchema，别的都不给。
// TODO 3: `tools/call` runs the tool with `params.arguments`, and returns { content: [{ type: 'text', text }] }.
//   No such tool: the error -32602, for the program that called.
//   Wrong arguments, or a ToolError: a result with isError: true and a text, for the model, which can do better.
//   Any other error is a result as well, but its own text stays here: it may name paths or secrets.
//   `tools/call` 用 `params.arguments` 运行工具，返回 { content: [{ type: 'text', text }] }。没有这个工具：错误 -32602，
//   给调用的程序看。参数不对，或者 ToolError：result 里 isError: true 加一段 text，给模型看，它能改。别的错误也是一个
//   result，但原文留在这里：里面可能有路径，有机密。
// TODO 4: `problemOf` says what is wrong with arguments by a schema: one that is required and missing, one of another type,
//   one that the schema does not know.
//   `problemOf` 按 schema 说出参数错在哪里：必填的没填，类型不对，schema 里没有。

/** An error for the model. Its text becomes the result. */
class ToolError extends Error {}

const { items } = JSON.parse(readFileSync('data/hackernews.json', 'utf8'))

const TOOLS = [
  {
    name: 'get-hackernews-item',
    description: 'Get one story from Hacker News, by its id',
    inputSchema: {
      type: 'object',
      properties: { id: { type: 'integer' } },
      required: ['id'],
      additionalProperties: false,
    },
    run({ id }) {
      const item = items.find((one) => one.id === id)
      if (!item) throw new ToolError(`There is no story ${id}. Try ${items[0].id}.`)
      return JSON.stringify(item)
    },
  },
]

// The URLs.

const ROUTES = new Map([
  ['GET /ticks', getTicks],
  ['GET /sse', getSse],
  ['POST /messages', postMessages],
])

const OUR_PAGES = /^https?:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/

/** A refusal with a status of HTTP. */
class HttpError extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

function refuse(response, status, text) {
  response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${text}\n`)
}

/** The body of a request: one message of JSON-RPC. */
async function readMessage(request) {
  let text = ''
  for await (const piece of request.setEncoding('utf8')) text += piece
  let message
  try {
    message = JSON.parse(text)
  } catch {
    throw new HttpError(400, 'The body is not JSON.')
  }
  if (message?.jsonrpc !== '2.0') throw new HttpError(400, 'The body is not a message of JSON-RPC 2.0.')
  return message
}

const server = createServer(async (request, response) => {
  try {
    const url = new URL(request.url, 'http://localhost')
    const route = ROUTES.get(`${request.method} ${url.pathname}`)
    if (!route) throw new HttpError(404, 'Nothing here.')
    const { origin } = request.headers
    if (origin && !OUR_PAGES.test(origin)) throw new HttpError(403, `Pages of ${origin} may not call.`)
    await route(request, response, url)
  } catch (error) {
    if (response.headersSent) response.end()
    else refuse(response, error.status ?? 500, error.status ? error.message : 'Something broke.')
  }
})
server.listen(Number(process.env.PORT ?? 3001), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
