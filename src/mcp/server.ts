import { setTimeout as sleep } from 'node:timers/promises'
import {
  dispatch,
  errorResponse,
  INTERNAL_ERROR,
  isRequest,
  RpcError,
  type Handler,
  type MethodTable,
  type Response,
} from '../jsonrpc/index.ts'
import type { Exchange } from './exchange.ts'
import { lifecycle, type LifecycleOptions } from './features/lifecycle.ts'
import { logging } from './features/logging.ts'
import { tools } from './features/tools.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { causeOf, logToStderr, type Log } from './log.ts'
import { revisions, type Revision } from './revisions/index.ts'
import type { Tool } from './tool.ts'

export interface ServerOptions extends LifecycleOptions {
  tools?: readonly Tool[]
  /** Told of what goes wrong. Default: a line of JSON on standard error. */
  log?: Log
  /** Requests of one client without an answer yet. Default 64. */
  maxInFlight?: number
}

export interface McpServer {
  /** Does what a message asks for. No answer: it was a notification, or its sender does not want one any more. */
  handle(exchange: Exchange): Promise<Response | undefined>
  /** Takes what nobody foresaw. */
  onUnexpected(error: unknown): void
}

/** An MCP server, free of any transport: an exchange goes in, its answer comes out. */
export function createMcpServer(options: ServerOptions): McpServer {
  const { log = logToStderr, maxInFlight = DEFAULT_LIMITS.maxInFlight } = options
  const methods = new Map<string, Handler<Exchange>>([
    ...lifecycle(options, { logging: {}, tools: {} }),
    ...logging(),
    ...tools(options.tools ?? [], log),
  ])
  const tables = new Map(revisions.map((revision) => [revision, wordsOf(revision, methods)]))

  const onUnexpected = (error: unknown) =>
    log({ level: 'error', reason: 'internal-error', cause: causeOf(error) })

  return {
    onUnexpected,
    async handle(exchange) {
      const { message, client } = exchange
      const table = tables.get(client.revision)!
      if (!isRequest(message)) return dispatch(table, message, exchange, onUnexpected)
      if (client.inFlight.size >= maxInFlight) return errorResponse(tooBusy(maxInFlight), message.id)

      client.inFlight.add(exchange)
      const response = await dispatch(table, message, exchange, onUnexpected)
      const tooSoon = exchange.progressAt + PROGRESS_LEAD_MS - Date.now()
      if (tooSoon > 0) await sleep(tooSoon)
      client.inFlight.delete(exchange)
      return exchange.cancelled ? undefined : response
    },
  }
}

// Official clients forget a progress token when they read the answer: read in one piece with it, the last progress is
// lost. With 20 ms between them none of 1,000 was, with one turn of the event loop nearly all.
const PROGRESS_LEAD_MS = 20

const tooBusy = (maxInFlight: number) =>
  new RpcError(INTERNAL_ERROR, `${maxInFlight} requests of this client are under way. Wait for an answer.`, {
    reason: 'busy',
  })

/** A method that a revision does not list does not exist in it, even though a handler does. */
function wordsOf(revision: Revision, methods: MethodTable<Exchange>): MethodTable<Exchange> {
  return new Map([...methods].filter(([name]) => revision.methods.includes(name)))
}
