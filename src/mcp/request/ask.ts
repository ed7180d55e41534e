import { clip, RpcError, type Params, type Request, type Response } from '../../jsonrpc/index.ts'
import { CAPABILITY_MISSING, InputRequired, ToolError } from '../protocol/errors.ts'
import type { InputRequests, InputResponses } from '../protocol/types.ts'
import type { Client, PendingRequest } from './client.ts'
import type { RequestContext } from './context.ts'
import type { Ask } from './handler-context.ts'
import { ANSWER_MS, readState, writeState } from './request-state.ts'

/** How a client is asked for input. Its revision decides, then whether anything reaches it before the response. */
export function askFor(context: RequestContext): Ask {
  if (context.client.revision.lifecycle === 'per-request') return askByRetry(context)
  return context.channel.canSend ? askByRequest(context) : cannotAsk
}

/**
 * Asks by requests of the server (until 2025-11-25): they go out before the response, and the client posts its
 * responses. Rejects with ToolError where the client refuses or does not answer within ten minutes, and with the reason
 * of the end where the call ends before. A request that is given up is cancelled.
 */
function askByRequest(context: RequestContext): Ask {
  return async (requests) => {
    for (const request of Object.values(requests)) requireDeclared(context.client, request, notOffered)
    const asked = Object.entries(requests).map(async ([name, { method, params }]) => {
      const id = `${context.services.askPrefix}${++lastId}`
      const request = { jsonrpc: '2.0' as const, id, method, ...(params && { params }) }
      return [name, await responseTo(context, request)] as const
    })
    return Object.fromEntries(await Promise.all(asked))
  }
}

/** The refusal to ask a client that accepts nothing but the response. */
const cannotAsk: Ask = () =>
  Promise.reject(
    new ToolError('This has to ask the client. To be asked, send Accept: application/json, text/event-stream.'),
  )

/**
 * Asks by ending the request with input requests (from 2026-07-28 on): the client sends the request again with its
 * responses, and the author's function begins anew. Rejects with InputRequired, which becomes the result, and with
 * RpcError where the client did not declare the capability.
 */
function askByRetry(context: RequestContext): Ask {
  return async (requests) => {
    const responses = (context.inputResponses ??= { ...readState(context) })
    const given = (context.message.params?.['inputResponses'] ?? {}) as InputResponses
    for (const [name, { method }] of Object.entries(requests))
      if (Object.hasOwn(given, name) && isAnswer(method, given[name])) responses[name] = given[name]!
    const missing = Object.entries(requests).filter(([name]) => !Object.hasOwn(responses, name))
    if (missing.length === 0) return responses
    for (const [, request] of missing) requireDeclared(context.client, request, notDeclared)
    if (context.channel.canAsk) return { ...responses, ...(await askByRequest(context)(Object.fromEntries(missing))) }
    throw new InputRequired(Object.fromEntries(missing), writeState(context, responses))
  }
}

/** Hands a client's response to the request of the server that it answers. Without such a request it is dropped. */
export function takeResponse(client: Client, response: Response): void {
  for (const { pending } of client.inFlight) {
    const request = pending?.get(String(response.id))
    if (request) return request.take(response)
  }
}

let lastId = 0 // the ids of the whole process are counted here, so that none is used twice in a session

const SHAPE = 'Ask { name: { method, params } }: elicitation/create, sampling/createMessage or roots/list.'

/** What a client can be asked. The part before the slash is the capability that it takes. */
const ASKABLE = ['elicitation/create', 'sampling/createMessage', 'roots/list']

/**
 * Throws what `refusal` makes of the missing capabilities, where the client did not declare those that a request needs.
 */
function requireDeclared(
  { capabilities, revision }: Client,
  { method, params }: InputRequests[string],
  refusal: (missing: Record<string, object>, why: string) => Error,
): void {
  if (!ASKABLE.includes(method)) throw new TypeError(`A server cannot ask ${String(method)}. ${SHAPE}`)
  const name = method.slice(0, method.indexOf('/'))
  const why = revision.inputRequestMethods.includes(method) ? '' : ` Revision ${revision.version} has no ${method}.`
  const declared = why === '' && Object.hasOwn(capabilities, name) ? capabilities[name]! : undefined
  const part = partOf(method, params)
  if (declared && (part === undefined || Object.hasOwn(declared, part))) return
  const isWhole = part === undefined || (part === 'form' && !declared)
  throw refusal({ [name]: isWhole ? {} : { [part]: {} } }, why)
}

/** The part of a capability that a request needs and that has to be declared by itself. */
function partOf(method: string, params: Params = {}): string | undefined {
  if (method === 'elicitation/create') return params['mode'] === 'url' ? 'url' : 'form'
  const withTools = params['tools'] !== undefined || params['toolChoice'] !== undefined
  return method === 'sampling/createMessage' && withTools ? 'tools' : undefined
}

/** Capabilities as a text: `elicitation (url)` for `{ elicitation: { url: {} } }`. */
const named = (missing: Record<string, object>): string =>
  Object.entries(missing)
    .map(([name, parts]) => [name, ...Object.keys(parts).map((part) => `(${part})`)].join(' '))
    .join()

const notOffered = (missing: Record<string, object>, why: string) =>
  new ToolError(`This has to ask the client, which did not declare ${named(missing)} in its capabilities.${why}`)

const notDeclared = (requiredCapabilities: Record<string, object>) =>
  new RpcError(
    CAPABILITY_MISSING,
    `This needs ${named(requiredCapabilities)}, which the request's clientCapabilities do not declare.`,
    { requiredCapabilities },
  )

/**
 * Whether an input response has the shape that its method demands. One that has not counts as missing, and is asked
 * again.
 */
function isAnswer(method: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { action, content, role, model, roots } = value as Params
  if (method === 'elicitation/create')
    return action === 'decline' || action === 'cancel' || (action === 'accept' && typeof (content ?? {}) === 'object')
  if (method === 'roots/list') return Array.isArray(roots)
  return typeof role === 'string' && typeof model === 'string' && typeof content === 'object'
}

/**
 * Sends a request of the server. The client's response; rejects when nobody waits for it any more, and where the
 * request is no JSON and cannot be sent.
 */
function responseTo(context: RequestContext, request: Request & { id: string }): Promise<object> {
  const { id } = request
  const pending = (context.pending ??= new Map<string, PendingRequest>())
  return new Promise((resolve, reject) => {
    const close = () => {
      pending.delete(id)
      clearTimeout(timer)
    }
    const giveUp = (why: Error) => {
      close()
      reject(why)
      // The client may still show its dialog, which has no use any more.
      context.channel.send({
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: id, reason: 'The server does not wait for this answer any more.' },
      })
    }
    const timer = setTimeout(() => giveUp(tooSlow()), ANSWER_MS)
    timer.unref()
    pending.set(id, {
      giveUp,
      take(response) {
        close()
        if ('error' in response) reject(new ToolError(`The client answered: ${clip(response.error.message, 512)}`))
        else resolve(response.result)
      },
    })
    try {
      context.channel.send(request)
    } catch (error) {
      close()
      reject(error)
    }
  })
}

const tooSlow = () => new ToolError(`The client did not answer within ${ANSWER_MS / 60_000} minutes.`)
