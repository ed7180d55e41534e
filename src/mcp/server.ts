import { setTimeout as sleep } from 'node:timers/promises'
import { after, attempt, clip, dispatch, errorResponse, INTERNAL_ERROR, INVALID_PARAMS } from '../jsonrpc/index.ts'
import { isRequest, isResponse, METHOD_NOT_FOUND, RpcError, type MaybePromise } from '../jsonrpc/index.ts'
import type { MethodTable, Request, Response } from '../jsonrpc/index.ts'
import { limitsFrom, type ServerLimits } from '../bounds/limits.ts'
import { RunningCalls } from '../bounds/running-calls.ts'
import { Places } from '../bounds/places.ts'
import { requestChannel, traced } from '../diagnostics/channels.ts'
import { causeOf, safeLog, type Log } from '../diagnostics/log.ts'
import { completion } from './features/completion.ts'
import { declareExtensions, extendMethods, type Extension } from './features/extensions.ts'
import type { HeaderParam } from './features/header-params.ts'
import { lifecycle, type LifecycleOptions } from './features/lifecycle.ts'
import { logging } from './features/logging.ts'
import type { Methods } from './features/methods.ts'
import { createPager } from './features/pagination.ts'
import { prompts, type Prompt } from './features/prompts.ts'
import { resources, type Resource, type ResourceTemplate } from './features/resources.ts'
import { subscriptions } from './features/subscriptions.ts'
import { tools, type Tool } from './features/tools.ts'
import { checkOptions, indexBy } from './options.ts'
import { createChangeBus, type ChangeBus } from './protocol/change-bus.ts'
import { InputRequired } from './protocol/errors.ts'
import type { Capabilities } from './protocol/types.ts'
import { takeResponse } from './request/ask.ts'
import { ownerOf } from './request/client.ts'
import { RequestContext, type HandleMessage, type RequestServices } from './request/context.ts'
import { createSigner } from './request/signer.ts'
import { revisions, type Revision } from './revisions/index.ts'

/** The options of `createMcpServer`. */
export interface ServerOptions extends LifecycleOptions {
  tools?: readonly Tool[]
  resources?: readonly Resource[]
  resourceTemplates?: readonly ResourceTemplate[]
  prompts?: readonly Prompt[]
  /** Extensions of the protocol. Default: none. */
  extensions?: readonly Extension[]
  /** Whether you will tell of changed lists (`changes`), so that clients may wait for it. Default false. */
  listChanged?: boolean
  /** Entries of one answer to a list method. Default 100. */
  pageSize?: number
  /** Signs what clients carry for us: 32 random bytes, shared by the processes that serve the same clients. Default: random. */
  serverSecret?: string | Uint8Array
  /** The name of this process among those that serve the same clients: letters, digits and hyphens. Default: none. */
  nodeId?: string
  /** The bus of changes. Default: one in memory. */
  changes?: ChangeBus
  /** Limits of work, by name. What is no limit of these is refused. Default: docs/limits.md. */
  limits?: Partial<ServerLimits>
  /** Told of what goes wrong. Default: a line of JSON on standard error. */
  log?: Log
}

/** An MCP server without a transport. */
export interface McpServer {
  /** Handles a message of a client. */
  readonly handle: HandleMessage
  /** The arguments of a tool that headers repeat, where a transport has such. None for an unknown tool. */
  headerParamsOf(tool: unknown): readonly HeaderParam[]
  /** Reports an unexpected error. */
  onUnexpected(error: unknown): void
  /** Tells clients that something has changed. */
  readonly changes: ChangeBus
  /** Ends the subscriptions, waits for requests in flight, and aborts what takes longer than `drainMs`. */
  drain(): Promise<void>
}

/** An MCP server, free of any transport: a message goes in, its response comes out. */
export function createMcpServer(options: ServerOptions): McpServer {
  checkOptions(options)
  const { listChanged = false, nodeId, changes = createChangeBus(), extensions = [] } = options
  const log = safeLog(options.log)
  const limits = limitsFrom('createMcpServer', options)
  indexBy(extensions, ({ id }) => id, 'extensions are called')
  const listening = subscriptions(changes, listChanged, limits.maxListens)
  const page = createPager(options.pageSize ?? 100, createSigner('cursor', options.serverSecret))
  const all = {
    tools: options.tools ?? [],
    resources: options.resources ?? [],
    resourceTemplates: options.resourceTemplates ?? [],
    prompts: options.prompts ?? [],
  }
  const features: Methods = {
    ...logging(),
    ...tools(all.tools, page, log),
    ...resources(all.resources, all.resourceTemplates, page),
    ...prompts(all.prompts, page),
    ...completion(all),
  }
  const capabilities = capabilitiesOf(features, listChanged)
  const capabilitiesIn = (revision: Revision) => declareExtensions(capabilities, revision, extensions)
  const methods = { ...lifecycle(options, capabilitiesIn), ...listening.methods, ...features }
  const tables = new Map(revisions.map((revision) => [revision, methodTable(revision, methods, options)]))
  const headerParams = new Map<unknown, readonly HeaderParam[]>(all.tools.map((tool) => [tool.name, tool.headerParams]))

  const onUnexpected = (error: unknown) => log({ level: 'error', reason: 'internal-error', cause: causeOf(error) })
  const signer = createSigner('requestState', options.serverSecret)
  const askPrefix = nodeId === undefined ? 'ask-' : `ask-${nodeId}-`
  const services: RequestServices = { signer, onUnexpected, askPrefix, handle: (...args) => handle(...args) }
  const calls = new RunningCalls(limits)
  const inFlight = new Places<RequestContext>()
  let whenIdle: (() => void) | undefined
  let draining: Promise<void> | undefined

  /** Runs a request. One that is answered at once is never in flight. */
  function run(context: RequestContext): MaybePromise<Response | undefined> {
    const { message, client, memory } = context
    const refusal = refusalOf(message)
    if (refusal) return errorResponse(refusal, message.id)
    const endCall = RUNS_AUTHORS.has(message.method)
      ? calls.begin(nameOf(message), client, ownerOf(client.caller))
      : answeredAtOnce
    if (typeof endCall === 'string')
      return errorResponse(new RpcError(INTERNAL_ERROR, endCall, { reason: 'busy' }), message.id)
    const response = dispatch(tables.get(client.revision)!, message, context, onUnexpected)
    if (!(response instanceof Promise) && context.progressAt === -Infinity) {
      context.close()
      endCall()
      return response
    }
    const place = inFlight.add(context)
    const placeOfClient = client.inFlight.add(context)
    memory?.retain()
    return (async () => {
      try {
        const result = await response
        context.close()
        const tooSoon = context.progressAt + PROGRESS_LEAD_MS - performance.now()
        if (tooSoon > 0) await sleep(tooSoon)
        return context.cancelled ? undefined : result
      } finally {
        client.inFlight.remove(placeOfClient)
        inFlight.remove(place)
        endCall(context.work)
        const release = () => memory?.release()
        if (context.work) void context.work.then(release) // it still refers to its arguments
        else release()
        if (inFlight.size === 0) whenIdle?.()
      }
    })()
  }

  /** Runs a notification. A request that lacks its id is left undone: nobody would hear of what it did. */
  function runNotification(context: RequestContext): MaybePromise<undefined> {
    const { message, client } = context
    if (!message.method.startsWith('notifications/')) return undefined
    return after(dispatch(tables.get(client.revision)!, message, context, onUnexpected), () => undefined)
  }

  /** Handles a message, untraced: one that an extension has handled again is the same message. */
  const handle: HandleMessage = (message, client, channel, memory) => {
    if (isResponse(message)) return void takeResponse(client, message)
    const context = new RequestContext(message, client, channel, services, memory)
    return isRequest(message) ? run(context) : runNotification(context)
  }

  async function drain(): Promise<void> {
    listening.close()
    // What one of them throws keeps neither the others nor the server from ending.
    for (const extension of extensions) void (async () => extension.close?.())().catch(onUnexpected)
    const idle = new Promise<void>((resolve) => (whenIdle = resolve))
    const isIdleIn = (ms: number) => Promise.race([idle, sleep(ms, undefined, { ref: false })])
    if (inFlight.size > 0) await isIdleIn(limits.drainMs)
    for (const context of inFlight) context.abort(shutdownError())
    if (inFlight.size > 0) await isIdleIn(ABORTED_MS)
  }

  return {
    onUnexpected,
    changes,
    headerParamsOf: (tool) => headerParams.get(tool) ?? [],
    handle(message, client, channel, memory) {
      if (isResponse(message) || !requestChannel.hasSubscribers) return handle(message, client, channel, memory)
      return traced(requestChannel, { message, client }, () => handle(message, client, channel, memory))
    },
    drain: () => (draining ??= drain()),
  }
}

/** Milliseconds to answer what was aborted. A method of an extension may not heed it: nobody waits for that. */
const ABORTED_MS = 1_000

// Official clients forget a progress token when they read the answer: read in one piece with it, the last progress is
// lost. With 20 ms between them none of 1,000 was, with one turn of the event loop nearly all.
const PROGRESS_LEAD_MS = 20

/** The methods that run an author's function. All others are answered at once, and so always. */
const RUNS_AUTHORS = new Set(['tools/call', 'prompts/get', 'resources/read', 'completion/complete'])
const answeredAtOnce = (): void => {}

/** What a request runs, in words for people: "tool slow". A resource goes by its method, for there may be any number. */
function nameOf({ method, params }: Request): string {
  const name = params?.['name']
  if (typeof name !== 'string' || (method !== 'tools/call' && method !== 'prompts/get')) return method
  return `${method === 'tools/call' ? 'tool' : 'prompt'} ${clip(name)}`
}

/** The error of a request that a server which is shutting down does not answer any more. */
export const shutdownError = () =>
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

/** Characters. The token is sent again with every progress. */
const MAX_TOKEN_LENGTH = 1024

/** What the server can do is what it has methods for. */
function capabilitiesOf(methods: Methods, listChanged: boolean): Capabilities {
  const list = listChanged ? { listChanged: true } : {}
  return {
    logging: {},
    ...('tools/list' in methods && { tools: list }),
    ...('resources/list' in methods && { resources: { subscribe: true, ...list } }),
    ...('prompts/list' in methods && { prompts: list }),
    ...('completion/complete' in methods && { completions: {} }),
  }
}

/**
 * The methods of a revision. One that neither it nor an extension lists does not exist in it, even though a handler
 * does.
 */
function methodTable(revision: Revision, methods: Methods, server: ServerOptions): MethodTable<RequestContext> {
  const own = Object.entries(methods).filter(([name]) => revision.methods.includes(name))
  const listed = Object.entries(extendMethods(Object.fromEntries(own), revision, server.extensions))
  const { encodeResult } = revision
  if (!encodeResult) return new Map(listed)
  return new Map(
    listed.map(([name, handle]) => [
      name,
      (params, context) =>
        attempt<object | void, object>(
          () => handle(params, context),
          (result) => encodeResult(name, result ?? {}, server),
          (error) => {
            if (error instanceof InputRequired) return encodeResult(name, error.result, server)
            throw error
          },
        ),
    ]),
  )
}
