// The server that the official conformance suite is run against: all that this library can do, in one process.
// FACE=fetch serves the same by the fetch face.
import { createFetchHandler } from '../../src/fetch/index.ts'
import { serve, type ChangeBus, type HttpOptions } from '../../src/index.ts'
import { asking } from './asking.ts'
import { prompts } from './prompts.ts'
import { resources, resourceTemplates } from './resources.ts'
import { tasksExtension, taskTools } from './tasks.ts'
import { tools, triggers } from './tools.ts'

let changes: ChangeBus
const options = {
  name: 'sse-mcp-conformance',
  version: '1.0.0',
  tools: [...tools, ...asking, ...taskTools, ...triggers(() => changes)],
  prompts,
  listChanged: true,
  resources,
  resourceTemplates,
  extensions: [tasksExtension],
} satisfies HttpOptions
const port = Number(process.env['PORT'] ?? 3000)

if (process.env['FACE'] === 'fetch') {
  const { serveFetch } = await import('../support/fetch-server.mjs')
  const handler = createFetchHandler<{ address: string }>({ ...options, addressOf: (_request, { address }) => address })
  changes = handler.changes
  const { url } = await serveFetch(handler, { port })
  console.log(`${url}/mcp`)
} else {
  const running = await serve({ ...options, port })
  changes = running.changes
  console.log(`${running.url}/mcp`)
}
