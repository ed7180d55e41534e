// my-server.mjs, lesson 4: a server that counts, as in lesson 1. Who comes back hears it count from 1 again.
// my-server.mjs，第 4 课：和第 1 课一样，一个报数的服务器。谁断了再来，听到的又是从 1 数起。
import { createServer } from 'node:http'

const TICK_MS = Number(process.env.TICK_MS ?? 1000)
const KEEP_ALIVE_MS = Number(process.env.KEEP_ALIVE_MS ?? 15_000)
const KEPT = Number(process.env.KEPT ?? 100) // events that a reader can come back for

// Lesson 4: a stream, and what its reader has missed.

// TODO 1: one count for all readers. It goes on whether somebody reads or not, and each tick has its number as its id.
//   所有读者共用一个数。有没有人读，它都接着数；每次报的数就是那个事件的 id。
// TODO 2: keep the last KEPT ticks. Who comes with Last-Event-ID gets what came after that id, and then the new ones.
//   Who comes without it hears the new ones alone. For an id that is forgotten, or was never given, say so first:
//   `event: reset` with any data. 0 is no such id: it stands before the first tick.
//   留着最后 KEPT 个事件。带着 Last-Event-ID 来的，先补发那个 id 之后的，再接着发新的；没带的，只听新的。id 已经
//   忘了，或者从没给过，先说明：`event: reset`，data 随便写。0 不算，它在第一个之前。
// TODO 3: `retry: 1000` at the beginning; `: keep-alive` every KEEP_ALIVE_MS.
//   开头发 `retry: 1000`；每隔 KEEP_ALIVE_MS 发一次 `: keep-alive`。
// TODO 4: no timer outlives its reader.
//   读者走了，它的定时器也要停。
// TODO 5: nobody on the way may keep the stream (Cache-Control), and the headers leave at once.
//   沿途谁也不许缓存这条流（Cache-Control），HTTP 头马上发出去。

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
