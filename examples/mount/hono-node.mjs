// The same Hono app on Node. The server knows the client's address, and the app hands it on.
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import { port } from './hello.mjs'
import { app } from './hono.mjs'

const outer = new Hono()
outer.use(async (c, next) => {
  c.set('address', getConnInfo(c).remote.address)
  await next()
})
outer.route('/', app)
const server = serve({ fetch: outer.fetch, port, hostname: '127.0.0.1' }, (info) => {
  console.log(`http://127.0.0.1:${info.port}/api/mcp`)
})
server.maxRequestsPerSocket = 100 // who sends many ahead is served at once, and all that waits in memory
