import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMcpHandler, type Changes, type HttpOptions } from './mcp/index.ts'

export * from './mcp/index.ts'

export interface ServeOptions extends HttpOptions {
  /** Default 3000; 0 lets the system choose. */
  port?: number
  /** Default 127.0.0.1: nobody but this machine. Another one needs `allowedHosts`. */
  host?: string
}

export interface Running {
  readonly server: Server
  /** Where it listens, without a slash at the end. */
  readonly url: string
  /** Tells clients that lists or resources have changed. */
  readonly changes: Changes
  /** Ends all streams and connections. */
  close(): Promise<void>
}

/**
 * A whole server in one call; resolves once it listens. Rejects with what `listen` says (a port in use, say), and
 * with TypeError where it would listen to others without knowing its own names.
 */
export async function serve(options: ServeOptions): Promise<Running> {
  const { port = 3000, host = '127.0.0.1' } = options
  if (!LOOPBACK.has(host) && !options.allowedHosts?.length)
    throw new TypeError(`To listen on ${host}, name the hosts it is called by: ALLOWED_HOSTS (option allowedHosts).`)
  const mcp = createMcpHandler(options)
  const server = createServer(SLOW_SENDERS, mcp)
  server.maxConnections = 2_000
  server.maxRequestsPerSocket = 10_000
  await once(server.listen(port, host), 'listening')

  return {
    server,
    changes: mcp.changes,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      mcp.close()
      // A connection that has just had its answer would stay for the next request.
      const idle = setInterval(() => server.closeIdleConnections(), 10)
      const late = setTimeout(() => server.closeAllConnections(), GRACE_MS)
      await closed
      clearInterval(idle)
      clearTimeout(late)
    },
  }
}

/** How long `close` waits for answers that are under way. */
const GRACE_MS = 2_000

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

// Milliseconds. Who takes longer to say what he wants holds a connection for nothing.
const SLOW_SENDERS = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 65_000, // above the usual 60 s of a proxy, so that the proxy closes first
}
