import type { IncomingMessage, ServerResponse } from 'node:http'
import type { MaybePromise } from '../../jsonrpc/index.ts'
import type { Budget } from '../../bounds/budget.ts'
import type { HttpLimits } from '../../bounds/limits.ts'
import type { StreamOptions } from '../../sse/index.ts'
import type { Caller } from '../request/client.ts'
import type { Hold } from '../request/context.ts'
import type { McpServer } from '../server.ts'

/** What all transports are given. */
export interface TransportOptions {
  server: McpServer
  limits: HttpLimits
  /** For every event stream. */
  streams: StreamOptions
  /** Counts the memory of messages in flight. */
  messages: Budget
  /** Counts what waits for readers. */
  unread: Budget
  /** What comes before our paths, seen from outside: empty, or `/prefix`. Undefined: as each request tells. */
  base: string | undefined
}

/** Serves one HTTP method of one URL. Throws HttpError to refuse. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse, caller: Caller) => MaybePromise<void>

/** The same with the body, read before, because it decides which transport it is for. */
export type PostHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
  body: unknown,
  memory: Hold,
) => MaybePromise<void>
