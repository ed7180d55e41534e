// One tool, over HTTP.
import { defineTool, serve } from 'sse-mcp'

const greet = defineTool({
  name: 'greet',
  description: 'Greets somebody',
  inputSchema: { type: 'object', properties: { who: { type: 'string' } }, required: ['who'] },
  run: ({ who }) => `Hello, ${who}!`,
})
const { url } = await serve({ name: 'demo', version: '1.0.0', tools: [greet], port: Number(process.env.PORT) })
console.log(`${url}/mcp`)
