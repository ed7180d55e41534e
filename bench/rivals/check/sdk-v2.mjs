// The official SDK, version 2: its handler, which serves the newest revision and older ones without sessions, behind its
// guards of Host and Origin.
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { GREET, greet, listen } from './greet.mjs'

function createMcp() {
  const { name, ...rest } = GREET
  const mcp = new McpServer({ name: 'sdk-v2', version: '2' })
  mcp.registerTool(name, { ...rest, inputSchema: z.object({ who: z.string() }) }, greet)
  return mcp
}

const [validateHost, validateOrigin] = [localhostHostValidation(), localhostOriginValidation()]
const handle = toNodeHandler(createMcpHandler(createMcp))
listen((request, response) => {
  if (validateHost(request, response) && validateOrigin(request, response)) handle(request, response)
})
