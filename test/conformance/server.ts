// The server that the official conformance suite is run against: all that this library can do, in one process.
import { serve, type RunningServer } from '../../src/index.ts'
import { asking } from './asking.ts'
import { prompts } from './prompts.ts'
import { resources, resourceTemplates } from './resources.ts'
import { tasksExtension, taskTools } from './tasks.ts'
import { tools, triggers } from './tools.ts'

const running: RunningServer = await serve({
  name: 'sse-mcp-conformance',
  version: '1.0.0',
  tools: [...tools, ...asking, ...taskTools, ...triggers(() => running.changes)],
  prompts,
  listChanged: true,
  resources,
  resourceTemplates,
  extensions: [tasksExtension],
  port: Number(process.env['PORT'] ?? 3000),
})
console.log(`${running.url}/mcp`)
