// The product's tool behind the fetch face, with the same settings from the environment: what run.mjs attacks with
// `--start test/robustness/abuse/fetch-server.mjs`. It prints its URL.
import { readSettings } from '../../../dist/app/settings.js'
import { LIMITS, limitsFor } from '../../../dist/bounds/limits.js'
import { createFetchHandler } from '../../../dist/fetch/index.js'
import { createHackerNews } from '../../../dist/tools/hacker-news.js'
import { serveFetch } from '../../support/fetch-server.mjs'

const { port, hnSource, hnBaseUrl, allowedHosts, allowedOrigins, anyUrl, publicUrl, nodeId, limits } = readSettings(
  [],
  process.env,
)
const given = { allowedHosts, allowedOrigins, anyUrl, publicUrl, nodeId }
const hackerNews = { ...(hnSource && { source: hnSource }), ...(hnBaseUrl && { baseUrl: hnBaseUrl }) }
const handler = createFetchHandler({
  ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  name: 'sse-mcp',
  version: '0.1.0',
  tools: [createHackerNews(hackerNews)],
  limits: limits && limitsFor('createMcpHandler', limits),
  addressOf: (_request, { address }) => address,
  fallback: answer,
})

/** What the product answers beside MCP, without its pages. */
function answer(request) {
  const { pathname } = new URL(request.url)
  const isHealth = pathname === '/health' || pathname === '/health/'
  if (!isHealth && pathname !== '/') return text(404, 'Nothing here.\n')
  if (!['GET', 'HEAD', 'OPTIONS'].includes(request.method))
    return text(405, 'Not so.\n', { Allow: 'GET, HEAD, OPTIONS' })
  return text(200, '{"status":"ok"}\n', { 'Content-Type': 'application/json' })
}

const text = (status, body, headers = {}) =>
  new Response(body, {
    status,
    headers: { 'Content-Length': String(body.length), 'X-Content-Type-Options': 'nosniff', ...headers },
  })

const server = await serveFetch(handler, { port: port ?? 3000 })
server.server.maxConnections = limits?.maxConnections ?? LIMITS.maxConnections[0]
process.on('unhandledRejection', () => {})
let isStopping = false
async function stop() {
  if (isStopping) process.exit(1)
  isStopping = true
  const closed = new Promise((resolve) => server.server.close(resolve))
  setTimeout(() => server.server.closeAllConnections(), limits?.shutdownMs ?? LIMITS.shutdownMs[0]).unref()
  await handler.close()
  setInterval(() => server.server.closeIdleConnections(), 10).unref()
  await closed
  process.exit(0)
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop())
console.log(`${server.url}/mcp`)
