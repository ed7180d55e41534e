// A test of the tool, without a socket.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { FastMCP } from 'fastmcp'
import { z } from 'zod'

const server = new FastMCP({ name: 'demo', version: '1.0.0' })
server.addTool({
  name: 'greet',
  description: 'Greets somebody',
  parameters: z.object({ who: z.string() }),
  execute: async ({ who }) => `Hello, ${who}!`,
})

test('greet greets', async () => {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const [near, far] = InMemoryTransport.createLinkedPair()
  const [session] = await Promise.all([server.connect(far), client.connect(near)])
  const { content } = await client.callTool({ name: 'greet', arguments: { who: 'you' } })
  assert.equal(content[0].text, 'Hello, you!')
  await session.close()
})
