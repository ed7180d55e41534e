import { defineTool, serve } from 'sse-mcp'

const hello = defineTool({
  name: 'hello',
  description: 'Greets somebody, as often as you like',
  inputSchema: {
    type: 'object',
    properties: { who: { type: 'string' }, times: { type: 'integer', default: 1, maximum: 10 } },
    required: ['who'],
  },
  run: ({ who, times }) => `Hello, ${who}! `.repeat(times).trim(),
})

const { url, close } = await serve({
  name: 'demo',
  version: '1.0.0',
  tools: [hello],
  port: Number(process.env.PORT ?? 3000),
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, close)
console.log(`${url}/mcp`)
