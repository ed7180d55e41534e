// Hono, wherever it runs: `app.fetch` is all that a server, or a test, needs.
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { secureHeaders } from 'hono/secure-headers'
import { createFetchHandler } from 'sse-mcp/fetch'
import { options } from './hello.mjs'

const mcp = createFetchHandler({
  ...options,
  publicUrl: 'http://localhost/api',
  addressOf: (_request, address) => address ?? '',
})

export const app = new Hono()
app.use(compress(), secureHeaders())
app.get('/', (c) => c.text('mine'))
for (const path of ['/mcp', '/sse', '/messages']) app.all(`/api${path}`, (c) => mcp(c.req.raw, c.get('address')))

export default app
