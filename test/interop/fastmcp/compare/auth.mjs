// The same, for who has the token.
import { timingSafeEqual } from 'node:crypto'
import { FastMCP } from 'fastmcp'
import { z } from 'zod'

const port = Number(process.env.PORT)
const wanted = Buffer.from(`Bearer ${process.env.TOKEN}`)
async function authenticate(request) {
  const given = Buffer.from(request.headers.authorization ?? '')
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw new Response(null, { status: 401 })
  return { id: 'all' }
}
const server = new FastMCP({ name: 'demo', version: '1.0.0', authenticate })
server.addTool({
  name: 'greet',
  description: 'Greets somebody',
  parameters: z.object({ who: z.string() }),
  execute: async ({ who }) => `Hello, ${who}!`,
})
await server.start({ transportType: 'httpStream', httpStream: { port, host: '127.0.0.1' } })
console.log(`http://127.0.0.1:${port}/mcp`)
