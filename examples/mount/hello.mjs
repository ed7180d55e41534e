// What all of these serve.
import { defineTool } from 'sse-mcp'

export const hello = defineTool({
  name: 'hello',
  description: 'Greets somebody',
  inputSchema: { type: 'object', properties: { who: { type: 'string' } }, required: ['who'] },
  run: ({ who }) => `Hello, ${who}!`,
})

export const options = { name: 'demo', version: '1.0.0', tools: [hello] }
export const port = Number(process.env.PORT ?? 3000)
