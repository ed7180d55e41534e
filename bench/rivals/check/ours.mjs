// This project: its handler, with all that it serves on.
import { defineTool, serve } from '../../../dist/index.js'
import { GREET, greet } from './greet.mjs'

const inputSchema = { type: 'object', properties: { who: { type: 'string' } }, required: ['who'] }
const { url } = await serve({
  name: 'sse-mcp',
  version: '1',
  tools: [defineTool({ ...GREET, inputSchema, run: greet })],
  log: () => {},
  port: Number(process.env.PORT ?? 0),
})
console.log(url)
