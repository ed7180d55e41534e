// The handler inside other people's frameworks: Koa's recipe as it stands in the documents, and body parsers of all kinds.
// Needs: frameworks
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import net from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { initialize, send, speaksMcp } from '../../support/speaks-mcp.mjs'

const here = fileURLToPath(new URL('./', import.meta.url))
const require = createRequire(join(here, 'package.json'))
const dist = new URL('../../../dist/index.js', import.meta.url).href
const { createMcpHandler, defineTool } = await import(dist)
const { createFetchHandler } = await import(new URL('../../../dist/fetch/index.js', import.meta.url).href)
const mounting = readFileSync(new URL('../../../docs/mounting.md', import.meta.url), 'utf8')

/** Runs what listens, on a port of the system's choice instead of 3000; returns where. */
async function listening(t, run) {
  const servers = []
  const { listen } = net.Server.prototype
  net.Server.prototype.listen = function (...args) {
    servers.push(this)
    return Reflect.apply(listen, this, args)
  }
  try {
    await run()
  } finally {
    net.Server.prototype.listen = listen
  }
  const [server] = servers
  t.after(() => server.closeAllConnections())
  t.after(() => server.close())
  if (!server.listening) await once(server, 'listening')
  return `http://127.0.0.1:${server.address().port}`
}

const folder = mkdtempSync(join(here, 'node_modules', '.recipes-')) // where their imports are found
after(() => rmSync(folder, { recursive: true, force: true }))

test('the recipe for Koa, as it stands in docs/mounting.md', async (t) => {
  const [, code] = /```js\n\/\/ Koa\b.*\n([\s\S]*?)```/.exec(mounting)
  const file = join(folder, 'koa.mjs')
  writeFileSync(file, code.replace("'sse-mcp'", JSON.stringify(dist)).replace('3000', '0'))
  const url = await listening(t, () => import(pathToFileURL(file)))
  await speaksMcp(url)
  assert.equal((await fetch(`${url}/other`)).status, 404)
})

const lines = []
const handler = () => createMcpHandler({ name: 't', version: '1', log: (entry) => lines.push(entry) })

/** An app of Express, listening. */
async function express(t, version, build) {
  const make = require(version)
  const app = make()
  build(app, make)
  return listening(t, () => app.listen(0, '127.0.0.1'))
}

for (const version of ['express4', 'express5']) {
  for (const [what, parsers] of Object.entries({
    'no parser': () => [],
    'express.json()': (make) => [make.json()],
    'express.json({ strict: false })': (make) => [make.json({ strict: false })],
    'express.json({ type: () => true })': (make) => [make.json({ type: () => true })],
    'express.raw()': (make) => [make.raw({ type: '*/*' })],
    'express.text()': (make) => [make.text({ type: 'application/json' })],
    'express.urlencoded()': (make) => [make.urlencoded({ extended: true })],
    'all of them': (make) => [make.json(), make.urlencoded({ extended: true }), make.text(), make.raw()],
  }))
    test(`${version}, ${what}`, async (t) => {
      const url = await express(t, version, (app, make) => {
        app.use(...parsers(make), (_request, _response, next) => next())
        app.use(handler())
      })
      await speaksMcp(url)
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
        assert.equal((await send(`${url}/mcp`, initialize, { 'Content-Type': type })).status, 415, type)
      const deep = `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`
      assert.equal((await send(`${url}/mcp`, deep)).status, 400)
    })

  test(`${version}: a body that express.json() has inflated`, async (t) => {
    const url = await express(t, version, (app, make) => app.use(make.json(), handler()))
    const body = gzipSync(JSON.stringify(initialize))
    assert.equal((await send(`${url}/mcp`, body, { 'Content-Encoding': 'gzip' })).status, 200)
  })

  test(`${version}: a body that somebody read and left nowhere is 500 at once, and one line of the log`, async (t) => {
    const url = await express(t, version, (app) => {
      app.use((request, _response, next) => request.resume().on('end', next))
      app.use(handler())
    })
    lines.length = 0
    assert.equal((await send(`${url}/mcp`, initialize)).status, 500)
    assert.deepEqual(
      lines.map(({ reason }) => reason),
      ['body-already-read'],
    )
  })

  test(`${version}: under a path, a router and a parameter, the endpoint event has the path; never another host`, async (t) => {
    const url = await express(t, version, (app, make) => {
      const router = make.Router()
      router.use('/v1', handler())
      app.use('/api', router)
      app.use('/of/:tenant', handler())
      app.use(/^.*\/any/, handler())
    })
    await speaksMcp(`${url}/api/v1`, '/api/v1')
    await speaksMcp(`${url}/of/me`, '/of/me')
    for (const target of ['//evil.example/any/sse', 'http://evil.example/api/v1/sse', '/\\evil.example/any/sse']) {
      const socket = net.connect(new URL(url).port, '127.0.0.1')
      socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      let text = ''
      for await (const chunk of socket.setEncoding('latin1')) {
        text += chunk
        if (/data: .*\n|HTTP\/1.1 [45]/.test(text)) break
      }
      const endpoint = /data: (.*)/.exec(text)?.[1]
      if (endpoint) assert.equal(new URL(endpoint, url).host, new URL(url).host, `${target}: ${endpoint}`)
    }
  })
}

test('Koa: a parser whose body is not handed on is 500 and a line of the log', async (t) => {
  const Koa = (await import(pathToFileURL(require.resolve('koa')))).default
  const app = new Koa()
  const mcp = handler()
  app.use(require('koa-bodyparser')())
  app.use((ctx) => {
    ctx.respond = false
    return mcp(ctx.req, ctx.res)
  })
  const url = await listening(t, () => app.listen(0, '127.0.0.1'))
  lines.length = 0
  assert.equal((await send(`${url}/mcp`, initialize)).status, 500)
  assert.deepEqual(
    lines.map(({ reason }) => reason),
    ['body-already-read'],
  )
})

test('Koa under koa-mount, with publicUrl', async (t) => {
  const Koa = (await import(pathToFileURL(require.resolve('koa')))).default
  const app = new Koa()
  const mcp = createMcpHandler({ name: 't', version: '1', publicUrl: 'http://localhost/api' })
  app.use(
    require('koa-mount')('/api', (ctx, next) => {
      ctx.respond = false
      return mcp(ctx.req, ctx.res, next)
    }),
  )
  const url = await listening(t, () => app.listen(0, '127.0.0.1'))
  await speaksMcp(`${url}/api`, '/api')
})

test('Fastify: a body that is not handed on is 500; with publicUrl it lives under a prefix', async (t) => {
  const app = require('fastify')()
  const bare = handler()
  app.post('/mcp', (request, reply) => {
    reply.hijack()
    return bare(request.raw, reply.raw)
  })
  const mcp = createMcpHandler({ name: 't', version: '1', publicUrl: 'http://localhost/api' })
  app.register(
    async (scope) => {
      for (const path of ['/mcp', '/sse', '/messages'])
        scope.all(path, (request, reply) => {
          reply.hijack()
          request.raw.body = request.body
          return mcp(request.raw, reply.raw)
        })
    },
    { prefix: '/api' },
  )
  const url = await listening(t, () => app.listen({ port: 0, host: '127.0.0.1' }))
  assert.equal((await send(`${url}/mcp`, initialize)).status, 500)
  await speaksMcp(`${url}/api`, '/api')
})

test('Fastify with @fastify/middie, under a path', async (t) => {
  const app = require('fastify')()
  await app.register(require('@fastify/middie'))
  app.use('/api', handler())
  const url = await listening(t, () => app.listen({ port: 0, host: '127.0.0.1' }))
  await speaksMcp(`${url}/api`, '/api')
})

test('plain node:http under a path, by hand', async (t) => {
  const mcp = handler()
  const server = createServer((request, response) => {
    request.originalUrl = request.url
    request.url = request.url.replace(/^\/api/, '')
    void mcp(request, response)
  })
  const url = await listening(t, () => server.listen(0, '127.0.0.1'))
  await speaksMcp(`${url}/api`, '/api')
})

test(
  'Hono on Node: a reader who stops loses the connection, before what it got looks whole',
  { timeout: 60_000 },
  async (t) => {
    const floods = defineTool({ name: 'floods', inputSchema: { type: 'object' }, run: () => 'x'.repeat(24 * 2 ** 20) })
    const cut = []
    const fetch = createFetchHandler({
      name: 't',
      version: '1',
      tools: [floods],
      limits: { unreadMs: 300 },
      log: ({ reason }) => cut.push(reason),
    })
    t.mock.method(console, 'error', () => {}) // by which @hono/node-server tells of it
    let server
    const url = await listening(t, () => (server = require('@hono/node-server').serve({ fetch, port: 0 })))
    const socket = net.connect(new URL(url).port, '127.0.0.1')
    const [[connection]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')])
    const closed = new Promise((resolve) => connection.once('close', resolve))
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const params = { name: 'floods', arguments: {}, _meta }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    const head = [
      'POST /mcp HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/json',
      'MCP-Protocol-Version: 2026-07-28',
      'Mcp-Method: tools/call',
      'Mcp-Name: floods',
      `Content-Length: ${body.length}`,
    ]
    socket.pause().write(`${head.join('\r\n')}\r\n\r\n${body}`)
    await closed
    assert.deepEqual(cut, ['slow-reader'])
    let length = 0
    socket.on('error', () => {})
    for await (const chunk of socket) length += chunk.length
    assert.ok(length < 24 * 2 ** 20, `${length} bytes`)
  },
)
