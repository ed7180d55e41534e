// What one warm tools/call walks through: every line of src that it executes, file by file, in the order in which
// the call first enters them. A handout of the course (`npm run walk`, `npm run walk -- mcp`, `npm run walk -- stateless`),
// and a figure for each transport: `npm run walk -- count`.
// The lines come from V8's own coverage, the order from breakpoints at the start of each function that ran.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { Session } from 'node:inspector/promises'
import { SourceMap } from 'node:module'
import { join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { ensureBuilt } from '../scripts/build.mjs'
import { ROOT } from '../scripts/parts.mjs'

const DIST = pathToFileURL(join(ROOT, 'dist')).href

const handshakeVersion = '2025-11-25'
const statelessVersion = '2026-07-28'
const TRANSPORTS = { sse: 'HTTP+SSE', mcp: 'Streamable HTTP', stateless: 'stateless HTTP' }
const asked = process.argv.slice(2).map((word) => word.replace(/^--/, ''))
const isBrief = asked.includes('count')

if (isMainThread) ensureBuilt()
if (!isMainThread) await follow()
else if (isBrief && !Object.keys(TRANSPORTS).some((name) => asked.includes(name))) countAll()
else await walk(Object.keys(TRANSPORTS).find((name) => asked.includes(name)) ?? 'sse')

/** Each in a process of its own: what one has compiled and warmed up would count for the next. */
function countAll() {
  for (const name of Object.keys(TRANSPORTS))
    spawnSync(process.execPath, [fileURLToPath(import.meta.url), name, 'count'], { stdio: 'inherit' })
}

async function walk(transport) {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  // Before the code is loaded: V8 counts blocks only in what it compiles from here on.
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const { call, close } = await startServer(transport)
  for (let n = 0; n < 3; n++) await call()
  await session.post('Profiler.takePreciseCoverage')
  await call()
  const { result } = await session.post('Profiler.takePreciseCoverage')
  await session.post('Profiler.stopPreciseCoverage')
  session.disconnect()

  const ours = result.filter(({ url }) => url.startsWith(DIST))
  const files = ours.map(executedLines).filter(({ lines }) => lines.length > 0)
  const order = await entryOrder(files, call)
  files.sort((a, b) => order.indexOf(a.url) - order.indexOf(b.url))
  print(files, TRANSPORTS[transport])
  await close()
}

/** The server as a user gets it, in this process; `call` is one tools/call from its POST to its answer. */
async function startServer(transport) {
  const { serve } = await import(`${DIST}/index.js`)
  const { createHackerNews } = await import(`${DIST}/tools/hacker-news.js`)
  const tool = createHackerNews({ source: 'snapshot' })
  const { url, close } = await serve({ name: 'walk', version: '0', tools: [tool], port: 0 })
  const agent = new http.Agent({ keepAlive: true })

  async function post(path, message, more = {}) {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...message })
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...more }
    const request = http.request(url + path, { method: 'POST', headers, agent })
    request.end(body)
    const [response] = await once(request, 'response')
    response.resume()
    await once(response, 'end')
    return response
  }

  const params = { name: tool.name, arguments: { type: 'topstories', amount: 1 } }
  const toolsCall = { method: 'tools/call', params }
  const clients = {
    async sse() {
      const [stream] = await once(http.get(`${url}/sse`), 'response')
      const [first] = await once(stream.setEncoding('utf8'), 'data')
      const endpoint = /^data: (.*)$/m.exec(first)[1]
      return () => Promise.all([untilMessage(stream), post(endpoint, toolsCall)])
    },
    async mcp() {
      const protocolVersion = handshakeVersion
      const { headers } = await post('/mcp', {
        method: 'initialize',
        params: { protocolVersion, capabilities: {} },
      })
      return () => post('/mcp', toolsCall, { 'mcp-session-id': headers['mcp-session-id'] })
    },
    async stateless() {
      const meta = 'io.modelcontextprotocol/'
      const _meta = { [`${meta}protocolVersion`]: statelessVersion, [`${meta}clientCapabilities`]: {} }
      const headers = {
        'mcp-protocol-version': statelessVersion,
        'mcp-method': 'tools/call',
        'mcp-name': tool.name,
      }
      return () => post('/mcp', { ...toolsCall, params: { ...params, _meta } }, headers)
    },
  }
  return { call: await clients[transport](), close: () => (agent.destroy(), close()) }
}

async function untilMessage(stream) {
  for (;;) if ((await once(stream, 'data'))[0].includes('event: message')) return
}

/** A line counts when the innermost block that covers any of its code ran. */
function executedLines({ url, functions }) {
  const file = fileURLToPath(url)
  const code = readFileSync(file, 'utf8')
  const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')))
  const ran = new Int32Array(code.length)
  // Functions come outermost first, and blocks after what they stand in: the last to paint is the innermost.
  for (const { ranges } of functions)
    for (const { startOffset, endOffset, count } of ranges) ran.fill(count, startOffset, endOffset)
  const lines = new Set()
  let offset = 0
  for (const [row, line] of code.split('\n').entries()) {
    for (const { index } of line.matchAll(/[\w$]+|=>|\?\?/g)) {
      const entry = ran[offset + index] > 0 && map.findEntry(row, index)
      if (entry && entry.originalLine !== undefined && !/^\s*(\/\/|\*|\/\*)/.test(line)) lines.add(entry.originalLine)
    }
    offset += line.length + 1
  }
  const source = fileURLToPath(new URL(map.payload.sources[0], url))
  const entered = functions.filter(({ ranges }) => ranges[0].count > 0)
  return {
    url,
    source,
    lines: [...lines].toSorted((a, b) => a - b),
    entries: entered.map(({ ranges: [{ startOffset, endOffset }] }) => ({
      start: position(code, startOffset + 1),
      end: position(code, endOffset),
    })),
  }
}

function position(code, offset) {
  const before = code.slice(0, offset).split('\n')
  return { lineNumber: before.length - 1, columnNumber: before.at(-1).length }
}

/** Asks a second thread, which may stop this one, to note where the next call comes by first. */
async function entryOrder(files, call) {
  const worker = new Worker(new URL(import.meta.url))
  worker.postMessage(files.map(({ url, entries }) => ({ url, entries })))
  await once(worker, 'message')
  await call()
  worker.postMessage('done')
  const [order] = await once(worker, 'message')
  await worker.terminate()
  return order
}

async function follow() {
  parentPort.ref() // a thread that only waits for the inspector would count as done
  const [files] = await once(parentPort, 'message')
  parentPort.ref()
  const session = new Session()
  session.connectToMainThread()
  const order = []
  const scripts = new Map()
  const urls = new Map()
  session.on('Debugger.scriptParsed', ({ params: { url, scriptId } }) => {
    scripts.set(url, scriptId)
    urls.set(scriptId, url)
  })
  session.on('Debugger.paused', ({ params }) => {
    const url = urls.get(params.callFrames[0].location.scriptId)
    if (!order.includes(url)) order.push(url)
    void session.post('Debugger.resume')
  })
  await session.post('Debugger.enable')
  const set = new Set() // a class and the first of its functions may begin at the same place
  for (const { url, entries } of files)
    for (const { start, end } of entries) {
      const scriptId = scripts.get(url)
      const within = { start: { scriptId, ...start }, end: { scriptId, ...end } }
      const { locations } = await session.post('Debugger.getPossibleBreakpoints', within)
      const [location] = locations
      const place = JSON.stringify(location)
      if (location && !set.has(place)) await session.post('Debugger.setBreakpoint', { location })
      set.add(place)
    }
  parentPort.postMessage('ready')
  parentPort.ref()
  await once(parentPort, 'message')
  parentPort.postMessage(order)
}

function print(files, transport) {
  const total = files.reduce((sum, { lines }) => sum + lines.length, 0)
  for (const { source, lines } of files) {
    const name = relative(ROOT, source).split(sep).join('/')
    console.log(`${isBrief ? '' : '\n'}${name}: ${lines.length} lines`)
    if (isBrief) continue
    const text = readFileSync(source, 'utf8').split('\n')
    for (const [at, line] of lines.entries()) {
      if (at > 0 && line !== lines[at - 1] + 1) console.log('      …')
      console.log(`${String(line + 1).padStart(5)} ${text[line]}`)
    }
  }
  console.log(`\nOne warm tools/call over ${transport} executes ${total} lines of src in ${files.length} files.`)
}
