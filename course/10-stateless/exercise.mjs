// my-server.mjs, lesson 10: two transports with sessions are there. The third has none.
// my-server.mjs，第 10 课：两种带会话的传输已经在了。第三种没有会话。
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

/** The stream of one answer. It outlives the connection that carries it: who comes back gets the rest. */
function createAnswer(name) {
  const log = createLog()
  let carrier
  let isOver = false
  const write = ({ id, data }) => carrier.write(encode({ id: `${name}.${id}`, data }))
  return {
    /** Has a response carry the stream from now on, beginning after an event. */
    attach(response, after) {
      const missed = log.since(after)
      if (!missed) throw new HttpError(400, 'Last-Event-ID is unknown or forgotten.')
      carrier = openStream(response)
      missed.forEach(write)
      if (isOver) carrier.end()
    },
    send: (message) => write(log.append(JSON.stringify(message))),
    end() {
      isOver = true
      carrier.end()
    },
  }
}

function sessionOf({ headers }) {
  const id = headers['mcp-session-id']
  if (id === undefined) throw new HttpError(400, 'Send Mcp-Session-Id: the answer to initialize has it.')
  if (!httpSessions.has(id)) throw new HttpError(404, 'Unknown session: send initialize again, without its id.')
  return httpSessions.get(id)
}

async function postMcp(request, response) {
  const isStreamFine = accepts(request, 'text/event-stream')
  const isJsonFine = accepts(request, 'application/json')
  if (!isStreamFine && !isJsonFine) throw new HttpError(406, 'Accept application/json, text/event-stream, or both.')
  const message = await readMessage(request)
  const streams = message.method === 'initialize' ? openSession(response) : sessionOf(request)
  if (message.id === undefined || message.method === undefined) return response.writeHead(202).end()
  const wantsProgress = message.params?._meta?.progressToken !== undefined
  if (isJsonFine && !(isStreamFine && wantsProgress)) return sendJson(response, 200, await handle(message))
  const name = String(streams.size + 1)
  const answer = createAnswer(name)
  streams.set(name, answer)
  answer.attach(response, 0)
  answer.send(await handle(message, answer.send))
  answer.end()
}

function getMcp(request, response) {
  if (!accepts(request, 'text/event-stream')) throw new HttpError(406, 'Accept text/event-stream.')
  const streams = sessionOf(request)
  const lastId = request.headers['last-event-id']
  if (lastId === undefined) return openStream(response)
  const [name, after] = lastId.split('.')
  if (!streams.has(name)) throw new HttpError(400, 'Last-Event-ID is unknown or forgotten.')
  streams.get(name).attach(response, after)
}

function deleteMcp(request, response) {
  sessionOf(request)
  httpSessions.delete(request.headers['mcp-session-id'])
  response.writeHead(204).end()
}

// Lesson 10: no session. A request says itself all that is needed to answer it; headers repeat it for those on the way.

const STATELESS = '2026-07-28'
const META = 'io.modelcontextprotocol/' // the keys of _meta that MCP has taken for itself begin so
const SERVER_INFO = { name: 'my-server', version: '1.0.0' }

// TODO 1: a POST to /mcp is stateless where its `_meta` has a protocolVersion, or its header MCP-Protocol-Version is
//   STATELESS or later. It needs no session and gets none. GET and DELETE with such a header: 405.
//   发到 /mcp 的 POST，`_meta` 里有 protocolVersion，或者请求头 MCP-Protocol-Version 是 STATELESS 或更新的版本，就是
//   无状态的：不要会话，也不给会话。GET 和 DELETE 带着这样的头：405。
// TODO 2: refuse, with an error in JSON, what is not right, in this order:
//   不对的就拒绝，错误写成 JSON，按这个次序：
//   400, -32602: `_meta` lacks the protocolVersion (a text) or the clientCapabilities (an object).
//   400, -32020: MCP-Protocol-Version is not the version of the body.
//   400, -32022: the version is not STATELESS; with data: { supported: [STATELESS], requested: … }.
//   400, -32020: Mcp-Method is not the method of the body, or, for tools/call, Mcp-Name not the name of the tool.
//   404, -32601: the method is none of server/discover, tools/list, tools/call.
//   依次是：缺 protocolVersion（文字）或 clientCapabilities（对象）；头里的版本和 body 不同；版本不是 STATELESS；
//   头里的方法或工具名和 body 不同；没有这个方法。
// TODO 3: `server/discover` returns { supportedVersions, capabilities }.
//   `server/discover` 返回 { supportedVersions, capabilities }。
// TODO 4: every result has resultType: 'complete', and `_meta` with serverInfo. Of discover and list also ttlMs: 0 and
//   cacheScope: 'private': how long the result may be kept, here not at all, and whether one client's serves others.
//   每个 result 都有 resultType: 'complete'，还有带 serverInfo 的 `_meta`。discover 和 list 再加上 ttlMs: 0 和
//   cacheScope: 'private'：result 可以留多久（这里一点也不留），一个客户端的能不能给别人用。
// TODO 5: who asks for progress, and accepts a stream, gets one: events without ids, and the answer last.
//   要进度、又接受流的，就给一条流：事件不带 id，答复在最后。

// The URLs.

const ROUTES = new Map([
  ['GET /ticks', getTicks],
  ['GET /sse', getSse],
  ['POST /messages', postMessages],
  ['POST /mcp', postMcp],
  ['GET /mcp', getMcp],
  ['DELETE /mcp', deleteMcp],
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
