// What the course's server answers beside what every server of ours does.
import { basename } from 'node:path'
import { methodNotAllowed, notFound, pathOf, refuseForeignLoad } from '../dist/index.js'
import { site } from '../dist/app/site.js'
import { createChats } from './lab-chats.mjs'
import { createTicks } from './lab-ticks.mjs'
import { lessons } from './run.mjs'
import { createTwoServers } from './two-servers.mjs'

/**
 * The laboratory's part of a server, for the option `fallback` of `serve`: behind the same guard as everything else.
 * @param {object} hackerNews where the items come from, for the two servers
 */
export function createLab(hackerNews) {
  const ticks = createTicks()
  const chats = createChats()
  const two = createTwoServers(hackerNews)
  const answers = new Set() // of /sse and /mcp, under way

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
  const SHARED = new Set(['/lab/two/sse', '/lab/two/messages', '/lab/two/mcp'])

  function answer(request, response) {
    const path = pathOf(request)
    if (SHARED.has(path) || routes.has(path)) refuseForeignLoad(request)
    if (SHARED.has(path)) return two.forward(request, response)
    const route = routes.get(path)
    if (!route) return path.startsWith('/lab/two/') ? notFound(response) : site(request, response)
    const methods = Object.keys(route)
    if (!methods.includes(request.method)) return methodNotAllowed(response, methods)
    route[request.method](request, response, new URL(request.url, 'http://localhost').searchParams)
  }

  /** Looks at each request of the server, to know what can be cut. */
  function watch(request, response) {
    if (!['/sse', '/mcp'].includes(pathOf(request))) return
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
  }

  return { site: answer, watch, close }
}

function sendJson(response, value) {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' })
  response.end(`${JSON.stringify(value)}\n`)
}
