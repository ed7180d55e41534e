// How many promises one tools/call makes, counted exactly: each costs memory and a turn of the microtask queue, and so
// does each `await`, which makes one more. The tool is synchronous: a call has nothing to wait for but its body. What
// bare node:http makes is not counted as ours.
import assert from 'node:assert/strict'
import { createHook } from 'node:async_hooks'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import { Pool, Session, TEXT } from '../../../bench/lib/client.mjs'
import { Connection } from '../../../bench/lib/connection.mjs'
import { defineTool, serve } from '../../../src/index.ts'

/** Promises in a call. Who brings one down puts the new figure here. */
const EXPECTED = {
  'HTTP+SSE': 2,
  'session, JSON': 2,
  'session, SSE': 2,
  '2026-07-28, JSON': 2,
  '2026-07-28, SSE': 2,
}

const echo = defineTool({
  name: 'echo',
  description: 'Says the text again.',
  inputSchema: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
  run: ({ text }) => text,
})

/** Our server; with `stream` each client is one that takes nothing but a stream. */
async function ours({ stream = false } = {}) {
  const { server, url, close } = await serve({ name: 't', version: '1', tools: [echo], port: 0 })
  after(close)
  if (stream) server.prependListener('request', ({ headers }) => (headers.accept = 'text/event-stream'))
  return Number(new URL(url).port)
}

/** Bare node:http that reads the body and answers, with no promise of its own. */
async function floor() {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (piece) => (body += piece))
    request.on('end', () => {
      const { id, params } = JSON.parse(body)
      const result = { content: [{ type: 'text', text: params.arguments.text }] }
      response
        .writeHead(200, { 'Content-Type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result }))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => server.closeAllConnections())
  after(() => server.close())
  return server.address().port
}

let promises = 0
const hook = createHook({ init: (_id, type) => type === 'PROMISE' && promises++ })

const WARM_UP = 100
const COUNTED = 50

/**
 * The promises of a warm call; what calls it here makes none. A loader that writes its cache makes some now and then,
 * which only adds: so the least of many calls is the figure.
 */
async function promisesPerCall(port, transport) {
  const pool = new Pool(port, 1)
  const session = await new Session(port, transport).open(pool)
  const { bytes, at } = session.callOf('echo', { text: TEXT })
  const connection = new Connection(port)
  await connection.ready
  const counts = []
  await new Promise((resolve, reject) => {
    let id = 10_000_001
    const next = () => {
      let open = transport === 'sse' ? 2 : 1 // its answer is in the stream, and the POST has one of its own
      const part = (text) => {
        if (text.includes('"error"')) reject(new Error(text))
        if (--open === 0) settled(done)
      }
      if (transport === 'sse') session.waiting.set(id, part)
      bytes.latin1Write(String(id++), at)
      promises = 0
      connection.send(bytes, (_status, body) => part(body))
    }
    const done = () => {
      counts.push(promises)
      if (counts.length < WARM_UP + COUNTED) return next()
      hook.disable()
      resolve()
    }
    hook.enable()
    next()
  })
  connection.close()
  pool.close()
  session.close()
  return Math.min(...counts.slice(WARM_UP))
}

/** What a call leaves for later is done: a response's end, and what waits for that. */
function settled(then, turns = 5) {
  if (turns === 0) then()
  else setImmediate(settled, then, turns - 1)
}

// Before the first test: what runs tests makes promises too.
const json = await ours()
const stream = await ours({ stream: true })
const onFloor = await promisesPerCall(await floor(), '2026')
const counted = {
  'HTTP+SSE': await promisesPerCall(json, 'sse'),
  'session, JSON': await promisesPerCall(json, 'http'),
  'session, SSE': await promisesPerCall(stream, 'http'),
  '2026-07-28, JSON': await promisesPerCall(json, '2026'),
  '2026-07-28, SSE': await promisesPerCall(stream, '2026'),
}

for (const [way, expected] of Object.entries(EXPECTED))
  test(`a tools/call makes ${expected} promises: ${way}`, (t) => {
    t.diagnostic(`${way}: ${counted[way] - onFloor} promises a call; bare node:http: ${onFloor}`)
    assert.equal(counted[way] - onFloor, expected)
  })
