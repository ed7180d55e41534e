// FastMCP for TypeScript over HTTP, as its README puts it up, with its list of origins given. It chooses no free port and
// does not say which it has: a free one is found for it.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { FastMCP } from 'fastmcp'
import { z } from 'zod'

const probe = createServer().listen(0, '127.0.0.1')
await once(probe, 'listening')
const { port } = probe.address()
await new Promise((done) => probe.close(done))

const server = new FastMCP({ name: 'fastmcp', version: '4.0.0' })
server.addTool({
  name: 'greet',
  description: 'Greets somebody',
  annotations: { readOnlyHint: true },
  parameters: z.object({ who: z.string() }),
  execute: async ({ who }) => `Hello, ${who}!`,
})
await server.start({
  transportType: 'httpStream',
  httpStream: { port, host: '127.0.0.1', cors: { origin: `http://127.0.0.1:${port}` } },
})
console.log(`http://127.0.0.1:${port}`)
