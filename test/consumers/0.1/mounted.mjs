// MCP in a server that is there already, for those who know a secret. JavaScript, as its types are checked.
// @ts-check
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import { createMcpHandler, defineTool, HttpError, INVALID_REQUEST } from 'sse-mcp'
import { bearerToken, oauthResource } from 'sse-mcp/auth'
import { call } from './wire.mjs'

const SECRET = 'correct-horse-battery-staple-0123456789'

const whoami = defineTool({
  name: 'whoami',
  inputSchema: { type: 'object' },
  run: (_args, { principal }) => principal?.subject ?? 'nobody',
})

/** The URL of a server that has MCP under /api. @param {Partial<import('sse-mcp').HttpOptions>} options */
async function mount(options) {
  const mcp = createMcpHandler({ name: 'mounted', version: '1.0.0', tools: [whoami], log: () => {}, ...options })
  const server = createServer((request, response) => mcp(request, response, () => response.end('mine')))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(async () => {
    await mcp.close()
    server.close()
  })
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return `http://127.0.0.1:${port}`
}

test('a bearer token lets in, and no other', async () => {
  const url = await mount({ auth: bearerToken(SECRET) })
  assert.equal((await call(`${url}/mcp`, 'tools/call', { name: 'whoami' })).status, 401)
  const authorized = { Authorization: `Bearer ${SECRET}` }
  assert.equal((await call(`${url}/mcp`, 'tools/call', { name: 'whoami' }, authorized)).status, 200)
  assert.equal(await (await fetch(`${url}/`)).text(), 'mine')
  assert.throws(() => bearerToken('short'), TypeError)
})

test('authorization of one’s own, and an admission that refuses', async () => {
  let admitted = 0
  const url = await mount({
    auth: {
      authorize({ headers }) {
        if (headers['x-user'] === undefined) throw new HttpError(401, INVALID_REQUEST, 'Who are you?')
        return { issuer: 'consumer', subject: String(headers['x-user']) }
      },
    },
    admit: (_request, principal) => {
      if (principal && ++admitted > 1) throw new HttpError(429, INVALID_REQUEST, `Enough, ${principal.subject}.`)
    },
  })
  assert.equal((await call(`${url}/mcp`, 'tools/call', { name: 'whoami' })).status, 401)
  const ada = () => call(`${url}/mcp`, 'tools/call', { name: 'whoami' }, { 'X-User': 'ada' })
  assert.equal((await ada()).messages[0]?.result.content[0].text, 'ada')
  assert.equal((await ada()).status, 429)
})

test('an OAuth resource says what is wrong with its options', async () => {
  await assert.rejects(oauthResource({ issuer: 'http://auth.example.com', resource: 'https://mcp.example.com' }))
})
