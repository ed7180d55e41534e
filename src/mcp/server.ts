import { setTimeout as sleep } from 'node:timers/promises'
import { dispatch, errorResponse, INTERNAL_ERROR, isRequest, METHOD_NOT_FOUND, RpcError } from '../jsonrpc/index.ts'
import type { MethodTable, Response } from '../jsonrpc/index.ts'
import { createChanges, type Changes } from './changes.ts'
import type { Exchange, Methods } from './exchange.ts'
import { lifecycle, type LifecycleOptions } from './features/lifecycle.ts'
import { completion } from './features/completion.ts'
import { logging } from './features/logging.ts'
import { createPager } from './features/pagination.ts'
import { prompts } from './features/prompts.ts'
import { resources } from './features/resources.ts'
import { subscriptions } from './features/subscriptions.ts'
import { tools } from './features/tools.ts'
import { InputRequired } from './input-required.ts'
import { limitsFrom, type Limits } from './limits.ts'
import { causeOf, safeLog, type Log } from './log.ts'
import { revisions, type Revision } from './revisions/index.ts'
import type { Prompt } from './prompt.ts'
import type { Resource, ResourceTemplate } from './resource.ts'
import { createSigner, type Signer } from './signer.ts'
import type { Tool } from './tool.ts'
import type { Capabilities, Implementation } from './types.ts'

export interface ServerOptions extends LifecycleOptions, Partial<Limits> {
  tools?: readonly Tool[]
  resources?: readonly Resource[]
  resourceTemplates?: readonly ResourceTemplate[]
  prompts?: readonly Prompt[]
  /** Whether you will tell of changed lists (`changes`), so that clients may wait for it. Default false. */
  listsChange?: boolean
  /** Entries of one answer to a list method. Default 100. */
  pageSize?: number
  /** Signs what clients carry for us: 32 random bytes, shared by the processes that serve the same clients. Default: random. */
  serverSecret?: string | Uint8Array
  /** Told of what goes wrong. Default: a line of JSON on standard error. */
  log?: Log
}

export interface McpServer {
  /** Does what a message asks for. No answer: it was a notification, or its sender does not want one any more. */
  handle(exchange: Exchange): Promise<Response | undefined>
  /** Takes what nobody foresaw. */
  onUnexpected(error: unknown): void
  /** Signs the state of requests that end with questions. */
  readonly signer: Signer
  /** Tells clients that something has changed. */
  readonly changes: Changes
  /** Ends the subscriptions, waits for the answers under way, and has answered what takes longer than `drainMs`. */
  drain(): Promise<void>
}

/** An MCP server, free of any transport: an exchange goes in, its answer comes out. */
export function createMcpServer(options: ServerOptions): McpServer {
  const { listsChange = false } = options
  const log = safeLog(options.log)
  const { maxInFlight, maxListens, drainMs } = limitsFrom(options)
  const changes = createChanges()
  const listening = subscriptions(changes, listsChange, maxListens)
  const page = createPager(options.pageSize ?? 100, createSigner('cursor', options.serverSecret))
  const all = { tools: [], resources: [], resourceTemplates: [], prompts: [], ...options }
  const features: Methods = {
    ...logging(),
    ...tools(all.tools, page, log),
    ...resources(all.resources, all.resourceTemplates, page),
    ...prompts(all.prompts, page),
    ...completion(all),
  }
  const capabilities = capabilitiesOf(features, listsChange)
  const methods = { ...lifecycle(options, capabilities), ...listening.methods, ...features }
  const tables = new Map(revisions.map((revision) => [revision, wordsOf(revision, methods, options)]))

  const onUnexpected = (error: unknown) => log({ level: 'error', reason: 'internal-error', cause: causeOf(error) })

  const underWay = new Set<Exchange>()
  let whenIdle: (() => void) | undefined

  return {
    onUnexpected,
    signer: createSigner('requestState', options.serverSecret),
    changes,
    async drain() {
      listening.close()
      const idle = new Promise<void>((resolve) => (whenIdle = resolve))
      if (underWay.size > 0) await Promise.race([idle, sleep(drainMs, undefined, { ref: false })])
      for (const exchange of underWay) exchange.abort(shuttingDown())
      if (underWay.size > 0) await idle
    },
    async handle(exchange) {
      const { message, client } = exchange
      const table = tables.get(client.revision)!
      if (!isRequest(message)) return dispatch(table, message, exchange, onUnexpected)
      if (message.method.startsWith('notifications/')) return errorResponse(NO_REQUEST, message.id)
      if (client.inFlight.size >= maxInFlight) return errorResponse(tooBusy(maxInFlight), message.id)

      client.inFlight.add(exchange)
      underWay.add(exchange)
      const response = await dispatch(table, message, exchange, onUnexpected)
      const tooSoon = exchange.progressAt + PROGRESS_LEAD_MS - Date.now()
      if (tooSoon > 0) await sleep(tooSoon)
      client.inFlight.delete(exchange)
      underWay.delete(exchange)
      if (underWay.size === 0) whenIdle?.()
      return exchange.cancelled ? undefined : response
    },
  }
}

// Official clients forget a progress token when they read the answer: read in one piece with it, the last progress is
// lost. With 20 ms between them none of 1,000 was, with one turn of the event loop nearly all.
const PROGRESS_LEAD_MS = 20

/** For whom a server that goes away has no answer any more. */
export const shuttingDown = () =>
  new RpcError(INTERNAL_ERROR, 'The server is shutting down. Try again in a moment.', { reason: 'shutting down' })

const NO_REQUEST = new RpcError(METHOD_NOT_FOUND, 'This is a notification: send it without an id.')
const tooBusy = (maxInFlight: number) =>
  new RpcError(INTERNAL_ERROR, `${maxInFlight} requests of this client are under way. Wait for an answer.`, {
    reason: 'busy',
  })

/** What the server can do is what it has methods for. */
function capabilitiesOf(methods: Methods, listsChange: boolean): Capabilities {
  const list = listsChange ? { listChanged: true } : {}
  return {
    logging: {},
    ...('tools/list' in methods && { tools: list }),
    ...('resources/list' in methods && { resources: { subscribe: true, ...list } }),
    ...('prompts/list' in methods && { prompts: list }),
    ...('completion/complete' in methods && { completions: {} }),
  }
}

/** A method that a revision does not list does not exist in it, even though a handler does. */
function wordsOf(revision: Revision, methods: Methods, server: Implementation): MethodTable<Exchange> {
  const encode = (name: string, result: object) => revision.encodeResult?.(name, result, server) ?? result
  const listed = Object.entries(methods).filter(([name]) => revision.methods.includes(name))
  if (!revision.encodeResult) return new Map(listed)
  return new Map(
    listed.map(([name, handler]) => [
      name,
      async (params, exchange) => {
        try {
          return encode(name, (await handler(params, exchange)) ?? {})
        } catch (error) {
          if (error instanceof InputRequired) return encode(name, error.result)
          throw error
        }
      },
    ]),
  )
}
