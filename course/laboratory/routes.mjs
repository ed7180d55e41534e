// The server's part of the laboratory, for src/main.ts: streams that break when one says so, chat replays, two servers
// behind a proxy, and tools that show what a tool can do. It does what any page asks of it, so it is for the one who
// sits here: src/app/laboratory.ts says when it is loaded.
import { basename } from 'node:path'
import { methodNotAllowed, notFound, pathOf, refuseForeignLoad } from '../../dist/index.js'
import { site } from '../../dist/app/site.js'
import { lessons } from '../run.mjs'
import { createChats } from './chats.mjs'
import { createTicks } from './ticks.mjs'
import { createTools } from './tools.mjs'
import { createTwoServers } from './two-servers.mjs'

const STREAMS = new Set(['/sse', '/mcp', '/lab/tools/sse', '/lab/tools/mcp'])
const TOOLS = new Set(['/lab/tools/sse', '/lab/tools/messages', '/lab/tools/mcp'])
const TWO = new Set(['/lab/two/sse', '/lab/two/messages', '/lab/two/mcp'])

/**
 * Its routes, for the option `fallback` of `serve`: behind the same guard as everything else.
 * @param {object} options
 * @param {import('../../dist/index.js').Tool[]} options.tools the tools of the server
 * @param {object} options.hackerNews where the items come from, for the two servers
 * @param {import('../../dist/app/settings.js').Settings} options.settings of the server
 */
export function createLaboratory({ tools, hackerNews, settings }) {
  const ticks = createTicks()
  const chats = createChats()
  const two = createTwoServers(hackerNews)
  const mcp = createTools(tools, settings)
  const answers = new Set() // of MCP, under way

  const course = ({ socket }) => ({
    course: true,
    twoServers: true,
    port: socket.localPort,
    lessons: lessons().map((folder) => basename(folder)),
  })

  const routes = new Map([
    ['/lab/course.json', { GET: (request, response) => sendJson(response, course(request)) }],
    ['/lab/api/ticks', { GET: ticks.get }],
    ['/lab/api/cut', { POST: ticks.cut }],
    ['/lab/api/next', { POST: ticks.next }],
    ['/lab/api/cut-mcp', { POST: cutMcp }],
    ['/lab/api/chats', { GET: (_request, response) => sendJson(response, chats.list()) }],
    ['/lab/api/chat', { GET: chats.get }],
  ])

  function answer(request, response) {
    const path = pathOf(request)
    if (TOOLS.has(path)) return mcp(request, response)
    if (TWO.has(path) || routes.has(path)) refuseForeignLoad(request)
    if (TWO.has(path)) return two.forward(request, response)
    const route = routes.get(path)
    if (!route) return /^\/lab\/(two|tools)\//.test(path) ? notFound(response) : site(request, response)
    const methods = Object.keys(route)
    if (!methods.includes(request.method)) return methodNotAllowed(response, methods)
    route[request.method](request, response, new URL(request.url, 'http://localhost').searchParams)
  }

  /** Looks at each request of the server, to know what can be cut. */
  function watch(request, response) {
    if (!STREAMS.has(pathOf(request))) return
    answers.add(response)
    response.once('close', () => answers.delete(response))
  }

  function cutMcp(_request, response) {
    // An answer that has begun and goes on is a stream.
    const streams = [...answers].filter(({ headersSent, writableEnded }) => headersSent && !writableEnded)
    for (const stream of streams) stream.destroy()
    response.writeHead(204, { 'X-Cut': streams.length }).end()
  }

  function close() {
    ticks.close()
    chats.close()
    two.close()
    return mcp.close()
  }

  return { site: answer, watch, close }
}

function sendJson(response, value) {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' })
  response.end(`${JSON.stringify(value)}\n`)
}
