import type { IncomingMessage, ServerResponse } from 'node:http'
import { after, attempt, clip, RpcError, type MaybePromise } from '../jsonrpc/index.ts'
import { Budget } from '../bounds/budget.ts'
import { limitsFor, limitsFrom, type HttpLimits } from '../bounds/limits.ts'
import { waitForTurn } from '../bounds/pipelining.ts'
import { causeOf, publishedLog, safeLog } from '../diagnostics/log.ts'
import { authorizeRequest, type AccessOptions } from './http/access.ts'
import { methodNotAllowed, notFound, sendError } from './http/content.ts'
import { allowPage, createGuard, preflight, refuseForeignLoad, type GuardOptions } from './http/guard.ts'
import { HttpError, reasonOf } from './http/http-error.ts'
import { pathOf } from './http/path.ts'
import { checkOptions } from './options.ts'
import type { ChangeBus } from './protocol/change-bus.ts'
import { createCaller } from './request/client.ts'
import { createRoutes, type Route } from './routes.ts'
import { createMcpServer, shutdownError, type ServerOptions } from './server.ts'
import { createMemoryEngine, type Engine } from './transports/engine.ts'
import type { TransportOptions } from './transports/transport.ts'

/** The options of `createMcpHandler`. */
export interface HttpOptions extends ServerOptions, GuardOptions, AccessOptions {
  /** One door for all: `/sse` and `/mcp` serve any client, whichever URL it was given. Default true. */
  anyUrl?: boolean
  /** Where clients find us from outside, behind a proxy: its path comes before ours. Default: just where we are. */
  publicUrl?: string
  /** The address by which a request is counted. Default: that of its connection. */
  addressOf?: (request: IncomingMessage) => string
  /** Limits of work, bodies, sessions and streams, by name. What is no limit of these is refused. Default: docs/limits.md. */
  limits?: Partial<HttpLimits>
  /** Keeps sessions, events and changes. Default: in memory. One from `sse-mcp/redis` lets several nodes serve them. */
  engine?: Engine
  /** Answers what is not MCP, behind the same guard; its `/health` whatever the Host. Default: 404. */
  fallback?: (request: IncomingMessage, response: ServerResponse) => MaybePromise<void>
}

/** An MCP server as a request handler. */
export interface McpHandler {
  /** Serves a request. With `next`, what is not MCP is left to it, unguarded: it is not ours. */
  (request: IncomingMessage, response: ServerResponse, next?: () => void): MaybePromise<void>
  /** Tells clients that lists or resources have changed. */
  readonly changes: ChangeBus
  /** Refuses what is new, answers what is in flight (`drainMs`), and ends all sessions, subscriptions and streams. */
  close(): Promise<void>
}

/** MCP as a request handler, to put into a `node:http` server or before the routes of another framework. */
export function createMcpHandler(options: HttpOptions): McpHandler {
  checkOptions(options)
  const { fallback = (_request, response) => notFound(response), addressOf = addressOfConnection } = options
  const limits = limitsFrom('createMcpHandler', options)
  const log = publishedLog(safeLog(options.log))
  const { engine = createMemoryEngine(options.nodeId) } = options
  const server = createMcpServer({ ...options, ...engine.server, log, limits: limitsFor('createMcpServer', limits) })
  const base = new URL(options.publicUrl ?? 'http://localhost').pathname.replace(/\/+$/, '')
  const transportOptions: TransportOptions = {
    server,
    limits,
    streams: {
      keepAliveMs: limits.keepAliveMs,
      maxUnreadBytes: limits.maxUnreadBytes,
      maxUnreadTotal: limits.maxUnreadAnswers,
      unreadMs: limits.unreadMs,
      onCut: (unread, dropped) => log({ level: 'warn', reason: 'slow-reader', unread, dropped }),
    },
    messages: new Budget(limits.maxMessagesTotal),
    unread: new Budget(limits.maxUnreadTotal),
    base: options.publicUrl === undefined ? undefined : base,
  }
  const sessions = engine.open(transportOptions)
  const { anyUrl = true, auth } = options
  const routes = createRoutes({ ...transportOptions, anyUrl, sessions, documents: auth?.documents })
  const guard = createGuard(options)
  if (options.allowedOrigins?.includes('null'))
    log({ level: 'warn', reason: 'null-origin', message: 'allowedOrigins has null: every sandboxed frame may call.' })
  const checksCallers = options.auth !== undefined || options.admit !== undefined
  let closing: Promise<void> | undefined

  /** What every request passes, in this order. Each step responds, throws HttpError, or lets it pass. */
  function serve(request: IncomingMessage, response: ServerResponse, route?: Route): MaybePromise<void> {
    if (closing) throw closingError()
    if (response.destroyed) return // the client left before its turn: nobody would hear of what is done
    // 1. Is it the web page of a stranger?
    guard(request, !route && isProbe(request))
    // 2. Is it MCP at all?
    if (!route) return serveFallback(request, response)
    // 3. CORS: a page that is allowed may read the response.
    refuseForeignLoad(request)
    allowPage(request, response)
    // 4. Does the URL answer this method?
    const serveMethod = route.methods.get(request.method === 'HEAD' ? 'GET' : request.method!)
    if (!serveMethod && request.method === 'OPTIONS') return preflight(request, response, [...route.methods.keys()])
    if (!serveMethod) return methodNotAllowed(response, [...route.methods.keys()], route.hint)
    // 5. Who calls, and is the caller still there? Nobody asks without authorization, and for public metadata.
    const address = addressOf(request)
    if (!checksCallers || route.isPublic) return serveMethod(request, response, createCaller(undefined, address))
    return authorizeRequest(request, options).then((principal) => {
      if (response.destroyed) return
      // 6. MCP.
      return serveMethod(request, response, createCaller(principal, address))
    })
  }

  function serveFallback(request: IncomingMessage, response: ServerResponse): MaybePromise<void> {
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin') // it may say otherwise
    return fallback(request, response)
  }

  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    try {
      sendError(response, error)
    } catch {
      response.destroy() // a head that cannot be written
    }
    if (error instanceof RpcError) log({ level: levelOf(error), reason: reasonOf(error), ...details(request, error) })
    else server.onUnexpected(error)
  }

  /** Serves, and refuses what was thrown. */
  const respond = (request: IncomingMessage, response: ServerResponse, route?: Route): MaybePromise<void> =>
    attempt<void, void>(
      () => serve(request, response, route),
      () => {},
      (error) => refuse(request, response, error),
    )

  /** The route of a URL, which may begin with the path of `publicUrl` and end with a slash. */
  function routeOf(request: IncomingMessage): Route | undefined {
    const path = pathOf(request)
    const name = base !== '' && path.startsWith(`${base}/`) ? path.slice(base.length) : path
    return routes.get(name) ?? routes.get(name.replace(/\/$/, ''))
  }

  const handler = (request: IncomingMessage, response: ServerResponse, next?: () => void): MaybePromise<void> => {
    const route = routeOf(request)
    if (!route && next) return next()
    if (response.socket !== null) return respond(request, response, route)
    // A pipelined request: an earlier response of its connection is not sent yet.
    return after(waitForTurn(request, response, log), (isItsTurn) =>
      isItsTurn ? respond(request, response, route) : undefined,
    )
  }

  const unsubscribe = server.changes.subscribe((change) => {
    sessions.sse.publish(change)
    sessions.streamable.publish(change)
  })

  async function close(): Promise<void> {
    await server.drain()
    unsubscribe()
    sessions.sse.closeAll()
    sessions.streamable.closeAll()
    await engine.close()
  }

  return Object.assign(handler, { changes: server.changes, close: () => (closing ??= close()) })
}

const addressOfConnection = ({ socket }: IncomingMessage): string => socket.remoteAddress ?? ''

const closingError = () => {
  const { code, message, data } = shutdownError()
  return new HttpError(503, code, message, {
    data: data as object,
    headers: { Connection: 'close', 'Retry-After': '5' },
  })
}

/** A refusal, for the log: where it was, and what the caller was told. */
const details = (request: IncomingMessage, { code, message, cause }: RpcError) => ({
  method: request.method,
  path: clip(pathOf(request)),
  code,
  message,
  ...(cause !== undefined && { cause: causeOf(cause) }),
})

// All others are the caller's to mend, or pass by themselves.
const levelOf = (error: RpcError) => (error instanceof HttpError && error.status === 500 ? 'error' : 'warn')

/** What orchestrators and load balancers ask, under whatever name: it holds no secret. */
function isProbe(request: IncomingMessage): boolean {
  const path = pathOf(request)
  return path === '/health' || path === '/health/' || (path === '/' && request.method === 'OPTIONS')
}
