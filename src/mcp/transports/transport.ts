import type { HttpRequest, HttpResponse } from '../http/node-http.ts'
import type { MaybePromise } from '../../jsonrpc/index.ts'
import type { Budget, MessageMemory } from '../../bounds/budget.ts'
import type { HttpLimits } from '../../bounds/limits.ts'
import type { StreamOptions } from '../../sse/index.ts'
import type { Caller } from '../request/client.ts'
import type { McpServer } from '../server.ts'

/** What all three transports are given. */
export interface TransportOptions {
  server: McpServer
  limits: HttpLimits
  /** The options of every event stream. */
  streams: StreamOptions
  /** The memory that messages take, by caller. */
  messages: Budget
  /** The bytes that wait for readers, by caller. */
  unread: Budget
  /** The path before ours as clients see it: empty, or `/prefix`. Undefined: each request tells (`mountOf`). */
  base: string | undefined
}

/** A function that serves one HTTP method of one URL. Throws HttpError to refuse. */
export type HttpHandler = (request: HttpRequest, response: HttpResponse, caller: Caller) => MaybePromise<void>

/** A function that serves a POST whose body was read before, because the body decides which transport it is for. */
export type PostHandler = (
  request: HttpRequest,
  response: HttpResponse,
  caller: Caller,
  body: unknown,
  memory: MessageMemory,
) => MaybePromise<void>
