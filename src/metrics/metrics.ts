import type { IncomingMessage, ServerResponse } from 'node:http'
import { isLoopback } from '../bounds/loopback.ts'
import { authorizeRequest } from '../mcp/http/access.ts'
import { HttpError, INVALID_REQUEST, methodNotAllowed, notFound, pathOf, refuseForeignLoad } from '../mcp/index.ts'
import type { Auth, HttpOptions } from '../mcp/index.ts'
import { createRateLimit } from '../serve/rate-limit.ts'
import { parseUrl } from '../url.ts'
import { Observer } from './observe.ts'
import { ProcessState } from './process.ts'

export interface MetricsOptions {
  /** Who else may read them: the authorization of the server, say. Default: nobody. */
  auth?: Auth | undefined
  /**
   * Whether who connects from this machine may read them without authorization. Default true. Behind a proxy on this
   * machine everybody connects from here: then false.
   */
  loopback?: boolean
  /** Answers everything but `/metrics`. Default: 404. */
  fallback?: HttpOptions['fallback']
}

export interface Metrics {
  /** Answers `/metrics`: the option `fallback` of `serve` and `createMcpHandler`. */
  readonly fallback: NonNullable<HttpOptions['fallback']>
  /** The text of Prometheus's format, version 0.0.4. */
  text(): string
  /** Stops counting. */
  close(): void
}

/**
 * Counts what the servers of this process do, from now on, and shows it to Prometheus under `/metrics`: to this machine,
 * or to an authorized caller. The names are OpenTelemetry's, as far as it has one: docs/operations.md has them all.
 */
export function metrics({ auth, loopback = true, fallback }: MetricsOptions = {}): Metrics {
  const observer = new Observer()
  const state = new ProcessState()
  const text = (): string => `${observer}${state}`
  // Guessing is limited here as at /mcp: a token found here opens that too.
  const admit = createRateLimit(PER_MINUTE, ({ socket }) => socket.remoteAddress ?? '')

  async function show(request: IncomingMessage, response: ServerResponse): Promise<void> {
    refuseForeignLoad(request)
    if (!(loopback && isLocal(request))) {
      if (!auth) throw new HttpError(403, INVALID_REQUEST, 'Metrics are for this machine, or for authorized callers.')
      await authorizeRequest(request, { auth, admit })
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed(response, ['GET', 'HEAD'])
    response.writeHead(200, HEADERS).end(request.method === 'HEAD' ? undefined : text())
  }

  return {
    fallback: (request, response) => {
      if (pathOf(request) === '/metrics') return show(request, response)
      return fallback ? fallback(request, response) : notFound(response)
    },
    text,
    close() {
      observer.close()
      state.close()
    },
  }
}

const HEADERS = {
  'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
}

const PER_MINUTE = 60

/**
 * Whether a request comes from this machine, and nothing about it says that a proxy hands it on: no such header, no name
 * that only others call this machine by, and not HTTP/1.0, which nginx speaks unless told otherwise.
 */
const isLocal = ({ socket, headers, httpVersion }: IncomingMessage): boolean =>
  /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(socket.remoteAddress ?? '') &&
  isLoopback(parseUrl(`http://${headers.host}`)?.hostname ?? '') &&
  httpVersion !== '1.0' &&
  !HANDED_ON.some((name) => headers[name] !== undefined)

const HANDED_ON = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']
