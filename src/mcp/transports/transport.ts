import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Message } from '../../jsonrpc/index.ts'
import type { StreamOptions } from '../../sse/index.ts'
import type { Budget } from '../../bounds/budget.ts'
import type { Hold } from '../request/context.ts'
import type { Limits } from '../../bounds/limits.ts'
import type { McpServer } from '../server.ts'

/** What all transports stand on. */
export interface Common {
  server: McpServer
  limits: Limits
  /** For every event stream. */
  streams: StreamOptions
  /** Counts what messages under way take. */
  messages: Budget
  /** Counts what waits for readers. */
  unread: Budget
  /** What comes before our paths, seen from outside: empty, or `/prefix`. Undefined: as each request tells. */
  base: string | undefined
}

/** Serves one method of one path. Throws HttpError to refuse. */
export type Transport = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** The same with the body, which has been read before, because it decides which transport it is. */
export type BodyTransport = (
  request: IncomingMessage,
  response: ServerResponse,
  body: unknown,
  memory: Hold,
) => Promise<void>
export type MessageTransport = (
  request: IncomingMessage,
  response: ServerResponse,
  message: Message,
  memory: Hold,
) => Promise<void>
