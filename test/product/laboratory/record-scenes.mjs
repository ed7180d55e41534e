// Records what the scenes of a talk play, from conversations with our own server, and writes it into the page's files:
//   node test/product/laboratory/record-scenes.mjs
// scenes.test.mjs records anew, and holds the file against it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ensureBuilt } from '../../../scripts/build.mjs'

ensureBuilt()
const { serve } = await import('../../../dist/index.js')
const { createHackerNews } = await import('../../../dist/tools/hacker-news.js')

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))
const FILE = new URL('../../../web/laboratory/scenes/recorded.js', import.meta.url)
const CHATS = new URL('../../../data/chat-streams.json', import.meta.url)

const JSON_BODY = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }
const clientInfo = { name: 'sse-mcp-laboratory', version: '1.0.0' }
const initialize = (protocolVersion) => ({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo },
})
const INITIALIZED = { jsonrpc: '2.0', method: 'notifications/initialized' }
const call = (meta) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'get-hackernews-top-stories', arguments: { type: 'topstories', amount: 1 }, ...meta },
})

/**
 * All that the scenes play. The id of the session, which differs each time, is replaced. Between two ticks of the
 * reconnect laboratory are `interval` ms: where that is short, more of them may be missed while it is cut.
 */
export async function record(interval) {
  const [tools, limits] = [[createHackerNews({ source: 'snapshot' })], { keepAliveMs: 50 }]
  const { url, close } = await serve({ name: 'sse-mcp', version: '0.1.0', port: 0, tools, limits, log: () => {} })
  try {
    return {
      sse: await overSse(url),
      http: await overHttp(url),
      stateless: await overStateless(url),
      cut: await ticks(interval),
      chats: chats(),
    }
  } finally {
    await close()
  }
}

/** HTTP+SSE: the responses to POSTs say 202, the answers come on the stream. */
async function overSse(url) {
  const stream = await open(`${url}/sse`)
  const rows = [stream.asked, stream.head, await stream.next(), await stream.next()]
  const endpoint = /data: (.*)/.exec(rows[2].event)[1]
  const session = /sessionId=(.*)/.exec(endpoint)[1]
  rows.push(...(await post(url, endpoint, initialize('2024-11-05'))), await stream.next())
  rows.push(...(await post(url, endpoint, INITIALIZED)))
  rows.push(...(await post(url, endpoint, call())), await stream.next())
  rows.push(await stream.next((event) => event.startsWith(':')))
  stream.leave()
  return JSON.parse(JSON.stringify(rows).replaceAll(session, '5c3430de-91a7-4d0b-8f5e-2b6a7c1d9e04'))
}

async function overHttp(url) {
  const { rows, headers } = await exchange(url, '/mcp', initialize('2025-11-25'))
  const more = { 'Mcp-Session-Id': headers.get('mcp-session-id'), 'MCP-Protocol-Version': '2025-11-25' }
  return [...rows, ...(await post(url, '/mcp', INITIALIZED, more)), ...(await post(url, '/mcp', call(), more))]
}

async function overStateless(url) {
  const META = 'io.modelcontextprotocol/'
  const told = { protocolVersion: '2026-07-28', clientInfo, clientCapabilities: {} }
  const meta = Object.fromEntries(Object.entries(told).map(([name, value]) => [META + name, value]))
  const message = call({ _meta: meta })
  const { method, params } = message
  const more = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': method, 'Mcp-Name': params.name }
  return post(url, '/mcp', message, more)
}

/** The reconnect laboratory: five ticks, a cut, and a GET that names the last of them when four more have been counted. */
async function ticks(interval) {
  const server = spawn(process.execPath, [MAIN], { env: { ...process.env, PORT: '0', HN_SOURCE: 'snapshot' } })
  try {
    const [text] = await once(server.stdout.setEncoding('utf8'), 'data')
    server.stdout.resume()
    server.stderr.resume()
    const url = /http:\/\/[^/\s]+/.exec(text)[0]
    return await resumed(`${url}/lab/api/ticks?run=talk&retry=2000&interval=${interval}`)
  } finally {
    const ended = once(server, 'exit')
    server.kill()
    await ended
  }
}

async function resumed(url) {
  const numberOf = (event) => Number(/^id: (\d+)$/m.exec(event)?.[1])
  const first = await open(url)
  const watcher = await open(url) // who watches knows how far the server has counted
  const rows = [first.asked, first.head]
  while (!(numberOf(rows.at(-1).event) >= 5)) rows.push(await first.next())
  first.leave()
  await watcher.next((event) => numberOf(event) >= 9)
  const second = await open(url, { 'Last-Event-ID': '5' })
  watcher.leave()
  rows.push(second.asked, second.head)
  while (!(numberOf(rows.at(-1).event) >= 12)) rows.push(await second.next())
  second.leave()
  return rows
}

/** A GET, and the blocks of its stream one by one. */
async function open(url, headers = {}) {
  const life = new AbortController()
  const response = await fetch(url, { headers: { Accept: 'text/event-stream', ...headers }, signal: life.signal })
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const isAny = (event) => !event.startsWith(':')
  async function next(isWanted = isAny) {
    for (;;) {
      const end = text.indexOf('\n\n') + 2
      if (end > 1) {
        const event = text.slice(0, end)
        text = text.slice(end)
        if (isWanted(event)) return { way: '↓', event }
      } else text += (await reader.read()).value
    }
  }
  const lines = Object.entries(headers).map(([name, value]) => `\n${name}: ${value}`)
  return {
    asked: { way: '↑', head: `GET ${new URL(url).pathname}${lines.join('')}` },
    head: { way: '↓', head: `${response.status} ${response.headers.get('content-type')}` },
    next,
    leave: () => life.abort(),
  }
}

/** A POST and its response as rows. */
const post = async (...request) => (await exchange(...request)).rows

async function exchange(url, path, message, headers = {}) {
  const body = JSON.stringify(message)
  const response = await fetch(url + path, { method: 'POST', headers: { ...JSON_BODY, ...headers }, body })
  const text = await response.text()
  const type = response.status === 200 ? ` ${response.headers.get('content-type')}` : ''
  const asked = { way: '↑', head: `POST ${path}`, body }
  const answered = { way: '↓', head: `${response.status}${type}`, ...(text && { body: text }) }
  return { rows: [asked, answered], headers: response.headers }
}

/** Of each excerpt the first event that brings a Chinese word. */
function chats() {
  return JSON.parse(readFileSync(CHATS, 'utf8')).streams.map(({ id, title, wire, frames, figures }) => {
    const first = frames.findIndex(({ delta }) => /\p{Script=Han}/u.test(delta))
    const event = wire.match(/[^]*?\n\n/g)[first]
    return { id, title, event, bytesPerCharacter: figures.wireBytesPerCharacter }
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const recorded = await record(300)
  const parts = Object.entries(recorded).map(([name, rows]) => `export const ${name} = ${JSON.stringify(rows)}\n`)
  writeFileSync(
    FILE,
    `// What the scenes play: conversations with our own server, and excerpts of chats, as they were on the wire.
// Written by test/product/laboratory/record-scenes.mjs; a test records anew and compares.
/** @typedef {import('./parts.js').Row} Row */
${parts.join('')}`,
  )
}
