// Deno: deno run --allow-net --allow-env --allow-read deno.mjs
import { createFetchHandler } from 'sse-mcp/fetch'
import { options, port } from './hello.mjs'

const mcp = createFetchHandler({
  ...options,
  addressOf: (_request, info) => info.remoteAddr.hostname,
  fallback: () => new Response('mine'),
})
const onListen = (address) => console.log(`http://127.0.0.1:${address.port}/mcp`)
Deno.serve({ port, hostname: '127.0.0.1', onListen }, mcp)
