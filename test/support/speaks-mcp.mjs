// What a client does over each transport, against a server that somebody has mounted somewhere.
import assert from 'node:assert/strict'

const JSON_TYPE = { 'Content-Type': 'application/json' }
const message = (id, method, params) => ({ jsonrpc: '2.0', id, method, ...(params && { params }) })
export const initialize = message(0, 'initialize', {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 't', version: '1' },
})

/** A POST of a message, or of the bytes of a body. */
export const send = (url, body, headers = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000), // a hang is a failure
  })

/** Opens an event stream; `next` is the data of the next event. */
async function openStream(url, headers = {}) {
  const response = await fetch(url, { headers })
  assert.equal(response.status, 200)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    async next() {
      for (;;) {
        const found = /data: (.*)\n/.exec(text)
        if (found) {
          text = text.slice(found.index + found[0].length)
          return found[1]
        }
        const { value, done } = await reader.read()
        if (done) throw new Error('the stream is over')
        text += value
      }
    },
    close: () => reader.cancel(),
  }
}

/** All that a client does, over each transport. `base` is where the handler is, `path` the same without the host. */
export async function speaksMcp(base, path = '') {
  const opened = await send(`${base}/mcp`, initialize)
  assert.equal(opened.status, 200)
  assert.equal((await opened.json()).id, 0)
  const session = { 'Mcp-Session-Id': opened.headers.get('mcp-session-id') }
  const ping = await send(`${base}/mcp`, message(1, 'ping'), session)
  assert.deepEqual(await ping.json(), { jsonrpc: '2.0', id: 1, result: {} })
  assert.equal(
    (await send(`${base}/mcp`, { jsonrpc: '2.0', method: 'notifications/initialized' }, session)).status,
    202,
  )
  const standing = await openStream(`${base}/mcp`, session).catch(() => assert.fail('no stream of the session'))
  await standing.close()
  assert.equal((await fetch(`${base}/mcp`, { method: 'DELETE', headers: session })).status, 204)

  const stream = await openStream(`${base}/sse`)
  const endpoint = await stream.next()
  assert.equal(endpoint.slice(0, endpoint.indexOf('?')), `${path}/messages`)
  assert.equal((await send(new URL(endpoint, base), message(2, 'ping'))).status, 202)
  assert.equal(JSON.parse(await stream.next()).id, 2)
  await stream.close()

  const head = await fetch(`${base}/sse`, { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers.get('content-type')], [200, 'text/event-stream'])
}
