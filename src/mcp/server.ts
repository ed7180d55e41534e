import { setTimeout as sleep } from 'node:timers/promises'
import {
  dispatch,
  errorResponse,
  INTERNAL_ERROR,
  INVALID_PARAMS,
  isRequest,
  METHOD_NOT_FOUND,
  RpcError,
} from '../jsonrpc/index.ts'
import type { MethodTable, Request, Response } from '../jsonrpc/index.ts'
import { createChanges, type Changes } from './protocol/changes.ts'
import type { Exchange, Methods } from './request/context.ts'
import { lifecycle, type LifecycleOptions } from './features/lifecycle.ts'
import { completion } from './features/completion.ts'
import { logging } from './features/logging.ts'
import { createPager } from './features/pagination.ts'
import { prompts } from './features/prompts.ts'
import { resources } from './features/resources.ts'
import { subscriptions } from './features/subscriptions.ts'
import { tools } from './features/tools.ts'
import { InputRequired } from './protocol/input-required.ts'
import { limitsFrom, type Limits } from '../bounds/limits.ts'
import { causeOf, safeLog, type Log } from '../bounds/log.ts'
import { checkOptions } from './options.ts'
import { revisions, type Revision } from './revisions/index.ts'
import type { Prompt } from './features/prompt.ts'
import type { Resource, ResourceTemplate } from './features/resource.ts'
import { createSigner, type Signer } from './request/signer.ts'
import type { Tool } from './features/tool.ts'
import type { Capabilities, Implementation } from './protocol/types.ts'
import { Work } from './request/running-calls.ts'

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
  checkOptions(options)
  const { listsChange = false } = options
  const log = safeLog(options.log)
  const limits = limitsFrom(options)
  const { maxListens, drainMs } = limits
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

  const work = new Work(limits)
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
      exchange.onUnexpected = onUnexpected
      const table = tables.get(client.revision)!
      if (!isRequest(message)) {
        // Without an id, what is no notification would run and nobody would hear of it.
        if (message.method.startsWith('notifications/')) await dispatch(table, message, exchange, onUnexpected)
        return undefined
      }
      const refusal = refusalOf(message)
      if (refusal) return errorResponse(refusal, message.id)

      const workIsDone = work.begin(exchange)
      if (workIsDone instanceof RpcError) return errorResponse(workIsDone, message.id)
      client.inFlight.add(exchange)
      underWay.add(exchange)
      exchange.hold?.retain()
      try {
        const response = await dispatch(table, message, exchange, onUnexpected)
        exchange.close()
        const tooSoon = exchange.progressAt + PROGRESS_LEAD_MS - performance.now()
        if (tooSoon > 0) await sleep(tooSoon)
        return exchange.cancelled ? undefined : response
      } finally {
        client.inFlight.delete(exchange)
        underWay.delete(exchange)
        workIsDone()
        const letGo = () => exchange.hold?.release()
        if (exchange.work) void exchange.work.then(letGo)
        else letGo()
        if (underWay.size === 0) whenIdle?.()
      }
    },
  }
}

// Official clients forget a progress token when they read the answer: read in one piece with it, the last progress is
// lost. With 20 ms between them none of 1,000 was, with one turn of the event loop nearly all.
const PROGRESS_LEAD_MS = 20

/** For whom a server that goes away has no answer any more. */
export const shuttingDown = () =>
  new RpcError(INTERNAL_ERROR, 'The server is shutting down. Try again in a moment.', { reason: 'shutting down' })

/** Why a request is not even begun. */
function refusalOf({ method, params }: Request): RpcError | undefined {
  if (method.startsWith('notifications/'))
    return new RpcError(METHOD_NOT_FOUND, 'This is a notification: send it without an id.')
  const token = (params?.['_meta'] as { progressToken?: unknown } | null | undefined)?.progressToken
  return typeof token === 'string' && token.length > MAX_TOKEN_LENGTH
    ? new RpcError(INVALID_PARAMS, `A progressToken has at most ${MAX_TOKEN_LENGTH} characters.`)
    : undefined
}

/** Characters. It is said again with every progress. */
const MAX_TOKEN_LENGTH = 1024

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
