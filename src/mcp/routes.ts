import type { HttpRequest } from './http/node-http.ts'
import { INVALID_REQUEST } from '../jsonrpc/index.ts'
import { MessageMemory } from '../bounds/budget.ts'
import type { Auth } from './http/access.ts'
import { readJson } from './http/body.ts'
import { methodNotAllowed } from './http/content.ts'
import { HttpError } from './http/http-error.ts'
import { isPerRequestVersion } from './revisions/index.ts'
import type { Sessions } from './transports/engine.ts'
import { httpSse } from './transports/http-sse.ts'
import { statelessHttp, VERSION } from './transports/stateless-http.ts'
import { MAX_BATCH, streamableHttp } from './transports/streamable-http.ts'
import type { HttpHandler, TransportOptions } from './transports/transport.ts'

/** A route: what one URL serves. */
export interface Route {
  /** The handlers, by HTTP method. HEAD is served by that of GET. */
  methods: ReadonlyMap<string, HttpHandler>
  /** A sentence for the response to another method: what to do instead. */
  hint?: string
  /** Whether it is served without authorization. */
  isPublic?: boolean
}

/** What routes are made of: that of all transports, and the sessions of each. */
export interface RouteOptions extends TransportOptions {
  /** Whether `/sse` and `/mcp` serve any client, whichever of the two it was given. */
  anyUrl: boolean
  sessions: Sessions
  documents: Auth['documents']
}

/** The routes, by path. Which transport serves a request is decided by its URL, its method and its era. */
export function createRoutes(options: RouteOptions): ReadonlyMap<string, Route> {
  const { anyUrl, limits, sessions } = options
  const sse = httpSse(sessions.sse, options)
  const streamable = streamableHttp(sessions.streamable, options)
  const stateless = statelessHttp(options)

  //> get
  const get: HttpHandler = (request, response, caller) => {
    if (isPerRequest(request)) return methodNotAllowed(response, ['POST'])
    if (request.headers['mcp-session-id'] !== undefined) return streamable.get(request, response, caller)
    if (anyUrl) return sse.get(request, response, caller)
    return methodNotAllowed(response, ['POST', 'DELETE'], 'For HTTP+SSE use /sse.')
  }
  //<
  const post: HttpHandler = (request, response, caller) => {
    const memory = new MessageMemory(options.messages, caller)
    return readJson(request, limits.maxBodyBytes, memory, (body) => {
      if (Array.isArray(body) && body.length <= MAX_BATCH && body.some(metaNamesVersion))
        throw new HttpError(400, INVALID_REQUEST, 'No batches in this revision: send one request per POST.')
      const transport = metaNamesVersion(body) || isPerRequest(request) ? stateless : streamable
      return transport.post(request, response, caller, body, memory)
    })
  }
  const endSession: HttpHandler = (request, response, caller) => {
    if (isPerRequest(request)) return methodNotAllowed(response, ['POST'])
    return streamable.delete(request, response, caller)
  }

  const mcp: Route = { methods: new Map(Object.entries({ GET: get, POST: post, DELETE: endSession })) }
  const sseOnly: Route = { methods: new Map([['GET', sse.get]]), hint: 'For Streamable HTTP use /mcp.' }
  const messages: Route = {
    methods: new Map([['POST', sse.post]]),
    hint: 'Open GET /sse first: it names this URL with a session.',
  }
  const routes = new Map(Object.entries({ '/mcp': mcp, '/sse': anyUrl ? mcp : sseOnly, '/messages': messages }))
  for (const [path, document] of options.documents ?? [])
    routes.set(path, { methods: new Map([['GET', document]]), isPublic: true })
  return routes
}

// Whether the headers name a version without a handshake. Here the eras part (2026-07-28, versioning): a request that
// names its version itself needs no session.
const isPerRequest = ({ headers }: HttpRequest): boolean => isPerRequestVersion(headers['mcp-protocol-version'])

/** Whether a message names a version in its `_meta`. */
function metaNamesVersion(value: unknown): boolean {
  const meta = (value as { params?: { _meta?: Record<string, unknown> | null } } | null)?.params?._meta
  return typeof meta === 'object' && meta?.[VERSION] !== undefined
}
