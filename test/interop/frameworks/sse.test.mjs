// A channel of `sse-mcp/sse` inside other people's frameworks, as docs/sse.md says.
// Needs: frameworks
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  createChannel,
  createParser,
  lastEventIdOf,
  openStream,
  openStreamResponse,
} from '../../../dist/channel/index.js'

const require = createRequire(fileURLToPath(new URL('./package.json', import.meta.url)))
const channel = createChannel()

/** The handler of node:http and all that is built on it. */
function events(request, response) {
  channel.join(openStream(response), lastEventIdOf(request))
}

/** The next event of a response, and the way to leave. */
async function firstEvent(url, headers = {}) {
  const connection = new AbortController()
  const { body } = await fetch(url, { headers, signal: connection.signal })
  const found = []
  const parser = createParser({ onEvent: (event) => found.push(event) })
  const reader = body.getReader()
  return {
    async event() {
      while (found.length === 0) parser.feed((await reader.read()).value)
      return found.shift()
    },
    leave: () => connection.abort(),
  }
}

/** Joins, leaves, misses a message and gets it. */
async function works(url) {
  const first = await firstEvent(url)
  channel.send({ data: 'heard' })
  const { data, lastEventId } = await first.event()
  assert.equal(data, 'heard')
  assert.equal(channel.size, 1)
  first.leave()
  while (channel.size > 0) await new Promise((resolve) => setImmediate(resolve))
  channel.send({ data: 'missed' })
  const again = await firstEvent(url, { 'last-event-id': lastEventId })
  assert.equal((await again.event()).data, 'missed')
  again.leave()
  while (channel.size > 0) await new Promise((resolve) => setImmediate(resolve))
}

async function listening(t, server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections?.()
    server.close()
  })
  return `http://127.0.0.1:${server.address().port}/events`
}

for (const name of ['express4', 'express5'])
  test(`${name}: app.get('/events', events)`, async (t) => {
    const app = require(name)()
    app.get('/events', events)
    await works(await listening(t, createServer(app)))
  })

test('fastify: reply.hijack(), and the raw request and response', async (t) => {
  const app = require('fastify').fastify()
  app.get('/events', (request, reply) => {
    reply.hijack()
    events(request.raw, reply.raw)
  })
  await app.ready()
  await works(await listening(t, app.server))
})

test('koa: ctx.respond = false, and ctx.res', async (t) => {
  const Koa = require('koa')
  const app = new (Koa.default ?? Koa)()
  app.use((ctx) => {
    ctx.respond = false
    events(ctx.req, ctx.res)
  })
  await works(await listening(t, createServer(app.callback())))
})

test('hono on Node: a Response', async (t) => {
  const { Hono } = require('hono')
  const { createAdaptorServer } = require('@hono/node-server')
  const app = new Hono()
  app.get('/events', (c) => {
    const { response, stream } = openStreamResponse(c.req.raw)
    channel.join(stream, lastEventIdOf(c.req.raw))
    return response
  })
  await works(await listening(t, createAdaptorServer(app)))
})
