// What is answered to whom at the edge of HTTP: probes, HEAD, spellings of paths and types, and what no page embeds.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import net from 'node:net'
import { after, test } from 'node:test'
import { createMcpHandler, defineTool, serve } from '../../src/index.ts'
import { site } from '../../src/app/site.ts'
import { openEvents, post, request } from '../support/wire.ts'

const common = { name: 'test', version: '1', port: 0, log() {} }
const { url, close } = await serve({ ...common, fallback: site })
after(close)

/** Bytes out, bytes in, until the server closes. */
async function exchange(text: string, to = url): Promise<string> {
  const socket = net.connect(Number(new URL(to).port), '127.0.0.1')
  socket.end(text)
  let answer = ''
  socket.setEncoding('latin1').on('data', (more: string) => (answer += more))
  await once(socket, 'close')
  return answer
}

const statusOf = (answer: string) => Number(answer.split(' ')[1])

const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
}
const modern = {
  jsonrpc: '2.0',
  id: 1,
  method: 'server/discover',
  params: {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
}
const modernHeaders = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' }

test('/health tells whoever asks, under any name and in HTTP/1.0, and no page of a stranger', async () => {
  for (const [head, status] of [
    ['GET /health HTTP/1.1\r\nHost: 10.244.0.5:3000\r\nUser-Agent: kube-probe/1.30', 200],
    ['GET /health HTTP/1.1\r\nHost: evil.example', 200],
    ['GET /health?x=1 HTTP/1.1\r\nHost: ', 200],
    ['GET /health/ HTTP/1.1\r\nHost: [fe80::1]:3000', 200],
    ['HEAD /health HTTP/1.1\r\nHost: 172.31.5.6', 200],
    ['GET /health HTTP/1.0', 200],
    ['HEAD /health HTTP/1.0', 200],
    ['OPTIONS /health HTTP/1.0', 204],
    ['OPTIONS / HTTP/1.0', 204],
    ['OPTIONS / HTTP/1.1\r\nHost: 10.0.0.9', 204],
    ['POST /health HTTP/1.1\r\nHost: 10.0.0.9\r\nContent-Length: 0', 405],
    ['GET /health HTTP/1.1\r\nHost: 10.0.0.9\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate', 200],
    ['GET /health HTTP/1.1\r\nHost: 10.0.0.9\r\nOrigin: http://evil.example', 403],
    ['GET /health HTTP/1.0\r\nOrigin: null', 403],
    ['OPTIONS / HTTP/1.0\r\nOrigin: http://evil.example', 403],
    ['GET /health HTTP/1.1\r\nHost: a\r\nHost: b', 400],
    ['GET http://evil.example/health HTTP/1.1\r\nHost: localhost', 403],
    ['GET http://localhost/health HTTP/1.0', 400],
    ['GET / HTTP/1.0', 400],
    ['GET /mcp HTTP/1.0', 400],
    ['OPTIONS /mcp HTTP/1.0', 400],
    ['GET / HTTP/1.1\r\nHost: evil.example', 403],
    ['GET /healthy HTTP/1.1\r\nHost: evil.example', 403],
  ] as const)
    assert.equal(statusOf(await exchange(`${head}\r\nConnection: close\r\n\r\n`)), status, head)
  assert.match(await exchange('GET /health HTTP/1.0\r\n\r\n'), /\r\n\r\n\{"status":"ok"\}\n$/)
  assert.match(await exchange('HEAD /health HTTP/1.0\r\n\r\n'), /\r\n\r\n$/)
})

test('two Hosts are refused also where Node keeps the first and tells nobody of the other', async (t) => {
  const handler = createMcpHandler(common)
  const plain = createServer(handler)
  await once(plain.listen(0, '127.0.0.1'), 'listening')
  t.after(async () => {
    await handler.close()
    plain.close()
  })
  const to = `http://127.0.0.1:${(plain.address() as net.AddressInfo).port}`
  for (const [hosts, status] of [
    ['Host: localhost', 404],
    ['Host: localhost\r\nHost: localhost', 400],
    ['Host: localhost\r\nX-Host: a\r\nhOST: evil.example', 400],
    ['Host: localhost\r\nHostile: host\r\nX: Host', 404],
  ] as const)
    assert.equal(
      statusOf(await exchange(`GET /none HTTP/1.1\r\n${hosts}\r\nConnection: close\r\n\r\n`, to)),
      status,
      hosts,
    )
})

test('a path that is not there is 404 with the names of those that are; the page only where there is one', async () => {
  const bare = await serve(common)
  for (const path of ['/nothing', '/mcpx', '/mcp//', '//mcp', '/MCP', '/%6dcp', '/.well-known/openid-configuration']) {
    const withPage = await request('GET', url + path)
    assert.deepEqual([withPage.status, /\/\. .*\/mcp.*\/sse/.test(withPage.text)], [404, true], path)
    const without = await request('POST', bare.url + path, {}, '{}')
    assert.deepEqual([without.status, /\/\./.test(without.text), /\/mcp.*\/sse/.test(without.text)], [404, false, true])
  }
  await bare.close()
})

test('a slash at the end makes no other path', async () => {
  assert.equal((await post(`${url}/mcp/`, initialize)).status, 200)
  assert.equal((await post(`${url}/mcp/?x=1`, initialize)).status, 200)
  for (const path of ['/sse/', '/sse/?token=x', '/mcp/']) {
    const stream = await openEvents(url + path)
    const { data } = await stream.event()
    assert.match(data, /^\/messages\?sessionId=/)
    const answer = await post(url + data.replace('?', '/?'), { jsonrpc: '2.0', id: 1, method: 'ping' })
    assert.equal(answer.status, 202)
    assert.equal((await stream.message()).id, 1)
    stream.destroy()
  }
})

test('HEAD is the head of GET: it opens nothing and takes no place', async () => {
  // One session each: a HEAD that took a place would leave none.
  const small = await serve({ ...common, limits: { maxSessions: 1 } })
  const head = (path: string, headers = {}) => request('HEAD', small.url + path, headers)
  for (let n = 0; n < 3; n++)
    for (const path of ['/sse', '/mcp', '/sse/']) {
      const { status, headers, text } = await head(path)
      assert.deepEqual([status, headers['content-type'], text], [200, 'text/event-stream', ''], path)
      assert.equal(headers['mcp-session-id'], undefined)
    }
  const stream = await openEvents(`${small.url}/sse`)
  await stream.event()
  for (const path of ['/sse', '/mcp']) {
    // But for the time, and for how a body is framed that is not there.
    const ours = { date: '', connection: '', 'transfer-encoding': '' }
    assert.deepEqual({ ...(await head(path)).headers, ...ours }, { ...stream.headers, ...ours })
  }
  assert.equal((await head('/sse', { accept: 'image/png' })).status, 406)
  assert.equal((await head('/messages')).status, 405)
  assert.equal((await head('/mcp', { 'mcp-protocol-version': '2026-07-28' })).status, 405)
  assert.equal((await head('/mcp', { 'mcp-session-id': 'unknown' })).status, 404)
  assert.equal((await head('/sse', { host: 'evil.example' })).status, 403)

  const opened = await post(`${small.url}/mcp`, initialize)
  const session = { 'mcp-session-id': String(opened.headers['mcp-session-id']) }
  assert.equal((await head('/mcp', session)).status, 200)
  assert.equal((await head('/mcp', { ...session, 'last-event-id': 'unknown.1' })).status, 400)
  const standing = await openEvents(`${small.url}/mcp`, session)
  assert.equal((await head('/mcp', session)).status, 200)
  const ping = await post(`${small.url}/mcp`, { jsonrpc: '2.0', id: 3, method: 'ping' }, session)
  assert.equal(ping.status, 200)
  assert.equal(standing.raw(), '') // neither ended nor told anything
  standing.destroy()
  stream.destroy()
  await small.close()
})

test('application/json is JSON with any parameters, or none; the bytes are UTF-8 all the same', async () => {
  const json = [
    'application/json',
    'APPLICATION/JSON',
    ' application/json ',
    'application/json;',
    'application/json ; ',
    'application/json;charset=utf-8',
    'application/json; charset=UTF8',
    'application/json; charset="utf-8"',
    "application/json; charset='utf-8'",
    'application/json; charset=us-ascii',
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-16',
    'application/json; charset=',
    'application/json; charset',
    'application/json; odata.metadata=none',
    'application/json;v=1;charset=utf-8;;x=y',
    'application/json; profile="https://a.example/;x,y"',
    'application/json; a="\\",text/plain"; b=c',
  ]
  const other = [
    undefined,
    '',
    'text/plain',
    'text/plain; application/json',
    'text/plain, application/json',
    'application/json, text/plain',
    'application/json, application/json',
    'application/json; charset=utf-8, text/plain',
    ['application/json', 'text/plain'],
    ['application/json', 'application/json'],
    'application/json-rpc',
    'application/jsonx',
    'application/json x',
    'application/json; a="',
    'application/vnd.api+json',
    'text/json',
    'xapplication/json',
    '"application/json"',
    '*/*',
  ]
  const send = (type: string | string[] | undefined, body: Buffer) =>
    request('POST', `${url}/mcp`, { ...modernHeaders, ...(type !== undefined && { 'content-type': type }) }, body)
  for (const type of json) {
    assert.equal((await send(type, Buffer.from(JSON.stringify(modern)))).status, 200, type)
    const latin1 = await send(type, Buffer.from('{"jsonrpc":"2.0","id":"é","method":"ping"}', 'latin1'))
    assert.deepEqual([latin1.status, JSON.parse(latin1.text).error.code], [400, -32700], type)
  }
  for (const type of other)
    assert.equal((await send(type, Buffer.from(JSON.stringify(modern)))).status, 415, String(type))
})

test('no page of another site may embed an answer, whichever it is', async (t) => {
  const tool = defineTool({
    name: 'progress',
    inputSchema: { type: 'object' },
    run(_args, { progress }) {
      progress(1)
      return 'done'
    },
  })
  const own = await serve({
    ...common,
    tools: [tool],
    fallback: (_request, response) => void response.writeHead(200, { 'Content-Type': 'text/plain' }).end('mine'),
  })
  t.after(own.close)
  const seen = async (what: string, answer: Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }>) => {
    const { status, headers } = await answer
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin', `${what}: ${status}`)
    return headers
  }
  const { 'mcp-session-id': id } = await seen('initialize', post(`${own.url}/mcp`, initialize))
  const session = { 'mcp-session-id': String(id) }
  await seen('acknowledged', post(`${own.url}/mcp`, { jsonrpc: '2.0', method: 'notifications/initialized' }, session))
  const params = { name: 'progress', _meta: { progressToken: 1 } }
  const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params }
  await seen('a reply that is a stream', post(`${own.url}/mcp`, call, session))
  const streamOnly = { ...session, accept: 'text/event-stream' }
  await seen('an answer as a stream', post(`${own.url}/mcp`, { ...call, method: 'tools/list' }, streamOnly))
  await seen('HEAD', request('HEAD', `${own.url}/sse`))
  await seen('preflight', request('OPTIONS', `${own.url}/mcp`, { origin: 'http://localhost:5173' }))
  await seen('405', request('PUT', `${own.url}/mcp`))
  await seen('403', request('GET', `${own.url}/mcp`, { host: 'evil.example' }))
  await seen('a site of one’s own', request('GET', `${own.url}/anything`))
  for (const path of ['/', '/client.js', '/lab/', '/lab', '/health', '/nothing'])
    await seen(path, request('GET', url + path))
  const stream = await openEvents(`${own.url}/sse`)
  const { data } = await stream.event()
  assert.equal(stream.headers['cross-origin-resource-policy'], 'same-origin')
  await seen('Accepted', post(own.url + data, { jsonrpc: '2.0', id: 1, method: 'ping' }))
  stream.destroy()
  await seen('DELETE', request('DELETE', `${own.url}/mcp`, session))
})

test('pages can be navigated to from anywhere', async () => {
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  for (const path of ['/', '/lab/', '/health']) assert.equal((await request('GET', url + path, link)).status, 200, path)
})
