import { createAllowList } from '../bounds/allowed.ts'
import { wholeNumber, LONGEST_MS } from '../bounds/limits.ts'
import { createMcpHandler, HttpError, INVALID_REQUEST } from '../mcp/index.ts'
import type { MaybePromise } from '../jsonrpc/index.ts'
import type { ChangeBus, HttpOptions, HttpResponse, Principal } from '../mcp/index.ts'
import { sendError } from '../mcp/http/content.ts'
import { checkOptions, isFunction, must } from '../mcp/options.ts'
import { FetchRequest } from './request.ts'
import { FetchResponse } from './response.ts'

/**
 * The options of `createMcpHandler`; where a function takes a request, it is one of the Fetch Standard. `Info` is what
 * the server hands over beside it: the second argument of the handler.
 */
export interface FetchOptions<Info = unknown> extends Omit<HttpOptions, 'addressOf' | 'admit' | 'fallback'> {
  /** The address by which a request is counted. A Request has none: without this all callers are one. */
  addressOf?: (request: Request, info: Info) => string
  /** Admits a request, or throws HttpError, now or by a promise, as a rate limit does. Default: admits all. */
  admit?: (request: Request, info: Info, principal?: Principal) => MaybePromise<void>
  /** Answers what is not MCP, behind the same guard. Default: 404. */
  fallback?: (request: Request, info: Info) => Response | Promise<Response>
  /** Milliseconds for a body to arrive. Default 20,000: then 408. */
  bodyMs?: number
}

export interface FetchHandler<Info = unknown> {
  /** Responds to a request. It never rejects. */
  (request: Request, info?: Info): Promise<Response>
  /** Tells clients that lists or resources have changed. */
  readonly changes: ChangeBus
  /** Refuses what is new, answers what is in flight (`drainMs`), and ends all sessions, subscriptions and streams. */
  close(): Promise<void>
}

/** MCP as a function from a Request to a Response, for Hono, Deno, Bun, workers: the core is that of the Node handler. */
export function createFetchHandler<Info = unknown>(options: FetchOptions<Info>): FetchHandler<Info> {
  checkOptions(options)
  const { addressOf = () => '', admit, fallback, bodyMs = 20_000, ...rest } = options
  must(isFunction(addressOf), 'The option addressOf must be a function, (request, info) => an address.')
  wholeNumber(bodyMs, 'The option bodyMs', 1, LONGEST_MS)
  // The handler calls its options with the request that it is given, here a FetchRequest. So each option that takes one
  // is replaced by a function that hands on the Request, and `info`.
  type Given = FetchRequest<Info>
  const nodeOptions = {
    ...rest,
    addressOf: ({ source, info }: Given) => addressOf(source, info),
    ...(admit && {
      admit: ({ source, info }: Given, principal?: Principal) => admit(source, info, principal),
    }),
    ...(fallback && {
      fallback: async ({ source, info }: Given, response: FetchResponse) => {
        const own = await fallback(source, info)
        must(typeof Object(own).status === 'number', 'The option fallback must return a Response.')
        response.respondWith(own)
      },
    }),
  }
  const mcp = createMcpHandler(nodeOptions as unknown as HttpOptions)
  const serve = mcp as unknown as (request: Given, response: FetchResponse) => unknown
  const isOurs = createAllowList('allowedHosts', options.allowedHosts)

  const handle = (source: Request, info?: Info): Promise<Response> =>
    new Promise((resolve) => {
      const request = new FetchRequest(source, info as Info, bodyMs, isOurs)
      const response = new FetchResponse(resolve, source.method === 'HEAD')
      const leave = (): void => {
        request.destroy()
        response.leave()
      }
      request.once('late', () => {
        sendError(response as unknown as HttpResponse, tooSlow())
        request.destroy()
      })
      source.signal.addEventListener('abort', leave)
      response.once('close', () => source.signal.removeEventListener('abort', leave))
      if (source.signal.aborted) return leave()
      void serve(request, response)
    })

  return Object.assign(handle, { changes: mcp.changes, close: () => mcp.close() })
}

const tooSlow = () =>
  new HttpError(408, INVALID_REQUEST, 'The body took too long to arrive.', { headers: { Connection: 'close' } })
