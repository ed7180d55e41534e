// Bodies of every shape, legal JSON by RFC 8259 or not, over all that takes a body: one refusal each, with its code.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { after, test } from 'node:test'
import { serve } from '../../src/index.ts'
import { parseJson } from '../../src/jsonrpc/index.ts'
import { DEEP, ILLEGAL, LEGAL } from '../support/json-texts.ts'
import { connectHttpSse, type Json } from '../support/wire.ts'

const { url, close } = await serve({ name: 'test', version: '1', port: 0, log() {} })
const sse = await connectHttpSse(url)
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
after(async () => {
  sse.destroy()
  agent.destroy()
  await close()
})

async function send(to: string, body: string | Buffer, headers: object = {}) {
  const sent = http.request(to, { method: 'POST', agent, headers: { 'Content-Type': 'application/json', ...headers } })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [http.IncomingMessage]
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  const headersBack = response.headers
  return {
    status: response.statusCode!,
    headers: headersBack,
    json: text.startsWith('{') ? (JSON.parse(text) as Json) : undefined,
  }
}

const shown = (body: string | Buffer) => JSON.stringify(body.toString('latin1').slice(0, 80))
const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
const opened = await send(
  `${url}/mcp`,
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize }),
)
const session = { 'Mcp-Session-Id': opened.headers['mcp-session-id'] as string }

async function refused(bodies: (string | Buffer)[], code: number) {
  for (const [to, headers] of [
    [`${url}/mcp`, {}],
    [`${url}/mcp`, session],
    [`${url}/sse`, {}],
    [sse.endpoint, {}],
  ] as const)
    for (let at = 0; at < bodies.length; at += 8)
      await Promise.all(
        bodies.slice(at, at + 8).map(async (body) => {
          const { status, json } = await send(to, body, headers)
          assert.deepEqual([status, json?.error.code], [400, code], `${new URL(to).pathname} ${shown(body)}`)
        }),
      )
}

test('there are 150 bodies and more', () => {
  assert.ok(LEGAL.length >= 120 && ILLEGAL.length >= 200, `${LEGAL.length} legal, ${ILLEGAL.length} illegal`)
  for (const list of [LEGAL, ILLEGAL]) assert.equal(new Set(list.map(String)).size > list.length * 0.9, true)
})

test('JSON that is no message: 400 and -32600', () => refused(LEGAL, -32600))
test('what is no JSON: 400 and -32700', () => refused(ILLEGAL, -32700))
test('what nests deeper than 64 levels: 400 and -32600', () => refused(DEEP, -32600))

test('the server is as it was: it answers on both ways', async () => {
  const { status, json } = await send(`${url}/mcp`, '{"jsonrpc":"2.0","id":"still here","method":"ping"}', session)
  assert.deepEqual([status, json], [200, { jsonrpc: '2.0', id: 'still here', result: {} }])
  assert.deepEqual((await sse.call('ping')).result, {})
})

test('inside of a message, as its params: objects and arrays are served, the rest is refused by the same codes', async () => {
  const isUsed = (value: unknown) => typeof value === 'object' && value !== null
  for (const [bodies, expected] of [
    [LEGAL, (text: string) => (isUsed(JSON.parse(text)) ? [200, undefined] : [400, -32600])],
    [ILLEGAL, () => [400, -32700]],
  ] as const)
    for (const body of bodies) {
      const text = body.toString('latin1')
      if (text.includes('[[[[[')) continue // one level deeper than the limit
      if (text.startsWith('{"a":{"a":')) continue
      const parts = [
        Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping","params":'),
        Buffer.from(body as string),
        Buffer.from('}'),
      ]
      const { status, json } = await send(`${url}/mcp`, Buffer.concat(parts), session)
      assert.deepEqual([status, json?.error?.code], expected(body.toString()), shown(body))
    }
})

test('parseJson: the value, or RpcError with its code, as over the wire', () => {
  for (const text of LEGAL) assert.deepEqual(parseJson(text), JSON.parse(text))
  for (const text of ILLEGAL)
    if (typeof text === 'string') assert.throws(() => parseJson(text), { name: 'RpcError', code: -32700 }, shown(text))
  for (const text of DEEP) assert.throws(() => parseJson(text), { name: 'RpcError', code: -32600 }, shown(text))
})
