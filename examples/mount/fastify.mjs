// Fastify 5, under a prefix, which publicUrl names; it has parsed the body itself.
import compress from '@fastify/compress'
import helmet from '@fastify/helmet'
import Fastify from 'fastify'
import { createMcpHandler } from 'sse-mcp'
import { options, port } from './hello.mjs'

const mcp = createMcpHandler({ ...options, publicUrl: `http://127.0.0.1:${port}/api` })
const app = Fastify()
await app.register(helmet)
await app.register(compress)
app.register(
  async (api) => {
    for (const path of ['/mcp', '/sse', '/messages'])
      api.all(path, (request, reply) => {
        reply.hijack() // what hooks would do to the answer, they do not do here
        request.raw.body = request.body
        return mcp(request.raw, reply.raw)
      })
  },
  { prefix: '/api' },
)
app.get('/', () => 'mine')
console.log(`${await app.listen({ port, host: '127.0.0.1' })}/api/mcp`)
