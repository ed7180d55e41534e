// Tasks with the official client of the extension: results, questions, errors, cancellation.
// Needs: apps
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createTaskSessionFromClient, resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client'
import { defineTool, RpcError, serve } from '../../../src/index.ts'
import { tasks } from '../../../src/tasks/index.ts'

const inputSchema = { type: 'object' }
const form = { message: 'Sure?', requestedSchema: { type: 'object', properties: { sure: { type: 'boolean' } } } }
let aborted = 0

const tools = [
  defineTool({
    name: 'adds',
    inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
    async run({ a, b }) {
      await sleep(50)
      return `${a + b}`
    },
  }),
  defineTool({
    name: 'asks',
    inputSchema,
    async run(_args, { ask }) {
      const first = await ask({ sure: { method: 'elicitation/create', params: form } })
      const second = await ask({ sure: { method: 'elicitation/create', params: form } })
      return JSON.stringify([first.sure, second.sure])
    },
  }),
  defineTool({
    name: 'breaks',
    inputSchema,
    async run() {
      await sleep(10)
      throw new RpcError(-32603, 'It broke.')
    },
  }),
  defineTool({
    name: 'never',
    inputSchema,
    run: (_args, { signal }) => new Promise(() => signal.addEventListener('abort', () => aborted++)),
  }),
]
const all = Object.fromEntries(tools.map(({ name }) => [name, {}]))
const { url, close } = await serve({
  name: 'test',
  version: '1',
  port: 0,
  tools,
  extensions: [tasks({ tools: all, pollIntervalMs: 10 })],
})
after(close)

const clientInfo = { name: 'interop-tasks', version: '1.0.0' }
const clientCapabilities = { elicitation: { form: {} }, extensions: { 'io.modelcontextprotocol/tasks': {} } }
const protocolVersion = '2026-07-28'
const methods = []

/** What the client of the extension wants of its host: one request, one response. */
async function rawDispatch(request) {
  const { method, params } = request
  methods.push(method)
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': protocolVersion,
      'mcp-method': method,
      'mcp-name': params.name ?? params.taskId ?? '',
    },
    body: JSON.stringify({ id: methods.length, ...request, jsonrpc: '2.0' }),
  })
  const { result, error } = await response.json()
  return error ? { kind: 'error', error } : { kind: 'result', result }
}

async function open(t) {
  const client = new Client(clientInfo, { capabilities: clientCapabilities, versionNegotiation: { mode: 'auto' } })
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)))
  const session = createTaskSessionFromClient(client, {
    endpointId: 'test',
    rawDispatch,
    v2RequestFraming: { protocolVersion, clientInfo, clientCapabilities },
    onInputRequest: async ({ params }) => {
      assert.equal(params.message, 'Sure?')
      return { action: 'accept', content: { sure: true } }
    },
  })
  t.after(async () => {
    await session.close()
    await client.close()
  })
  return session
}

test('a tool that becomes a task gives its result', async (t) => {
  const session = await open(t)
  const execution = await session.callTool('adds', { a: 2, b: 3 })
  const { outcome } = await execution.settle()
  assert.equal(resultFromTaskOutcome(outcome).content[0].text, '5')
  assert.ok(methods.includes('tasks/get'), methods.join())
})

test('what a task asks is answered, twice with the same words', async (t) => {
  const session = await open(t)
  const { outcome } = await (await session.callTool('asks', {})).settle()
  const answer = { action: 'accept', content: { sure: true } }
  assert.deepEqual(JSON.parse(resultFromTaskOutcome(outcome).content[0].text), [answer, answer])
  assert.equal(methods.filter((method) => method === 'tasks/update').length, 2)
})

test('an error of the protocol fails the task', async (t) => {
  const session = await open(t)
  const { outcome } = await (await session.callTool('breaks', {})).settle()
  assert.equal(outcome.status, 'failed')
})

test('a task that is cancelled stops its tool', async (t) => {
  const session = await open(t)
  const execution = await session.callTool('never', {})
  const settled = execution.settle().catch((error) => error)
  await execution.cancel()
  await settled
  assert.equal(aborted, 1)
})
