// The same against a real authorization server, oidc-provider: T-82, T-83, T-85, R-AU-2, R-AU-3, R-AU-5, R-AU-7.
// Needs: authorization
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, mock, test } from 'node:test'
import { oauthResource } from '../../../src/auth/index.ts'
import { createMcpHandler, defineTool } from '../../../src/index.ts'
import { startAuthorizationServer, type AuthorizationServer } from './server.mjs'
import { connectHttpSse, openEvents, post, request } from '../../support/wire.ts'

const tools = [
  defineTool({
    name: 'who',
    inputSchema: { type: 'object', properties: {} },
    run: (_args, { principal }) => `${principal?.subject} by ${principal?.client}`,
  }),
]
const rpc = (method: string, params: object = {}) => ({ jsonrpc: '2.0', id: 1, method, params })
const initialize = rpc('initialize', { protocolVersion: '2025-11-25', capabilities: {} })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** An MCP server under its own URL, and the authorization server that gives out tokens for it, and for a neighbour. */
async function start(lifetimeSeconds?: number): Promise<{ url: string; issuer: AuthorizationServer }> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const resources = [url, `${url}/mcp`, `${url}/sse`, 'https://neighbour.example/mcp']
  const issuer = await startAuthorizationServer({ resources, ...(lifetimeSeconds && { lifetimeSeconds }) })
  const auth = await oauthResource({ issuer: issuer.url, resource: url, requiredScopes: ['mcp:call'] })
  const handler = createMcpHandler({ name: 'test', version: '1', tools, auth })
  server.on('request', (incoming, response) => void handler(incoming, response))
  after(() => {
    issuer.close()
    handler.close()
    server.close()
    server.closeAllConnections()
  })
  return { url, issuer }
}

async function who(url: string, token: string): Promise<string | number> {
  const { status, headers } = await post(`${url}/mcp`, initialize, bearer(token))
  if (status !== 200) return status
  const session = { 'mcp-session-id': String(headers['mcp-session-id']) }
  const { text } = await post(`${url}/mcp`, rpc('tools/call', { name: 'who' }), { ...session, ...bearer(token) })
  return JSON.parse(text).result.content[0].text
}

const { url, issuer } = await start()

for (const path of ['/mcp', '/sse'])
  test(`R-AU-2, R-AU-3: a client that knows nothing but ${path} finds its way from the 401 to an answer`, async () => {
    const refused = await post(url + path, initialize)
    assert.equal(refused.status, 401)
    const challenge = refused.headers['www-authenticate']!
    const metadata = JSON.parse((await request('GET', /resource_metadata="([^"]+)"/.exec(challenge)![1]!)).text)
    assert.equal(metadata.resource, url + path)
    assert.deepEqual(metadata.authorization_servers, [issuer.url])
    assert.deepEqual(metadata.scopes_supported, [/scope="([^"]+)"/.exec(challenge)![1]])
    const { access_token: token } = await issuer.logIn('ann', metadata.resource)
    assert.equal(await who(url, token), 'ann by app')
    const client = await connectHttpSse(url, bearer(token))
    assert.equal((await client.post(rpc('ping'), bearer(token))).status, 202)
    assert.deepEqual((await client.message()).result, {})
    client.destroy()
  })

test('client credentials with a resource indicator: a program acts for itself', async () => {
  assert.equal(await who(url, await issuer.robotToken(`${url}/mcp`)), 'robot by robot')
  assert.equal(await who(url, await issuer.robotToken(url)), 'robot by robot')
})

test('T-82, R-AU-7: a token of the same server for the neighbour does not count, nor does an ID token', async () => {
  assert.equal(await who(url, await issuer.robotToken('https://neighbour.example/mcp')), 401)
  const { id_token: idToken } = await issuer.logIn('ann', `${url}/mcp`)
  assert.equal(await who(url, idToken), 401)
})

test('R-AU-5: a token without the scope is answered 403, and one that has it goes on', async () => {
  const narrow = await issuer.robotToken(`${url}/mcp`, 'mcp:read')
  const { status, headers } = await post(`${url}/mcp`, initialize, bearer(narrow))
  assert.equal(status, 403)
  assert.match(headers['www-authenticate']!, /error="insufficient_scope".*scope="mcp:call"/)
  assert.equal(await who(url, await issuer.robotToken(`${url}/mcp`, 'mcp:call')), 'robot by robot')
})

test('T-85: a refreshed token goes on in the session; another person and another program do not', async () => {
  const resource = `${url}/mcp`
  const first = await issuer.logIn('ann', resource)
  const { headers } = await post(resource, initialize, bearer(first.access_token))
  const session = { 'mcp-session-id': String(headers['mcp-session-id']) }
  const ping = async (token: string) => (await post(resource, rpc('ping'), { ...session, ...bearer(token) })).status
  const second = await issuer.refresh(first.refresh_token, resource)
  assert.notEqual(second.access_token, first.access_token)
  assert.equal(await ping(second.access_token), 200)
  assert.equal(await ping((await issuer.logIn('bob', resource)).access_token), 404)
  assert.equal(await ping(await issuer.robotToken(resource)), 404)
  assert.equal(await ping(second.access_token), 200)
})

test('T-83: the authorization server changes its key: new tokens count at once, old ones no longer', async () => {
  const own = await start()
  const old = await own.issuer.robotToken(`${own.url}/mcp`)
  assert.equal(await who(own.url, old), 'robot by robot')
  await own.issuer.rotate()
  assert.equal(await who(own.url, await own.issuer.robotToken(`${own.url}/mcp`)), 'robot by robot')
  assert.equal(await who(own.url, old), 401)
})

test('T-85: a stream ends with its token, a later request with it is refused, and a new one is let in', async () => {
  const own = await start(2)
  const token = await own.issuer.robotToken(`${own.url}/sse`)
  const stream = await openEvents(`${own.url}/sse`, bearer(token))
  assert.equal(stream.status, 200)
  await stream.ended
  mock.timers.enable({ apis: ['Date'], now: Date.now() + 31_000 })
  const late = await post(`${own.url}/sse`, initialize, bearer(token))
  mock.timers.reset()
  assert.equal(late.status, 401)
  assert.match(JSON.parse(late.text).error.message, /expired/)
  assert.equal(await who(own.url, await own.issuer.robotToken(`${own.url}/sse`)), 'robot by robot')
})

test('T-83: while the authorization server is away, keys that are known still count', async () => {
  const own = await start()
  const token = await own.issuer.robotToken(`${own.url}/mcp`)
  const other = await own.issuer.robotToken(`${own.url}/mcp`)
  assert.equal(await who(own.url, token), 'robot by robot')
  own.issuer.close()
  assert.equal(await who(own.url, other), 'robot by robot')
})
