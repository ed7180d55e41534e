// The official SDK 2's client before three nodes, whose requests go to one after another: nothing is sticky. And the same
// before three servers of the SDK, set up as its documentation shows, each with its own sessions.
// EXCHANGES says how many over each transport.
// Needs: sdk-v2, redis-server
// Runs once: what is tried is between nodes
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { Server } from '@modelcontextprotocol/server'
import { defineTool } from '../../../src/index.ts'
import { startNode, startRedis } from '../../cluster/support.ts'

const EXCHANGES = Number(process.env.EXCHANGES ?? 200)
const CLIENTS = 10

const echo = defineTool({
  name: 'echo',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  run: ({ text }) => text,
})
const counts = defineTool({
  name: 'counts',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  async run({ text }, { progress }) {
    progress(1)
    await new Promise((resolve) => setImmediate(resolve))
    progress(2)
    return text
  },
})

const redis = await startRedis()
const tools = [echo, counts]
const nodes = await Promise.all(['n1', 'n2', 'n3'].map((nodeId) => startNode(redis, nodeId, { tools })))

/** A `fetch` that sends each request to the next server. The URL that a client knows is that of the first. */
function roundRobin(urls) {
  let turn = Math.floor(Math.random() * urls.length)
  return (url, init) => {
    const { pathname, search } = new URL(url)
    return fetch(urls[turn++ % urls.length] + pathname + search, init)
  }
}

/** Calls tools from several clients at once. Returns the answers, by what became of them. */
async function exchange(urls, Transport, path, mode) {
  const outcomes = new Map()
  const note = (outcome) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, of) => {
      const client = new Client({ name: 'cluster', version: '1.0.0' }, { versionNegotiation: { mode } })
      const transport = new Transport(new URL(path, urls[0]), { fetch: roundRobin(urls) })
      try {
        await client.connect(transport)
      } catch {
        for (let n = 0; n < EXCHANGES / CLIENTS; n++) note('not connected')
        return
      }
      for (let n = 0; n < EXCHANGES / CLIENTS; n++) {
        const text = `${of}.${n}`
        const heard = []
        const options = { onprogress: ({ progress }) => heard.push(progress), timeout: 10_000 }
        const name = n % 4 === 3 ? 'counts' : 'echo'
        try {
          const { content } = await client.callTool({ name, arguments: { text } }, options)
          assert.equal(content[0].text, text)
          // The client forgets what it reads in one piece with the answer. Nothing may come twice, or out of order.
          assert.ok(['', '1', '2', '1,2'].includes(heard.join()), heard.join())
          note('answered')
        } catch (error) {
          note(`failed: ${String(error.message).slice(0, 60)}`)
        }
      }
      await client.close()
    }),
  )
  return Object.fromEntries(outcomes)
}

const urls = nodes.map(({ url }) => url)
for (const [name, Transport, path, mode] of [
  ['HTTP+SSE', SSEClientTransport, '/sse', 'legacy'],
  ['Streamable HTTP', StreamableHTTPClientTransport, '/mcp', 'legacy'],
  ['stateless HTTP', StreamableHTTPClientTransport, '/mcp', { pin: '2026-07-28' }],
])
  test(`${name}: three nodes one after another answer every exchange of the official client`, async () => {
    const outcomes = await exchange(urls, Transport, path, mode)
    const entries = nodes.flatMap((node) => node.entries.map((entry) => JSON.stringify(entry)))
    assert.deepEqual(outcomes, { answered: EXCHANGES }, entries.slice(0, 5).join('\n'))
  })

test('the same before three servers of the official SDK, each with its own sessions: most fail', async (t) => {
  const servers = await Promise.all(['a', 'b', 'c'].map(startOfficial))
  const outcomes = await exchange(servers, StreamableHTTPClientTransport, '/mcp', 'legacy')
  const { answered = 0 } = outcomes
  t.diagnostic(`${answered} of ${EXCHANGES} answered: ${JSON.stringify(outcomes)}`)
  assert.ok(answered < EXCHANGES / 2, JSON.stringify(outcomes))
})

async function startOfficial() {
  const sessions = new Map()
  const http = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const message = body === '' ? undefined : JSON.parse(body)
    const id = request.headers['mcp-session-id']
    let transport = sessions.get(id)
    if (!transport && message?.method === 'initialize') {
      const server = new Server({ name: 'official', version: '1.0.0' }, { capabilities: { tools: {} } })
      server.setRequestHandler('tools/call', ({ params }) => ({
        content: [{ type: 'text', text: params.arguments.text }],
      }))
      transport = new NodeStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (given) => void sessions.set(given, transport),
      })
      await server.connect(transport)
    }
    if (!transport) {
      response.writeHead(404, { 'Content-Type': 'application/json' })
      return response.end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}')
    }
    await transport.handleRequest(request, response, message)
  })
  await once(http.listen(0, '127.0.0.1'), 'listening')
  after(() => {
    http.closeAllConnections()
    http.close()
  })
  return `http://127.0.0.1:${http.address().port}`
}
