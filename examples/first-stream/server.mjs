// The first stream: Server-Sent Events written by hand. Everything about SSE is in the first function.
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'

function stream(response) {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
    'X-Content-Type-Options': 'nosniff',
  })
  let n = 0
  const send = () => response.write(`data: ${++n}\n\n`)
  send()
  const timer = setInterval(send, 1000)
  response.on('close', () => clearInterval(timer)) // the client has gone: nobody else stops the timer
}

// The rest serves two files. The policy allows this page's own script and its own stream, and nothing else.
const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

function file(name, type) {
  return (response) => {
    response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, 'Content-Security-Policy': POLICY })
    createReadStream(new URL(name, import.meta.url)).pipe(response)
  }
}

const routes = new Map([
  ['/', file('index.html', 'text/html')],
  ['/page.js', file('page.js', 'text/javascript')],
  ['/stream', stream],
])

const server = createServer((request, response) => {
  const route = request.method === 'GET' && routes.get(request.url)
  if (route) route(response)
  else response.writeHead(404).end('Only GET /, /page.js and /stream are here.\n')
})

server.listen(Number(process.env.PORT ?? 3001), '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}/`
  console.log(`${url}\ncurl -N ${url}stream`)
})
