// One door for all: 3.1 (which era?), 3.4 (every probing case), R-SE-8 and clients.md 2.2 (CORS).
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { serve } from '../../src/index.ts'
import { connectHttpSse, openEvents, post, request } from '../support/wire.ts'
import { echo } from '../support/tools.ts'

const options = { name: 'test', version: '1', tools: [echo], port: 0 }
const together = await serve(options)
const apart = await serve({ ...options, anyUrl: false })
after(async () => {
  await together.close()
  await apart.close()
})

const VERSION = '2026-07-28'
const initialize = (protocolVersion = '2025-11-25') => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion, capabilities: {} },
})
const modern = (method: string, version = VERSION) => ({
  jsonrpc: '2.0',
  id: 'm',
  method,
  params: {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': version,
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
})
const modernHeaders = (method: string, version = VERSION) => ({
  'mcp-protocol-version': version,
  'mcp-method': method,
})

for (const path of ['/sse', '/mcp']) {
  const at = together.url + path

  test(`R-SSE-12, ${path}: a client of HTTP+SSE gets its stream, and its endpoint is /messages`, async () => {
    const stream = await openEvents(at)
    const { type, data } = await stream.event()
    assert.equal(type, 'endpoint')
    assert.match(data, /^\/messages\?sessionId=/)
    await post(together.url + data, { jsonrpc: '2.0', id: 1, method: 'ping' })
    assert.equal((await stream.message()).id, 1)
    stream.destroy()
  })

  test(`${path}: a client of HTTP+SSE that reconnects and names its version is not taken for another kind`, async () => {
    const stream = await openEvents(at, { 'mcp-protocol-version': '2025-11-25' })
    assert.equal((await stream.event()).type, 'endpoint')
    stream.destroy()
  })

  for (const version of ['2025-03-26', '2025-06-18', '2025-11-25'])
    test(`${path}: a client of Streamable HTTP gets its session (${version})`, async () => {
      const answer = await post(at, initialize(version))
      assert.equal(JSON.parse(answer.text).result.protocolVersion, version)
      const session = { 'mcp-session-id': String(answer.headers['mcp-session-id']) }
      assert.equal((await post(at, { jsonrpc: '2.0', id: 2, method: 'ping' }, session)).status, 200)
      const stream = await openEvents(at, session)
      assert.equal(stream.status, 200)
      assert.equal((await request('DELETE', at, session)).status, 204)
      await stream.ended
    })

  test(`${path}: a session opened at one URL is the same at the other`, async () => {
    const session = { 'mcp-session-id': String((await post(at, initialize())).headers['mcp-session-id']) }
    const other = together.url + (path === '/sse' ? '/mcp' : '/sse')
    assert.equal((await post(other, { jsonrpc: '2.0', id: 2, method: 'ping' }, session)).status, 200)
  })

  test(`${path}: a client without sessions is served`, async () => {
    const answer = await post(at, modern('server/discover'), modernHeaders('server/discover'))
    assert.equal(answer.status, 200)
    assert.deepEqual(JSON.parse(answer.text).result.supportedVersions, [VERSION])
  })

  test(`3.4, R-SL-7, ${path}: a version to come is told what is served`, async () => {
    const answer = await post(at, modern('tools/list', '2027-01-01'), modernHeaders('tools/list', '2027-01-01'))
    assert.deepEqual([answer.status, JSON.parse(answer.text).error.data.supported], [400, [VERSION]])
  })

  test(`3.4, R-LC-3, ${path}: initialize that asks for a version without a handshake gets the newest that has one`, async () => {
    const answer = await post(at, initialize(VERSION))
    assert.equal(JSON.parse(answer.text).result.protocolVersion, '2025-11-25')
  })
}

test('3.1 rule 5 to 7: the header alone can name the era; then a body without _meta is malformed', async () => {
  const headers = modernHeaders('tools/list')
  const at = `${together.url}/mcp`
  const code = async (body: unknown, more: object = headers) => {
    const answer = await post(at, body, more as Record<string, string>)
    return [answer.status, answer.text && JSON.parse(answer.text).error?.code]
  }
  assert.deepEqual(await code({ jsonrpc: '2.0', id: 1, method: 'tools/list' }), [400, -32602])
  assert.deepEqual(await code({ jsonrpc: '2.0', method: 'notifications/x' }), [202, ''])
  assert.deepEqual(await code({ jsonrpc: '2.0', id: 1, result: {} }), [400, -32600])
  // note c: an old version that nobody knows is not a new one
  assert.deepEqual(
    await code({ jsonrpc: '2.0', id: 1, method: 'tools/list' }, { 'mcp-protocol-version': '1999-01-01' }),
    [400, -32600],
  )
})

test('3.1 rule 3: what is no message is 400 -32600 with the id that can be read', async () => {
  const answer = await post(`${together.url}/mcp`, { jsonrpc: '2.0', id: 5 })
  assert.deepEqual([answer.status, JSON.parse(answer.text).error.code, JSON.parse(answer.text).id], [400, -32600, 5])
})

test('3.4: a wrong path is 404 without a JSON-RPC body', async () => {
  const answer = await post(`${together.url}/foo`, modern('server/discover'), modernHeaders('server/discover'))
  assert.equal(answer.status, 404)
  assert.doesNotMatch(answer.text, /jsonrpc/)
})

test('ANY_URL=off: each URL has its own transport, and a refusal names the other', async () => {
  const get = await request('GET', `${apart.url}/mcp`)
  assert.deepEqual([get.status, get.headers.allow], [405, 'POST, DELETE'])
  assert.match(get.text, /For HTTP\+SSE use \/sse\./)
  const sent = await post(`${apart.url}/sse`, initialize())
  assert.deepEqual([sent.status, sent.headers.allow], [405, 'GET'])
  assert.match(sent.text, /For Streamable HTTP use \/mcp\./)
  assert.doesNotMatch(sent.text, /jsonrpc/)
  const client = await connectHttpSse(apart.url)
  assert.equal((await client.call('ping')).id, 1)
  client.destroy()
  assert.equal((await post(`${apart.url}/mcp`, initialize())).status, 200)
})

const PAGE = 'http://localhost:6274'

test('R-SE-8: a page of loopback may ask what it may send, to every URL, before it sends it', async () => {
  for (const [path, methods] of [
    ['/sse', 'GET, POST, DELETE'],
    ['/mcp', 'GET, POST, DELETE'],
    ['/messages', 'POST'],
  ] as const) {
    const answer = await request('OPTIONS', together.url + path, {
      origin: PAGE,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,mcp-protocol-version,mcp-session-id,mcp-param-region',
    })
    assert.equal(answer.status, 204)
    assert.equal(answer.headers['access-control-allow-origin'], PAGE)
    assert.equal(answer.headers['access-control-allow-methods'], methods)
    assert.equal(answer.headers['access-control-allow-credentials'], undefined)
    assert.equal(answer.headers['access-control-allow-private-network'], undefined)
    assert.match(String(answer.headers.vary), /Origin/)
    const allowed = String(answer.headers['access-control-allow-headers']).toLowerCase().split(', ')
    for (const name of [
      'content-type',
      'accept',
      'authorization',
      'last-event-id',
      'mcp-session-id',
      'mcp-protocol-version',
      'mcp-method',
      'mcp-name',
      'mcp-param-region',
    ])
      assert.ok(allowed.includes(name), name)
  }
})

test('R-SE-8, T-22: every answer to such a page can be read by it, errors and streams too; a stranger is 403', async () => {
  const answers = [
    await post(`${together.url}/mcp`, initialize(), { origin: PAGE }),
    await post(`${together.url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'ping' }, { origin: PAGE }),
    await post(`${together.url}/messages?sessionId=x`, '{', { origin: PAGE }),
    await request('PUT', `${together.url}/sse`, { origin: PAGE }),
  ]
  const stream = await openEvents(`${together.url}/sse`, { origin: PAGE })
  stream.destroy()
  for (const { headers } of [...answers, stream]) {
    assert.equal(headers['access-control-allow-origin'], PAGE)
    assert.match(String(headers['access-control-expose-headers']), /Mcp-Session-Id/)
  }
  const stranger = await request('OPTIONS', `${together.url}/mcp`, { origin: 'http://evil.example' })
  assert.equal(stranger.status, 403)
  assert.equal(stranger.headers['access-control-allow-origin'], undefined)
})
