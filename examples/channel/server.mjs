// How many are watching: an event to all at each change. Open http://127.0.0.1:3000/ in two windows, and close one.
import { createServer } from 'node:http'
import { createChannel, lastEventIdOf, openStream } from 'sse-mcp/sse'

const channel = createChannel()

/** GET /events. In an Express app: `app.get('/events', events)`. */
function events(request, response) {
  const stream = openStream(response)
  channel.join(stream, lastEventIdOf(request)) // who comes back gets what it missed first
  tellAll()
  stream.closed.addEventListener('abort', tellAll)
}

const tellAll = () => channel.send({ event: 'watching', data: `${channel.size}` })

const page = `<!doctype html><meta charset="utf-8"><title>Channel</title><p>Watching: <output></output></p>
<script>
  const source = new EventSource('/events')
  source.addEventListener('watching', ({ data }) => (document.querySelector('output').value = data))
</script>`

const server = createServer((request, response) => {
  if (request.url === '/events') events(request, response)
  else response.writeHead(200, { 'Content-Type': 'text/html' }).end(page)
})
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/`)
})
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    channel.close() // its streams would keep the server open
    server.close()
  })
