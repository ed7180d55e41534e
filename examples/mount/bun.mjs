// Bun: bun bun.mjs
import { createFetchHandler } from 'sse-mcp/fetch'
import { options, port } from './hello.mjs'

const mcp = createFetchHandler({
  ...options,
  addressOf: (request, server) => server.requestIP(request)?.address ?? '',
  fallback: () => new Response('mine'),
})
const server = Bun.serve({
  port,
  hostname: '127.0.0.1',
  idleTimeout: 0, // seconds in which nothing is sent: a stream may be silent for longer than ten
  fetch: (request, server) => mcp(request, server),
})
console.log(`http://127.0.0.1:${server.port}/mcp`)
