// The official SDK's client against examples/stdio: the server without HTTP, a process of its own.
// Needs: sdk-v1
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test as nodeTest } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'

/** A client that waits in vain must not wait for ever. */
const test = (name, run) => nodeTest(name, { timeout: 120_000 }, run)
const SERVER = fileURLToPath(new URL('../../../examples/stdio/server.mjs', import.meta.url))

test('the SDK client initializes, lists and calls a tool over stdio; the tool asks, and progress comes before the result', async (t) => {
  const transport = new StdioClientTransport({ command: process.execPath, args: [SERVER] })
  const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } })
  const came = []
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    came.push(params.message)
    return { action: 'accept', content: {} }
  })
  t.after(() => client.close())
  await client.connect(transport)
  assert.deepEqual(client.getServerVersion(), { name: 'tea', version: '1.0.0' })
  assert.deepEqual(
    (await client.listTools()).tools.map(({ name }) => name),
    ['make-tea'],
  )
  const onprogress = ({ progress, message }) => came.push([progress, message])
  const { content } = await client.callTool({ name: 'make-tea' }, undefined, { onprogress })
  assert.deepEqual(content, [{ type: 'text', text: 'Tea with sugar.' }])
  assert.deepEqual(came, ['With sugar?', [1, 'The water boils']])
})

test('over stdio, what is no JSON is answered by -32700, what is no message by -32600, and the process ends with its input', async (t) => {
  const child = spawn(process.execPath, [SERVER], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill())
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const answerTo = async (line) => {
    child.stdin.write(`${line}\n`)
    return JSON.parse((await lines.next()).value)
  }
  const { id, error } = await answerTo('{"jsonrpc":')
  assert.deepEqual([id, error.code], [undefined, -32700])
  const wrong = await answerTo('{"id":7}')
  assert.deepEqual([wrong.id, wrong.error.code], [7, -32600])
  assert.deepEqual(await answerTo('{"jsonrpc":"2.0","id":8,"method":"ping"}'), { jsonrpc: '2.0', id: 8, result: {} })
  child.stdin.end()
  assert.deepEqual(await exited, [0, null])
})
