// node:http: what is not MCP goes to the third argument.
import { createServer } from 'node:http'
import { createMcpHandler } from 'sse-mcp'
import { options, port } from './hello.mjs'

const mcp = createMcpHandler(options)
const server = createServer((request, response) => mcp(request, response, () => response.end('mine')))
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/mcp`))
