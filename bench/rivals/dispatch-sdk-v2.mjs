// The official SDK, version 2: its server behind a transport that only hands over.
import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { beSubject, echo } from '../lib/subject.mjs'

let answered
const transport = {
  async start() {},
  async close() {},
  async send(message) {
    answered(JSON.stringify(message))
  },
}
const server = new McpServer({ name: 'sdk-v2', version: '1' })
server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, (args) => echo({ arguments: args }))
await server.connect(transport)

await beSubject(
  (text) =>
    new Promise((resolve) => {
      answered = resolve
      transport.onmessage(JSON.parse(text))
    }),
)
