import type { IncomingMessage, ServerResponse } from 'node:http'
import { clip, INVALID_REQUEST, RpcError } from '../jsonrpc/index.ts'
import { createReplayStore, type StreamOptions } from '../sse/index.ts'
import { letIn, type Entrance } from './http/access.ts'
import { Budget } from '../bounds/budget.ts'
import type { Changes } from './protocol/changes.ts'
import { noteAddress, shareOf } from './request/context.ts'
import { allowPage, createGuard, preflight, refuseForeignLoad, type GuardOptions } from './http/guard.ts'
import { HttpError, reasonOf } from './http/http-error.ts'
import { limitsFrom } from '../bounds/limits.ts'
import { safeLog } from '../bounds/log.ts'
import { MessageMemory } from './http/message-memory.ts'
import { checkOptions } from './options.ts'
import { pathOf } from './http/path.ts'
import { waitForTurn } from '../bounds/pipelining.ts'
import { isPerRequestVersion } from './revisions/index.ts'
import { createMcpServer, shuttingDown, type ServerOptions } from './server.ts'
import { createSessionStore } from './transports/session-store.ts'
import { asMessage, readJson } from './http/body.ts'
import { httpSse, type StreamSession } from './transports/http-sse.ts'
import { methodNotAllowed, notFound, sendError } from './http/content.ts'
import { statelessHttp, VERSION } from './transports/stateless-http.ts'
import { streamableHttp } from './transports/streamable-http.ts'
import type { StreamableSession } from './transports/streamable-session.ts'
import type { Transport } from './transports/transport.ts'

export interface HttpOptions extends ServerOptions, GuardOptions, Entrance {
  /** One door for all: `/sse` and `/mcp` serve any client, whichever URL it was given. Default true. */
  anyUrl?: boolean
  /** Where clients find us from outside, behind a proxy: its path comes before ours. Default: just where we are. */
  publicUrl?: string
  /** The address by which a request is counted. Default: that of its connection. */
  addressOf?: (request: IncomingMessage) => string
  /** Answers what is not MCP, behind the same guard; its `/health` whatever the Host. Default: 404. */
  site?: (request: IncomingMessage, response: ServerResponse) => void
}

export interface McpHandler {
  /** Serves a request. With `next`, what is not MCP is left to it, unguarded: it is not ours. */
  (request: IncomingMessage, response: ServerResponse, next?: () => void): Promise<void>
  /** Tells clients that lists or resources have changed. */
  readonly changes: Changes
  /** Refuses what is new, answers what is under way (`drainMs`), and ends all sessions, subscriptions and streams. */
  close(): Promise<void>
}

type Methods = Map<string, Transport>
type Route = { methods: Methods; hint?: string; isOpen?: boolean }

/** MCP as a request handler, to put into a `node:http` server or before the routes of another framework. */
export function createMcpHandler(options: HttpOptions): McpHandler {
  checkOptions(options)
  const { auth, site = (_request, response) => notFound(response), anyUrl = true } = options
  const limits = limitsFrom(options)
  const log = safeLog(options.log)
  const server = createMcpServer({ ...options, log })
  const unread = new Budget(limits.maxUnreadTotal)
  const streams: StreamOptions = {
    keepAliveMs: limits.keepAliveMs,
    maxUnreadBytes: limits.maxUnreadBytes,
    maxUnreadTotal: limits.maxUnreadAnswers,
    unreadMs: limits.unreadMs,
    onUnread: (bytes, { req }) => unread.take(shareOf(req), bytes),
    onCut: (waiting, dropped) => log({ level: 'warn', reason: 'slow-reader', unread: waiting, dropped }),
  }
  const base = new URL(options.publicUrl ?? 'http://localhost').pathname.replace(/\/+$/, '')
  const below = `${base}/`
  const common = {
    server,
    limits,
    streams,
    messages: new Budget(limits.maxMessagesTotal),
    unread,
    base: options.publicUrl === undefined ? undefined : base,
  }
  const replay = createReplayStore({
    maxEvents: limits.maxReplayEvents,
    maxLength: limits.maxReplayLength,
    maxTotalLength: limits.maxReplayTotal,
    maxAgeMs: limits.replayMs,
  })
  const guard = createGuard(options)
  if (options.allowedOrigins?.includes('null'))
    log({ level: 'warn', reason: 'null-origin', message: 'allowedOrigins has null: every sandboxed frame may call.' })
  const streamSessions = createSessionStore<StreamSession>(limits)
  const namedSessions = createSessionStore<StreamableSession>(limits)
  const sse = httpSse(streamSessions, common)
  const streamable = streamableHttp(namedSessions, replay, common)
  const stateless = statelessHttp(common)

  /** Where the eras part (2026-07-28, versioning): who names a version in the request itself needs no session. */
  const post: Transport = async (request, response) => {
    const memory = new MessageMemory(common.messages, request)
    try {
      const body = await readJson(request, limits.maxBodyBytes, memory)
      if (Array.isArray(body) && body.length <= limits.maxBatch && body.some((one) => namedVersion(one) !== undefined))
        throw new HttpError(400, INVALID_REQUEST, 'No batches in this revision: send one request per POST.')
      const isStateless =
        namedVersion(body) !== undefined || isPerRequestVersion(request.headers['mcp-protocol-version'])
      if (isStateless) await stateless(request, response, asMessage(body), memory)
      else await streamable.post(request, response, body, memory)
    } finally {
      memory.release()
    }
  }
  const get: Transport = (request, response) => {
    if (isPerRequestVersion(request.headers['mcp-protocol-version'])) return methodNotAllowed(response, ['POST'])
    if (request.headers['mcp-session-id'] !== undefined) return streamable.get(request, response)
    return anyUrl
      ? sse.get(request, response)
      : methodNotAllowed(response, ['POST', 'DELETE'], 'For HTTP+SSE use /sse.')
  }
  const end: Transport = (request, response) => {
    if (isPerRequestVersion(request.headers['mcp-protocol-version'])) return methodNotAllowed(response, ['POST'])
    return streamable.delete(request, response)
  }

  const mcp: Methods = new Map(Object.entries({ GET: get, POST: post, DELETE: end }))
  const sseOnly: Route = { methods: new Map([['GET', sse.get]]), hint: 'For Streamable HTTP use /mcp.' }
  const hint = 'Open GET /sse first: it names this URL with a session.'
  const routes = new Map<string, Route>()
  routes.set('/mcp', { methods: mcp })
  routes.set('/sse', anyUrl ? { methods: mcp } : sseOnly)
  routes.set('/messages', { methods: new Map([['POST', sse.post]]), hint })
  for (const [path, document] of auth?.documents ?? [])
    routes.set(path, { methods: new Map([['GET', document]]), isOpen: true })

  let isClosing = false
  const isAsked = options.auth !== undefined || options.admit !== undefined
  const serveOne = (request: IncomingMessage, response: ServerResponse, route?: Route): void | Promise<void> => {
    if (isClosing) throw leaving()
    guard(request, !route && isProbe(request))
    if (!route) {
      response.setHeader('Cross-Origin-Resource-Policy', 'same-origin') // a site may say otherwise
      return site(request, response)
    }
    refuseForeignLoad(request)
    allowPage(request, response)
    const transport = route.methods.get(request.method === 'HEAD' ? 'GET' : request.method!)
    if (transport && isAsked && !route.isOpen)
      return letIn(request, response, options).then((isIn) => (isIn ? transport(request, response) : undefined))
    if (transport) return transport(request, response)
    if (request.method === 'OPTIONS') preflight(request, response, [...route.methods.keys()])
    else methodNotAllowed(response, [...route.methods.keys()], route.hint)
  }
  const refuse = (request: IncomingMessage, response: ServerResponse, error: unknown) => {
    try {
      sendError(response, error)
    } catch {
      response.destroy() // a head that cannot be written
    }
    if (error instanceof RpcError) log({ level: levelOf(error), reason: reasonOf(error), ...said(request, error) })
    else server.onUnexpected(error)
  }
  const handler = async (request: IncomingMessage, response: ServerResponse, next?: () => void) => {
    const path = pathOf(request)
    const name = path.startsWith(below) ? path.slice(base.length) : path
    const route = routes.get(name) ?? routes.get(name.replace(/\/$/, ''))
    if (!route && next) return next()
    if (options.addressOf) noteAddress(request, options.addressOf(request))
    if (response.socket === null && !(await waitForTurn(request, response, log))) return
    try {
      await serveOne(request, response, route)
    } catch (error) {
      refuse(request, response, error)
    }
  }
  server.changes.listen((change) => {
    streamSessions.tell(change)
    namedSessions.tell(change)
  })
  return Object.assign(handler, {
    changes: server.changes,
    async close() {
      isClosing = true
      await server.drain()
      streamSessions.closeAll()
      namedSessions.closeAll()
    },
  })
}

const leaving = () => {
  const { code, message, data } = shuttingDown()
  return new HttpError(503, code, message, {
    data: data as object,
    headers: { Connection: 'close', 'Retry-After': '5' },
  })
}

/** A refusal, for the log: where it was, and what the caller was told. */
const said = (request: IncomingMessage, { code, message }: RpcError) => ({
  method: request.method,
  path: clip(pathOf(request)),
  code,
  message,
})

// All others are the caller's to mend, or pass by themselves.
const levelOf = (error: RpcError) => (error instanceof HttpError && error.status === 500 ? 'error' : 'warn')

/** What orchestrators and load balancers ask, under whatever name: it holds no secret. */
function isProbe(request: IncomingMessage): boolean {
  const path = pathOf(request)
  return path === '/health' || path === '/health/' || (path === '/' && request.method === 'OPTIONS')
}

/** The version that a message names in its `_meta`. */
function namedVersion(value: unknown): unknown {
  const meta = (value as { params?: { _meta?: Record<string, unknown> | null } } | null)?.params?._meta
  return typeof meta === 'object' ? meta?.[VERSION] : undefined
}
