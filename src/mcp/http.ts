import type { IncomingMessage, ServerResponse } from 'node:http'
import { RpcError } from '../jsonrpc/index.ts'
import { createGuard, type GuardOptions } from './guard.ts'
import { sendError } from './http-error.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { createMcpServer, type ServerOptions } from './server.ts'
import { createSessionStore } from './session.ts'
import { httpSse } from './transports/http-sse.ts'
import type { Transport } from './transports/transport.ts'

export interface HttpOptions extends ServerOptions, GuardOptions, Partial<Limits> {
  /** Answers what is not MCP, behind the same guard. Default: 404. */
  site?: (request: IncomingMessage, response: ServerResponse) => void
}

export interface McpHandler {
  /** Serves a request. With `next`, what is not MCP is left to it, unguarded: it is not ours. */
  (request: IncomingMessage, response: ServerResponse, next?: () => void): Promise<void>
  /** Ends all sessions, their streams and their work. */
  close(): void
}

/** MCP as a request handler, to put into a `node:http` server or before the routes of another framework. */
export function createMcpHandler(options: HttpOptions): McpHandler {
  const { site = (_request, response) => notFound(response) } = options
  const server = createMcpServer(options)
  const guard = createGuard(options)
  const sessions = createSessionStore()
  const sse = httpSse(server, sessions, { ...DEFAULT_LIMITS, ...options })

  // What a path does not list is answered by 405: a POST to /sse is how newer clients find out which transport is here.
  const routes = new Map<string, Map<string, Transport>>([
    ['/sse', new Map([['GET', sse.get]])],
    ['/messages', new Map([['POST', sse.post]])],
  ])

  const handler = async (request: IncomingMessage, response: ServerResponse, next?: () => void) => {
    const route = routes.get(pathOf(request))
    if (!route && next) return next()
    try {
      guard(request)
      if (!route) return site(request, response)
      const transport = route.get(request.method!)
      if (!transport) return methodNotAllowed(response, [...route.keys()])
      await transport(request, response)
    } catch (error) {
      if (!(error instanceof RpcError)) server.onUnexpected(error)
      sendError(response, error)
    }
  }
  return Object.assign(handler, { close: () => sessions.closeAll() })
}

export const pathOf = ({ url = '/' }: IncomingMessage): string => {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}

export function methodNotAllowed(response: ServerResponse, allowed: readonly string[]): void {
  sendText(response, 405, `This path answers ${allowed.join(' and ')} only.\n`, { Allow: allowed.join(', ') })
}

export const notFound = (response: ServerResponse): void => sendText(response, 404, 'Nothing here.\n')

function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers?: Record<string, string>,
): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain',
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  })
  response.end(text)
}
