// my-server.mjs, lesson 9: HTTP+SSE is there, with a second tool that tells its progress. New: count, progressTo, openSession, accepts, sendJson.
// my-server.mjs，第 9 课：HTTP+SSE 已经在了，多了第二个工具，会报告进度。新加的有 count、progressTo、openSession、accepts、sendJson。
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

const VERSIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']
const METHODS = new Map(
  Object.entries({
    initialize: ({ protocolVersion }) => ({
      protocolVersion: VERSIONS.includes(protocolVersion) ? protocolVersion : VERSIONS.at(-1),
      capabilities: { tools: {} },
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

/**
 * The answer to a message. Undefined for what has none: a notification, and an answer of the client's. With `send`, there
 * may be notifications before it.
 */
async function handle({ id, method, params = {} }, send) {
  if (id === undefined || method === undefined) return undefined
  try {
    const run = METHODS.get(method)
    if (!run) throw new RpcError(-32601, `Method not found: ${method}`)
    return { jsonrpc: '2.0', id, result: await run(params, send) }
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
  const send = (one) => stream.write(encode({ event: 'message', data: JSON.stringify(one) }))
  const answer = await handle(message, send)
  if (answer) send(answer)
}

// Lesson 6: a tool.

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
  {
    name: 'count',
    description: 'Counts, one step each tick, and tells how far it is',
    inputSchema: {
      type: 'object',
      properties: { to: { type: 'integer' } },
      required: ['to'],
      additionalProperties: false,
    },
    async run({ to }, progress) {
      for (let n = 1; n <= Math.min(to, 100); n++) {
        await new Promise((done) => setTimeout(done, TICK_MS))
        progress(n, to)
      }
      return `counted to ${to}`
    },
  },
]

/** A function that tells how far a call is, if its caller has asked for that with a progressToken. */
const progressTo = (send, { progressToken } = {}) => {
  const tell = (params) => send?.({ jsonrpc: '2.0', method: 'notifications/progress', params })
  return (progress, total) => progressToken !== undefined && tell({ progressToken, progress, total })
}

METHODS.set('tools/list', () => ({ tools: TOOLS.map(({ run: _run, ...tool }) => tool) }))

METHODS.set('tools/call', async ({ name, arguments: args = {}, _meta }, send) => {
  const tool = TOOLS.find((one) => one.name === name)
  if (!tool) throw new RpcError(-32602, `Unknown tool: ${name}. tools/list names all.`)
  const problem = problemOf(args, tool.inputSchema)
  if (problem) return failed(`Invalid arguments for ${name}: ${problem}.`)
  try {
    return { content: [{ type: 'text', text: await tool.run(args, progressTo(send, _meta)) }] }
  } catch (error) {
    if (error instanceof ToolError) return failed(error.message)
    console.error(error)
    return failed(`The tool ${name} failed.`)
  }
})

const failed = (text) => ({ content: [{ type: 'text', text }], isError: true })

/** What is wrong with arguments. Undefined: nothing. */
function problemOf(args, { properties, required }) {
  for (const name of required) if (!Object.hasOwn(args, name)) return `${name} is missing`
  for (const [name, value] of Object.entries(args)) {
    if (!Object.hasOwn(properties, name)) return `there is no ${name}`
    const { type } = properties[name]
    const fits = type === 'integer' ? Number.isInteger(value) : typeof value === type
    if (!fits) return `${name} must be of type ${type}`
  }
}

// Lesson 9: Streamable HTTP. One URL; each answer is in the response to its POST.

// TODO 1: POST /mcp. `initialize` opens a session: its id is in the header Mcp-Session-Id of the response. Any other message
//   needs that header: 400 without it, 404 where it is unknown. What has no answer gets 202 without a body.
//   POST /mcp：`initialize` 打开一个会话，它的 id 放在响应头 Mcp-Session-Id 里。别的消息都要带这个头：没带 400，不认识 404。
//   没有答复的消息得到 202，没有 body。
// TODO 2: the answer is JSON, or a stream that ends with it: where the client accepts nothing but text/event-stream, or
//   accepts it too and asks for progress (params._meta.progressToken). Who accepts neither gets 406; no Accept is both.
//   答复是 JSON，或者一条以答复结束的流：客户端只接受 text/event-stream，或者两种都接受又要进度
//   （params._meta.progressToken），就给流。两种都不接受：406；没有 Accept，就当两种都接受。
// TODO 3: a stream has a log (createLog) and outlives its connection. Its events have ids `name.number`: the name of the
//   stream in its session, the number in its log. They need no `event:`, for `message` is the default.
//   一条流有一份日志（createLog），连接断了它还在。事件的 id 是 `名字.编号`：流在会话里的名字，事件在日志里的编号。
//   不用写 `event:`，默认就是 `message`。
// TODO 4: GET /mcp with Last-Event-ID goes on with that stream, and no other: 400 where it is unknown. Without, it opens a
//   stream on which nothing is said. 406 where the client accepts no stream. DELETE /mcp ends the session: 204.
//   GET /mcp 带着 Last-Event-ID，就接着读那一条流，不读别的：不认识就 400。没带，就打开一条什么也不说的流。客户端不接受流：
//   406。DELETE /mcp 结束会话：204。

const httpSessions = new Map() // the id of each, and its streams by name

/** A new session: its id goes into the response, and it has no streams yet. */
function openSession(response) {
  const id = randomUUID()
  httpSessions.set(id, new Map())
  response.setHeader('Mcp-Session-Id', id)
  return httpSessions.get(id)
}

/** Whether the client accepts a type; who sends no Accept takes anything. */
const accepts = ({ headers: { accept = '*/*' } }, type) => accept.includes(type) || accept.includes('*/*')

function sendJson(response, status, value) {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
}

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
