// The same, on each of several nodes: sessions and streams are everywhere.
import { defineTool, serve } from 'sse-mcp'
import { redisEngine } from 'sse-mcp/redis'

const greet = defineTool({
  name: 'greet',
  description: 'Greets somebody',
  inputSchema: { type: 'object', properties: { who: { type: 'string' } }, required: ['who'] },
  run: ({ who }) => `Hello, ${who}!`,
})
const engine = await redisEngine({ url: process.env.REDIS_URL, serverSecret: process.env.SERVER_SECRET })
const { url } = await serve({ name: 'demo', version: '1.0.0', tools: [greet], engine, port: Number(process.env.PORT) })
console.log(`${url}/mcp`)
