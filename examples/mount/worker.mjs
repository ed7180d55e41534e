// Cloudflare Workers (before 2026-08-04 with nodejs_compat). Sessions and streams live in a Durable Object: two
// requests of one client may come to two workers, which share no memory.
import { DurableObject } from 'cloudflare:workers'
import { createFetchHandler } from 'sse-mcp/fetch'
import { hello, options } from './hello.mjs'

await hello.check() // compiles the schema: a worker may make code of text at its start, and not later

export class Mcp extends DurableObject {
  #mcp = createFetchHandler({
    ...options,
    allowedHosts: ['localhost', '127.0.0.1'], // the names of your worker
    addressOf: (request) => request.headers.get('CF-Connecting-IP') ?? '',
  })
  fetch(request) {
    return this.#mcp(request)
  }
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    if (!['/mcp', '/sse', '/messages'].includes(pathname)) return new Response('mine')
    return env.MCP.get(env.MCP.idFromName('all')).fetch(request)
  },
}
