import { defineTool } from '../mcp/index.ts'
export const placeholder = defineTool({
  name: 'placeholder',
  description: 'x',
  inputSchema: { type: 'object', properties: { n: { type: 'number', default: 3 } } },
  run: ({ n }) => `pong ${n}`,
})
