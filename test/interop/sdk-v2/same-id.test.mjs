// Two calls with the same id in flight in one session, as a client sends them that begins to count anew for each call.
// MCP forbids it to the client; what servers do about it is here to be compared.
// Needs: sdk-v1, sdk-v2
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTool, serve } from '../sdk-v1/server.mjs'
import { startSdkServer as startSdk1 } from '../sdk-v1/sdk-server.mjs'
import { startSdkServer as startSdk2 } from './sdk-server.mjs'

/** Milliseconds. What others never answer is not waited for longer; ours answers, however busy the machine is. */
const PATIENCE_MS = { ours: 120_000, others: 3_000 }
const OWN = 'its own answer'
const SERVERS = { 'official SDK 1': startSdk1, 'official SDK 2': startSdk2, 'sse-mcp': startOurs }

test(
  'R-JR-21: two calls with the same id in one session: ours gives each its own answer',
  { timeout: 300_000 },
  async (t) => {
    const rows = await Promise.all(
      Object.entries(SERVERS).map(async ([name, start]) => {
        const server = await start()
        t.after(() => server.close())
        return { name, ...(await outcomes(`${server.url}/mcp`, PATIENCE_MS[name === 'sse-mcp' ? 'ours' : 'others'])) }
      }),
    )
    t.diagnostic(`${'server'.padEnd(16)}${'A, answered after 300 ms, got'.padEnd(32)}B, after 600 ms, got`)
    for (const { name, A, B } of rows) t.diagnostic(`${name.padEnd(16)}${A.padEnd(32)}${B}`)

    // Real servers, which let us in: else there would be nothing to compare with.
    for (const { serverName, A, B } of rows) assert.ok(serverName && A && B)
    assert.deepEqual(
      rows.map(({ serverName }) => serverName),
      ['official-1', 'official-2', 'ours'],
    )
    const { A, B } = rows.at(-1)
    assert.deepEqual({ A, B }, { A: OWN, B: OWN })
  },
)

/** Shakes hands; then A (300 ms) and, 50 ms later, B (600 ms), both with id 1. */
async function outcomes(url, patienceMs) {
  const clientInfo = { name: 'same-id', version: '1.0.0' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const opened = await post(url, { jsonrpc: '2.0', id: 0, method: 'initialize', params })
  const { result } = await firstMessage(opened)
  const session = {
    'mcp-session-id': opened.headers.get('mcp-session-id'),
    'mcp-protocol-version': result.protocolVersion,
  }
  await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, session)

  const call = async (text, ms) => {
    const params = { name: 'late', arguments: { text, ms } }
    const got = await answerTo(() =>
      post(url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, session, patienceMs),
    )
    return got === `the answer to ${text}` ? OWN : got
  }
  const calling = call('A', 300)
  await sleep(50)
  const [A, B] = await Promise.all([calling, call('B', 600)])
  return { serverName: result.serverInfo.name, A, B }
}

const post = (url, message, headers = {}, patienceMs = PATIENCE_MS.ours) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(patienceMs),
  })

/** What an answer says, in a few words. */
async function answerTo(send) {
  try {
    const message = await firstMessage(await send())
    if (message === undefined) return 'a stream that ended without an answer'
    if (message.error) return `error ${message.error.code}: ${message.error.message}`
    const { text } = message.result.content[0]
    return `the answer to ${text}`
  } catch (error) {
    if (error.name === 'TimeoutError') return 'nothing in time'
    throw error
  }
}

/** The first message of a response, be it JSON or a stream of events. */
async function firstMessage(response) {
  if (response.headers.get('content-type')?.startsWith('application/json')) return response.json()
  let text = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const data = /^data: ?(.+)\r?\n\r?\n/m.exec(text)
    if (data) return JSON.parse(data[1])
  }
  return undefined
}

function startOurs() {
  const late = defineTool({
    name: 'late',
    description: 'Returns the text after so many milliseconds',
    inputSchema: { type: 'object', properties: { text: { type: 'string' }, ms: { type: 'integer' } } },
    async run({ text, ms }) {
      await sleep(ms)
      return text
    },
  })
  return serve({ name: 'ours', version: '1.0.0', tools: [late], port: 0 })
}
