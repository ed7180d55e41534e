// my-server.mjs, lesson 5: the stream of lesson 4 is there; MCP begins. New below: HttpError, readMessage, RpcError.
// my-server.mjs，第 5 课：第 4 课的流已经在了，MCP 从这里开始。下面新加了 HttpError、readMessage、RpcError。
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

// TODO 1: GET /sse opens a stream and a session with a random id (randomUUID). The first event is `endpoint`; its data is
//   /messages?sessionId=…  When the stream closes, the session is forgotten.
//   GET /sse 打开一条流，同时建一个会话，id 随机（randomUUID）。第一个事件是 `endpoint`，data 是 /messages?sessionId=…
//   流一关，会话就忘掉。
// TODO 2: POST /messages takes a message (readMessage) of the session that its URL names: url.searchParams.get('sessionId').
//   Unknown session: 404. Else 202 `Accepted` at once, and the answer, if there is one, as a `message` event on the stream.
//   POST /messages 收一条消息（readMessage），URL 说明是哪个会话：url.searchParams.get('sessionId')。会话不认识：404。
//   认识：马上回 202 `Accepted`；有答复的话，在流上发成一个 `message` 事件。
// TODO 3: the methods `initialize` and `ping`, in METHODS. The version: what the client names if it is in VERSIONS, else
//   the last of VERSIONS.
//   METHODS 里要有 `initialize` 和 `ping`。版本：客户端说的在 VERSIONS 里就用它，否则用 VERSIONS 的最后一个。
// TODO 4: `handle` gives the answer to a message: a result, or the error -32601 for a method that is not there. Nothing for
//   a notification (it has no id) and for an answer of the client (it has no method).
//   `handle` 给出一条消息的答复：result；方法不存在，就是错误 -32601。通知（没有 id）和客户端的答复（没有 method），
//   不用答复。
// TODO 5: who comes from the page of a stranger gets 403: an Origin that is not http://localhost or http://127.0.0.1.
//   陌生网页发来的请求得到 403：它的 Origin 不是 http://localhost，也不是 http://127.0.0.1。

const VERSIONS = ['2024-11-05']
const METHODS = new Map()

/** An error of JSON-RPC, for whoever has called. */
class RpcError extends Error {
  constructor(code, message) {
    super(message)
    this.code = code
  }
}

// The URLs.

const ROUTES = new Map([['GET /ticks', getTicks]])

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
    await route(request, response, url)
  } catch (error) {
    if (response.headersSent) response.end()
    else refuse(response, error.status ?? 500, error.status ? error.message : 'Something broke.')
  }
})
server.listen(Number(process.env.PORT ?? 3001), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
