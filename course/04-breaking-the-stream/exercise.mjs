// my-server.mjs, lesson 4: a server that counts, as in lesson 1. Who comes back hears it count from 1 again.
import { createServer } from 'node:http'

const TICK_MS = Number(process.env.TICK_MS ?? 1000)
const KEEP_ALIVE_MS = Number(process.env.KEEP_ALIVE_MS ?? 15_000)
const KEPT = Number(process.env.KEPT ?? 100) // events that a reader can come back for

// Lesson 4: a stream, and what its reader has missed.

// TODO 1: one count for all readers. It goes on whether somebody reads or not, and each tick has its number as its id.
// TODO 2: keep the last KEPT ticks. Who comes with Last-Event-ID gets what came after that id, and then the new ones.
//   Who comes without it hears the new ones alone. For an id that is forgotten, or was never given, say so first:
//   `event: reset` with any data.
// TODO 3: `retry: 1000` at the beginning; `: keep-alive` every KEEP_ALIVE_MS.
// TODO 4: no timer outlives its reader.
// TODO 5: nobody on the way may keep the stream (Cache-Control), and the headers leave at once.

function getTicks(request, response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  let count = 0
  setInterval(() => response.write(`data: ${++count}\n\n`), TICK_MS)
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
