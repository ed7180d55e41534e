import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { limitsFor, limitsFrom } from '../bounds/limits.ts'
import { createClientAddress } from './client-address.ts'
import { atMostTenASecond } from './log-rate.ts'
import { createRateLimit, type SharedBuckets } from './rate-limit.ts'
import { createMcpHandler, safeLog } from '../mcp/index.ts'
import type { ChangeBus, Engine, HttpOptions, SocketLimits } from '../mcp/index.ts'
import { LOOPBACK } from '../bounds/loopback.ts'
import { checkOptions, isText, must } from '../mcp/options.ts'

/** The options of `serve`. */
export interface ServeOptions extends HttpOptions {
  /** Default 3000; 0 lets the system choose. */
  port?: number
  /** Default 127.0.0.1: nobody but this machine. Another one needs `auth` and `allowedHosts`. */
  host?: string
  /** Proxies whose `X-Forwarded-For` counts: addresses, networks, or `loopback`. Default: none. */
  trustProxy?: readonly string[]
  /** Limits of all kinds, by name: docs/limits.md. */
  limits?: Partial<SocketLimits>
  /** As for `createMcpHandler`. One with shared buckets keeps the rate limit for all nodes together. */
  engine?: Engine & { readonly buckets?: SharedBuckets }
  /** Whether anybody who reaches another address may call. Default false: it needs `auth`. */
  allowUnauthorized?: boolean
}

/** A server that listens. */
export interface RunningServer {
  readonly server: Server
  /** Where it listens, without a slash at the end. Clients call it by a name of `allowedHosts`. */
  readonly url: string
  /** Tells clients that lists or resources have changed. */
  readonly changes: ChangeBus
  /** Answers what is in flight, ends all streams and connections: within `drainMs` and `shutdownMs`. */
  close(): Promise<void>
}

/**
 * A whole server in one call; resolves once it listens. Rejects with what `listen` says (a port in use, say), and
 * with TypeError where it would listen to others without knowing who may call, or by which names it is called.
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  checkOptions(options)
  const { port = 3000, host = '127.0.0.1' } = options
  const isPort = /^\d{1,5}$/.test(String(port)) && port <= 65_535
  must(isPort, `The option port must be a whole number from 0 to 65535, not ${String(port)}.`)
  must(isText(host), 'The option host must be a name or an address, 127.0.0.1 say.')
  const missing = LOOPBACK.has(host) ? [] : missingToListen(options)
  if (missing.length > 0) throw new TypeError(`To listen on ${host}, ${missing.join(' And ')}`)
  const limits = limitsFrom('serve', options)
  const mcp = createMcpHandler({
    ...options,
    ...admission(options, LOOPBACK.has(host), limits.maxRequestsPerMinute),
    log: atMostTenASecond(safeLog(options.log)),
    limits: limitsFor('createMcpHandler', limits),
  })
  const server = createServer(NODE_OPTIONS, mcp)
  // Who waits to be asked for the body (RFC 9110, "Expect") is asked when it is read, and so never where it is refused.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    request.once('resume', () => response.headersSent || response.writeContinue())
    void mcp(request, response)
  })
  server.maxConnections = limits.maxConnections
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket
  await once(server.listen(port, host), 'listening')

  async function close(): Promise<void> {
    const closed = once(server, 'close')
    const late = setTimeout(() => server.closeAllConnections(), limits.shutdownMs)
    server.close()
    const ended = mcp.close()
    await Promise.race([ended, closed])
    // A connection that has just had its answer would stay for the next request.
    const idle = setInterval(() => server.closeIdleConnections(), 10)
    await closed
    clearInterval(idle)
    clearTimeout(late)
    await ended // an engine has something to say yet
  }

  let closing: Promise<void> | undefined
  return {
    server,
    changes: mcp.changes,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    close: () => (closing ??= close()),
  }
}

/** By which address requests are counted, and how often they are admitted: as often as one likes on this machine. */
function admission(options: ServeOptions, isLoopback: boolean, perMinute: number): Partial<HttpOptions> {
  const { trustProxy = [], addressOf = createClientAddress(trustProxy), engine } = options
  // Behind a trusted proxy, who comes over loopback is not on this machine.
  const isOurs = isLoopback && trustProxy.length === 0 && options.limits?.maxRequestsPerMinute === undefined
  const rateLimit = isOurs ? undefined : createRateLimit(perMinute, addressOf, { shared: engine?.buckets })
  const admit = options.admit ?? rateLimit
  return { ...(admit && { admit }), ...(trustProxy.length > 0 && { addressOf }) }
}

/** What must be known before others than this machine may call. */
function missingToListen({ auth, allowUnauthorized, allowedHosts }: ServeOptions): string[] {
  const missing: string[] = []
  if (!auth && allowUnauthorized !== true)
    missing.push(
      'say who may call: AUTH_TOKEN or AUTH_ISSUER (option auth), or, if really anybody may, ALLOW_UNAUTHORIZED=yes (option allowUnauthorized: true).',
    )
  if (!allowedHosts?.length) missing.push('name the hosts it is called by: ALLOWED_HOSTS (option allowedHosts).')
  return missing
}

/** What Node bounds by itself. Slow senders are answered 408, a head that is too long 431. */
const NODE_OPTIONS = {
  maxHeaderSize: 16 * 1024, // bytes of a request head: ours have less than 2 KiB
  headersTimeout: 10_000, // milliseconds for a head to arrive
  requestTimeout: 20_000, // milliseconds for a whole request to arrive
  keepAliveTimeout: 65_000, // milliseconds between two requests: proxies close at 60 s, and should first
  joinDuplicateHeaders: true, // two Hosts or two Content-Types are none that we know
  connectionsCheckingInterval: 2_000, // milliseconds between two looks at the clock
}
