// A tool with a page of its own (MCP Apps): a host shows it in a frame and hands it the result.
import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { defineResource, defineTool, serve } from 'sse-mcp'

const PAGE = 'ui://dice/dice.html'

const dice = defineTool({
  name: 'roll-dice',
  description: 'Rolls a die',
  inputSchema: { type: 'object', properties: { sides: { type: 'integer', minimum: 2, maximum: 100, default: 6 } } },
  _meta: { ui: { resourceUri: PAGE } },
  run: ({ sides }) => {
    const rolled = randomInt(sides) + 1
    // The text is for the model, and for hosts that show no pages.
    return { content: [{ type: 'text', text: `Rolled ${rolled} of ${sides}.` }], structuredContent: { sides, rolled } }
  },
})

const page = defineResource({
  uri: PAGE,
  name: 'dice',
  mimeType: 'text/html;profile=mcp-app',
  read: () => readFile(new URL('dice.html', import.meta.url), 'utf8'),
})

const { url, close } = await serve({
  name: 'dice',
  version: '1.0.0',
  tools: [dice],
  resources: [page],
  extensions: [{ id: 'io.modelcontextprotocol/ui' }],
  port: Number(process.env.PORT ?? 3000),
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, close)
console.log(`${url}/mcp`)
