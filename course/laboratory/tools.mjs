// MCP a second time, at addresses of the laboratory: with the tools that its pages need. Clients that know /sse and /mcp
// see the server's own tools and nothing else.
import { limitsFor, limitsFrom } from '../../dist/bounds/limits.js'
import { createMcpHandler, safeLog } from '../../dist/index.js'
import { atMostTenASecond } from '../../dist/serve/log-rate.js'
import { createRateLimit } from '../../dist/serve/rate-limit.js'
import { orderCoffee, summarise } from './asking-tools.mjs'
import { countSlowly } from './count-slowly.mjs'

/** A handler for /lab/tools/sse, /lab/tools/messages and /lab/tools/mcp, guarded and bounded as `serve` does it. */
export function createTools(tools, { limits: given, anyUrl, serverSecret }) {
  const limits = limitsFrom('serve', { limits: given })
  const isRateLimited = given?.maxRequestsPerMinute !== undefined
  return createMcpHandler({
    name: 'laboratory-tools',
    version: '1.0.0-rc.1',
    tools: [...tools, countSlowly, orderCoffee, summarise],
    publicUrl: 'http://localhost/lab/tools', // what comes before our paths: the endpoint event names it
    anyUrl,
    serverSecret,
    ...(isRateLimited && {
      admit: createRateLimit(limits.maxRequestsPerMinute, ({ socket }) => socket.remoteAddress ?? ''),
    }),
    log: atMostTenASecond(safeLog()),
    limits: limitsFor('createMcpHandler', limits),
  })
}
