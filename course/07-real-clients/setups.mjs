// Eight ways to set up a client wrongly, a client that follows such a set-up and notes what crosses the wire, and what
// mends each. The logs in logs.txt were written by this; the test lets it happen again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import { ensureBuilt } from '../../scripts/build.mjs'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const HERE = 'http://127.0.0.1:3000'

/** What was typed into the client, what the client said to its user, and how it goes about it. */
export const SETUPS = {
  A: {
    typed: { type: 'sse', url: `${HERE}/mcp` },
    said: 'SSE error: Non-200 status code (405)',
    client: { type: 'sse', path: '/mcp' },
  },
  B: {
    typed: { type: 'streamableHttp', url: `${HERE}/sse` },
    said: 'Error POSTing to endpoint: This URL answers GET and nothing else.',
    client: { type: 'http', path: '/sse' },
  },
  C: {
    typed: { type: 'sse', url: HERE },
    said: 'SSE error: Invalid content type, expected "text/event-stream"',
    client: { type: 'sse', path: '/' },
  },
  D: {
    typed: { type: 'sse', url: 'http://two-pods-behind-a-balancer/sse' },
    said: 'Error POSTing to endpoint (HTTP 404): Unknown session',
    client: { type: 'sse', path: '/sse', balanced: true },
  },
  E: {
    typed: 'a script of three lines: the first thing it sends is tools/list',
    said: 'HTTP 400',
    client: { type: 'http', path: '/mcp', skipsHandshake: true },
  },
  F: {
    typed: { type: 'streamableHttp', url: 'http://host.docker.internal:3000/mcp' },
    said: 'Error POSTing to endpoint: Host "host.docker.internal:3000" is not allowed.',
    client: { type: 'http', path: '/mcp', host: 'host.docker.internal' },
  },
  G: {
    typed: { type: 'sse', url: `${HERE}/sse`, where: 'in a container' },
    said: 'connect ECONNREFUSED 127.0.0.1:3000',
    client: { type: 'sse', path: '/sse', inContainer: true },
  },
  H: {
    typed: { command: 'node', args: ['dist/main.js'] },
    said: `Unexpected token 's', "sse-mcp is"... is not valid JSON`,
    client: { type: 'stdio' },
  },
}

/** What each fix changes in the set-up. */
const FIXES = {
  'point-at-sse': (client) => ({ ...client, path: '/sse' }),
  'point-at-mcp': (client) => ({ ...client, path: '/mcp' }),
  'stay-on-one-server': (client) => ({ ...client, balanced: false }),
  'initialize-first': (client) => ({ ...client, skipsHandshake: false }),
  'allow-the-host': (client) => ({ ...client, isAllowed: true }),
  'name-the-other-machine': (client) => ({ ...client, inContainer: false }),
  'give-a-url': (client) => ({ ...client, type: 'http', path: '/mcp' }),
  'send-a-token': (client) => ({ ...client, token: 'secret' }),
  'turn-off-buffering': (client) => client,
  'install-node': (client) => client,
}

/** The servers that the set-ups meet. `close` ends them. */
export async function startServers() {
  ensureBuilt()
  const { serve } = await import('../../dist/index.js')
  const { createHackerNews } = await import('../../dist/tools/hacker-news.js')
  const { site } = await import('../../dist/app/site.js')
  const quiet = { log: () => {}, tools: [createHackerNews({ source: 'snapshot' })], fallback: site, port: 0 }
  const start = (options) => serve({ name: 'lesson-7', version: '1.0.0', ...quiet, ...options })
  // Each URL serves its own transport alone, as it is with most servers; ours does so with --any-url off.
  const strict = await start({ anyUrl: false })
  const second = await start({ anyUrl: false })
  const allowing = await start({ allowedHosts: ['127.0.0.1', 'host.docker.internal'] })
  const all = [strict, second, allowing]
  return {
    strict: portOf(strict),
    second: portOf(second),
    allowing: portOf(allowing),
    nobody: await freePort(),
    close: () => Promise.all(all.map((server) => server.close())),
  }
}

const portOf = ({ url }) => Number(new URL(url).port)

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}

/** The log of a set-up, as far as it gets. */
export async function fails(name, servers) {
  const { typed, said, client } = SETUPS[name]
  const { lines } = await connect(client, servers)
  const typedText = typeof typed === 'string' ? typed : JSON.stringify(typed)
  return [`${name}  typed   ${typedText}`, `   said    ${said}`, ...lines.map((line) => `   ${line}`)].join('\n')
}

/** Whether the set-up lists the tool once it is mended. */
export async function mends(name, fix, servers) {
  if (!Object.hasOwn(FIXES, fix)) return false
  const { tools } = await connect(FIXES[fix](SETUPS[name].client), servers)
  return tools?.includes('get-hackernews-top-stories') ?? false
}

const VERSION = '2025-11-25'
const clientInfo = { name: 'lesson-7', version: '1.0.0' }
const message = (id, method, params) => ({ jsonrpc: '2.0', ...(id && { id }), method, ...(params && { params }) })
const initialize = message(1, 'initialize', { protocolVersion: VERSION, capabilities: {}, clientInfo })
const initialized = message(undefined, 'notifications/initialized')
const list = message(2, 'tools/list')

/** Follows a set-up until the tools are listed, or until it fails; notes the exchange that failed. */
async function connect(client, servers) {
  if (client.type === 'stdio') return startProgram()
  const port = client.inContainer ? servers.nobody : client.isAllowed ? servers.allowing : servers.strict
  const ask = (method, path, headers, body, at = port) => exchange({ method, path, headers, body, port: at, client })
  const trip = client.type === 'sse' ? overSse : overHttp
  try {
    return await trip(client, ask, servers)
  } catch (failure) {
    if (failure.lines) return failure
    throw failure
  }
}

async function overSse({ path, balanced }, ask, servers) {
  const stream = await ask('GET', path, { Accept: 'text/event-stream' })
  try {
    if (stream.type !== 'text/event-stream') throw await stream.failure()
    const endpoint = /^event: endpoint\ndata: (.*)$/m.exec(await stream.until('\n\n'))[1]
    // A balancer sends each request to the server whose turn it is: the POST meets the one without the stream.
    const at = balanced ? servers.second : undefined
    for (const each of [initialize, initialized, list]) {
      const response = await ask('POST', endpoint, { 'Content-Type': 'application/json' }, each, at)
      if (response.status !== 202) throw await response.failure()
      await response.text()
    }
    return { tools: toolsIn(await stream.until('"id":2')), lines: [] }
  } finally {
    stream.destroy()
  }
}

async function overHttp({ path, skipsHandshake }, ask) {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }
  let last = ''
  for (const each of skipsHandshake ? [list] : [initialize, initialized, list]) {
    const response = await ask('POST', path, headers, each)
    if (response.status !== 200 && response.status !== 202) throw await response.failure()
    const session = response.headers['mcp-session-id']
    if (session) Object.assign(headers, { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': VERSION })
    last = await response.text()
  }
  return { tools: toolsIn(last), lines: [] }
}

const toolsIn = (text) => [...text.matchAll(/"name":"([^"]+)","(?:title|description)"/g)].map(([, name]) => name)

/** One request. What it and its response say can be told as lines of a log. */
async function exchange({ method, path, headers, body, port, client }) {
  const text = body && JSON.stringify(body)
  const host = client.host && { Host: `${client.host}:${port}` }
  const token = client.token && { Authorization: `Bearer ${client.token}` }
  const all = { ...host, ...token, ...headers }
  const masked = (line) =>
    line.replaceAll(`:${port}`, ':3000').replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '…')
  const asked = [
    `> ${method} ${path}`,
    ...(host ? [`> Host: ${host.Host}`] : []),
    ...(body ? [`> ${body.method}`] : []),
  ]
  const request = http.request({ host: '127.0.0.1', port, method, path, headers: all }).end(text)
  const failed = (...answer) => ({ lines: [...asked, ...answer].map(masked) })
  const [response] = await once(request, 'response').catch((error) => {
    throw failed(`! ${error.message}`)
  })
  const { statusCode: status, statusMessage } = response
  response.setEncoding('utf8')
  let got = ''
  response.on('data', (part) => (got += part))
  const type = response.headers['content-type']?.split(';')[0]
  const over = () => (response.readableEnded ? undefined : once(response, 'end'))
  return {
    status,
    type,
    headers: response.headers,
    destroy: () => response.destroy(),
    async until(word) {
      while (!got.includes(word)) await once(response, 'data')
      return got
    },
    async text() {
      await over()
      return got
    },
    async failure() {
      await over()
      const said = type === 'application/json' ? JSON.parse(got).error.message : got.trim().split('\n')[0]
      return failed(`< ${status} ${statusMessage}`, `< Content-Type: ${type}`, `< ${said}`)
    },
  }
}

/** A host of stdio starts a program and reads its standard output, a message a line. */
async function startProgram() {
  const env = { ...process.env, PORT: '0', HN_SOURCE: 'snapshot' }
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  try {
    const [text] = await once(child.stdout.setEncoding('utf8'), 'data')
    const [line] = text.split('\n')
    return { lines: ['> initialize, on standard input', `< ${line}`, `! ${complaint(line)}`] }
  } finally {
    child.kill()
  }
}

function complaint(line) {
  try {
    return JSON.parse(line) && 'it is JSON'
  } catch ({ message: words }) {
    return words
  }
}
