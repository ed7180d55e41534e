// An MCP server under OpenTelemetry: a span and a duration for each message, by the conventions for MCP, from what
// sse-mcp tells on its diagnostics channels. It imports nothing of sse-mcp, and the server knows nothing of it.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { tracingChannel } from 'node:diagnostics_channel'
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

const store = new AsyncLocalStorage()

/** The context manager of OpenTelemetry: a channel can put the context of a request into its store. */
export const contextManager = {
  active: () => store.getStore() ?? ROOT_CONTEXT,
  with: (active, work, self, ...args) => store.run(active, () => work.apply(self, args)),
  bind: (active, work) => (typeof work === 'function' ? (...args) => store.run(active, () => work(...args)) : work),
  enable: () => contextManager,
  disable: () => contextManager,
}

/** Traces the servers of this process from now on. */
export function traceServers(tracer, meter) {
  const requests = tracingChannel('sse-mcp:request')
  const duration = meter.createHistogram('mcp.server.operation.duration', {
    unit: 's',
    advice: { explicitBucketBoundaries: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300] },
  })
  const open = new WeakMap()

  // Called before the work begins. What is returned is the active context inside it, the tool included.
  requests.start.bindStore(store, (request) => {
    const { method, params } = request.message
    const parent = propagation.extract(ROOT_CONTEXT, params?._meta ?? {}) // traceparent, tracestate, baggage: SEP-414
    const ambient = trace.getSpanContext(context.active()) // that of the HTTP request, if somebody traces it
    const named = method === 'tools/call' || method === 'prompts/get'
    const span = tracer.startSpan(
      text(named ? `${method} ${text(params?.name) ?? ''}` : method).trimEnd(),
      { kind: SpanKind.SERVER, attributes: attributesOf(request), links: ambient ? [{ context: ambient }] : [] },
      parent,
    )
    open.set(request, { span, since: performance.now() })
    return trace.setSpan(parent, span)
  })

  function over(request) {
    const { span, since } = open.get(request) ?? {}
    if (!span) return // it began before we listened
    const { message, client, result } = request
    const error = errorOf(request)
    if (error)
      span.setAttribute('error.type', error).setStatus({ code: SpanStatusCode.ERROR, message: result?.error?.message })
    if (result?.error) span.setAttribute('rpc.response.status_code', String(result.error.code))
    span.setAttribute('mcp.protocol.version', client.revision.version).end() // initialize has negotiated it
    // A stranger may send any name. Those that were answered by a result exist, so there are not too many. No
    // notification is answered: those exist that the revision lists.
    const exists = result?.result !== undefined
    const isKnown = 'id' in message ? exists : client.revision.methods.includes(message.method)
    duration.record((performance.now() - since) / 1000, {
      'mcp.method.name': isKnown ? message.method : '_OTHER',
      'mcp.protocol.version': client.revision.version,
      ...(exists && message.method === 'tools/call' && { 'gen_ai.tool.name': message.params.name }),
      ...(error && { 'error.type': error }),
    })
  }
  requests.subscribe({
    end: (request) => typeof request.result?.then === 'function' || over(request), // else asyncEnd will follow
    asyncEnd: over,
  })

  // A session is told of after its handshake, and has the client of all its requests.
  tracingChannel('sse-mcp:session').subscribe({ start: ({ id, client }) => sessionNames.set(client, nameOf(id)) })
}

const sessionNames = new WeakMap()

/** A name for a session that is always the same and lets nobody in: whoever knows the id itself can speak in it. */
const nameOf = (id) => createHash('sha256').update(id).digest('hex').slice(0, 16)

/** What a stranger has sent as a name, if it is a text, and not more of it than a span should hold. */
const text = (value) => (typeof value === 'string' ? value.slice(0, 256) : undefined)

function attributesOf({ message, client }) {
  const { id, method, params } = message
  return {
    'mcp.method.name': text(method),
    'network.transport': 'tcp',
    'jsonrpc.request.id': id === undefined ? undefined : text(String(id)), // what is undefined is left out
    'mcp.session.id': sessionNames.get(client),
    ...(method === 'tools/call' && { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': text(params?.name) }),
    ...(method === 'prompts/get' && { 'gen_ai.prompt.name': text(params?.name) }),
    ...(method.startsWith('resources/') && { 'mcp.resource.uri': text(params?.uri) }),
  }
}

function errorOf({ message, result }) {
  if (!('id' in message)) return undefined
  if (!result) return 'cancelled'
  if (result.error) return String(result.error.code)
  return message.method === 'tools/call' && result.result.isError ? 'tool_error' : undefined
}
