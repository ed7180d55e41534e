// Records a session of HTTP+SSE with a proxy between client and server, which notes what passes: no rights needed.
// Another session than the one in session.pcap: another port, a request before the stream, one connection for all POSTs.
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { ensureBuilt } from '../../scripts/build.mjs'
import { pcap } from '../pcap.mjs'

const call = (id, amount) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'get-hackernews-top-stories', arguments: { type: 'newstories', amount } },
})
const clientInfo = { name: 'lesson-8', version: '1.0.0' }
const initialize = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo }

/** What the client says, in this order. A notification has no id, and nobody answers it. */
const MESSAGES = [
  { jsonrpc: '2.0', id: 'first', method: 'initialize', params: initialize },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  { jsonrpc: '2.0', id: 1, method: 'ping' },
  { jsonrpc: '2.0', id: 7, method: 'tools/list' },
  call(8, 1),
  call(9, 2),
]

/** The bytes of a pcap file. */
export async function record() {
  ensureBuilt()
  const { serve } = await import('../../dist/index.js')
  const { createHackerNews } = await import('../../dist/tools/hacker-news.js')
  const { site } = await import('../../dist/app/site.js')
  const tools = [createHackerNews({ source: 'snapshot' })]
  const server = await serve({ name: 'lesson-8', version: '1.0.0', tools, fallback: site, port: 0 })
  const tap = await startTap(Number(new URL(server.url).port))
  try {
    await session(tap.port)
    return pcap(tap.segments, tap.port)
  } finally {
    tap.close()
    await server.close()
  }
}

async function session(port) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const ask = async (options, body) => {
    const request = http.request({ host: '127.0.0.1', port, agent: false, ...options }).end(body)
    const [response] = await once(request, 'response')
    return response
  }
  const health = await ask({ path: '/health' })
  await once(health.resume(), 'end')

  const stream = await ask({ path: '/sse', headers: { Accept: 'text/event-stream' } })
  let text = ''
  stream.setEncoding('utf8').on('data', (part) => (text += part))
  const until = async (pattern) => {
    while (!pattern.test(text)) await once(stream, 'data')
    return pattern.exec(text)
  }
  const [, path] = await until(/^event: endpoint\ndata: (.*)\n\n/m)
  for (const message of MESSAGES) {
    const headers = { 'Content-Type': 'application/json' }
    const answer = await ask({ method: 'POST', path, agent, headers }, JSON.stringify(message))
    await once(answer.resume(), 'end')
    if (message.id !== undefined) await until(new RegExp(`^data: .*"id":${JSON.stringify(message.id)}[,}].*\n\n`, 'm'))
  }
  agent.destroy()
  stream.destroy()
}

/** Passes all bytes on and notes them. */
async function startTap(port) {
  const segments = []
  const sockets = []
  let connections = 0
  const proxy = net.createServer((client) => {
    const connection = connections++
    const server = net.connect(port, '127.0.0.1')
    sockets.push(client, server)
    for (const [from, to, mark] of [
      [client, server, '>'],
      [server, client, '<'],
    ]) {
      from.on('data', (bytes) => segments.push({ ms: performance.now(), connection, mark, bytes }))
      from.on('error', () => to.destroy())
      from.pipe(to)
    }
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  return {
    port: proxy.address().port,
    segments,
    close() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    },
  }
}
