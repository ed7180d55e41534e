// my-server.mjs after lesson 4: a stream that counts, and that a reader can come back to. No library.
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

// The URLs.

const ROUTES = new Map([['GET /ticks', getTicks]])

function refuse(response, status, text) {
  response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${text}\n`)
}

const server = createServer((request, response) => {
  const route = ROUTES.get(`${request.method} ${request.url.split('?')[0]}`)
  if (!route) return refuse(response, 404, 'Nothing here.')
  route(request, response)
})
server.listen(Number(process.env.PORT ?? 3001), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
