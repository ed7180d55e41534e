// The same, for who has the token.
import { defineTool, serve } from 'sse-mcp'
import { bearerToken } from 'sse-mcp/auth'

const greet = defineTool({
  name: 'greet',
  description: 'Greets somebody',
  inputSchema: { type: 'object', properties: { who: { type: 'string' } }, required: ['who'] },
  run: ({ who }) => `Hello, ${who}!`,
})
const auth = bearerToken(process.env.TOKEN)
const { url } = await serve({ name: 'demo', version: '1.0.0', tools: [greet], auth, port: Number(process.env.PORT) })
console.log(`${url}/mcp`)
