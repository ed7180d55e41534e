// MCP over stdio: a JSON-RPC message a line, the client's on standard input, the server's on standard output.
import { createInterface } from 'node:readline'
import { createClient, createMcpServer, defineTool, newestHandshake } from 'sse-mcp'
import * as jsonrpc from 'sse-mcp/jsonrpc'

const tea = defineTool({
  name: 'make-tea',
  description: 'Makes tea as its drinker likes it',
  inputSchema: { type: 'object' },
  async run(_args, { ask, progress }) {
    const params = { message: 'With sugar?', requestedSchema: { type: 'object', properties: {} } }
    const { sugar } = await ask({ sugar: { method: 'elicitation/create', params } })
    progress(1, 1, 'The water boils')
    return sugar.action === 'accept' ? 'Tea with sugar.' : 'Tea.'
  },
})

const server = createMcpServer({ name: 'tea', version: '1.0.0', tools: [tea] })
const client = createClient(newestHandshake) // there is one, and its `initialize` says which revision it speaks
const write = (line) => process.stdout.write(`${line}\n`)
/** The way to the client before a response: notifications, and requests of the server. */
const channel = { canSend: true, send: (message) => write(JSON.stringify(message)) }

async function receive(line) {
  let message
  try {
    message = jsonrpc.parseJson(line)
    if (!jsonrpc.isMessage(message)) throw new jsonrpc.RpcError(jsonrpc.INVALID_REQUEST, jsonrpc.NOT_A_MESSAGE)
  } catch (error) {
    return write(JSON.stringify(jsonrpc.errorResponse(error, jsonrpc.readableId(message))))
  }
  const response = await server.handle(message, client, channel)
  if (response) write(jsonrpc.encodeResponse(response, server.onUnexpected))
}

for await (const line of createInterface({ input: process.stdin })) void receive(line) // one does not wait for another
await server.drain() // the client has closed standard input: what is under way is answered, and the process ends
