// JSON-RPC by itself, and MCP over a transport of one's own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as jsonrpc from 'sse-mcp/jsonrpc'
import type { Handler, Message, MethodTable, Response } from 'sse-mcp/jsonrpc'
import { createClient, createMcpServer, defineTool, handshakeRevisions, isCallEnd, newestHandshake } from 'sse-mcp/mcp'
import type { Client, ClientChannel, McpServer } from 'sse-mcp/mcp'
import { tools } from './definitions.js'

const unexpected = (error: unknown) => assert.fail(String(error))

test('a dispatcher answers a batch', async () => {
  const methods: MethodTable<{ user: string }> = new Map<string, Handler<{ user: string }>>([
    ['hello', (_params, { user }) => ({ text: `Hello, ${user}` })],
    [
      'refuse',
      () => {
        throw new jsonrpc.RpcError(jsonrpc.INVALID_PARAMS, 'No.', { why: 'because' })
      },
    ],
  ])
  const batch = jsonrpc.parseJson(
    '[{"jsonrpc":"2.0","id":1,"method":"hello"},{"jsonrpc":"2.0","id":"2","method":"refuse"},{"jsonrpc":"2.0","method":"hello"},7]',
  )
  const dispatch = (message: Message) =>
    'method' in message ? jsonrpc.dispatch(methods, message, { user: 'ada' }, unexpected) : undefined
  const answered = (await jsonrpc.answerAll(batch, dispatch)) as Response[]
  assert.deepEqual(
    answered.map((response) => ('result' in response ? response.result : response.error.code)),
    [{ text: 'Hello, ada' }, jsonrpc.INVALID_PARAMS, jsonrpc.INVALID_REQUEST],
  )
  assert.equal(
    jsonrpc.encodeResponse({ jsonrpc: '2.0', id: 1, result: {} }, unexpected),
    '{"jsonrpc":"2.0","id":1,"result":{}}',
  )
  assert.throws(() => jsonrpc.parseJson('{'), { code: jsonrpc.PARSE_ERROR })
})

test('MCP without a transport: questions, log and cancellation', async () => {
  let end: unknown
  let begins = () => {}
  const began = new Promise<void>((resolve) => (begins = resolve))
  const patient = defineTool({
    name: 'patient',
    inputSchema: { type: 'object' },
    run: (_args, { signal }) =>
      new Promise((_resolve, reject) => {
        begins()
        signal.addEventListener('abort', () => {
          end = signal.reason
          reject(signal.reason as Error)
        })
      }),
  })
  const server: McpServer = createMcpServer({
    name: 'bare',
    version: '1.0.0',
    tools: [...tools, patient],
    log: () => {},
  })
  assert.equal(handshakeRevisions.get('2025-11-25'), newestHandshake)
  const client: Client = createClient(newestHandshake)
  const sent: Message[] = []
  const channel: ClientChannel = {
    canSend: true,
    send(message) {
      sent.push(message)
      if (!jsonrpc.isRequest(message) || message.method !== 'elicitation/create') return
      const result = { action: 'accept', content: { size: 'large' } }
      void server.handle({ jsonrpc: '2.0', id: message.id, result }, client, channel)
    },
  }
  const request = async (id: number, method: string, params: Record<string, unknown> = {}) =>
    (await server.handle({ jsonrpc: '2.0', id, method, params }, client, channel)) as
      | { result?: any; error?: any }
      | undefined

  const hello = await request(1, 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: { elicitation: {} },
    clientInfo: { name: 'c', version: '1' },
  })
  assert.equal(hello?.result.serverInfo.name, 'bare')
  await server.handle({ jsonrpc: '2.0', method: 'notifications/initialized' }, client, channel)
  const ordered = await request(2, 'tools/call', { name: 'order' })
  assert.equal(ordered?.result.content[0].text, 'A large one.')
  await request(3, 'tools/call', { name: 'work', _meta: { progressToken: 1 } })
  assert.deepEqual(
    sent.map((message) => ('method' in message ? message.method : 'response')),
    ['elicitation/create', 'notifications/progress', 'notifications/message', 'notifications/progress'],
  )
  const cancelled = request(4, 'tools/call', { name: 'patient' })
  await began
  const params = { requestId: 4, reason: 'enough' }
  await server.handle({ jsonrpc: '2.0', method: 'notifications/cancelled', params }, client, channel)
  assert.equal(await cancelled, undefined)
  assert.ok(isCallEnd(end))
  const heard: string[] = []
  const unsubscribe = server.changes.subscribe(({ kind }) => void heard.push(kind))
  server.changes.publish({ kind: 'resourceUpdated', uri: 'note://one' })
  unsubscribe()
  assert.deepEqual(heard, ['resourceUpdated'])
  await server.drain()
})
