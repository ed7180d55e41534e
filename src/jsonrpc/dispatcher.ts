import { INTERNAL_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, RpcError } from './errors.ts'
import { attempt, type MaybePromise } from './maybe-promise.ts'
import { clip, errorResponse, isMessage, isRequest, readableId } from './message.ts'
import type { Message, Notification, Params, Request, Response } from './message.ts'

/**
 * The function of one method. Returns the result of the response; nothing counts as `{}`. Throws RpcError to refuse.
 */
export type Handler<Context> = (params: Params, context: Context) => MaybePromise<object | void>

/** Handlers by method. A Map, not an object: in an object, `toString` and `__proto__` would be found unlisted. */
export type MethodTable<Context> = ReadonlyMap<string, Handler<Context>>

/**
 * Dispatches a message: runs the handler of its method, and returns the response. A notification has none, not even an
 * error (section 4.1). An RpcError that is thrown becomes the error of the response. Any other goes to `onUnexpected`,
 * and the caller learns only that it happened: its text may name paths or secrets.
 */
export function dispatch<Context>(
  methods: MethodTable<Context>,
  message: Request | Notification,
  context: Context,
  onUnexpected: (error: unknown) => void,
): MaybePromise<Response | undefined> {
  //> dispatch
  return attempt<object | void, Response | undefined>(
    () => {
      const handler = methods.get(message.method)
      if (!handler) throw new RpcError(METHOD_NOT_FOUND, `Method not found: ${clip(message.method)}`)
      return handler(message.params ?? {}, context)
    },
    (result) => (isRequest(message) ? { jsonrpc: '2.0', id: message.id, result: result ?? {} } : undefined),
    (error) => {
      if (!(error instanceof RpcError)) onUnexpected(error)
      if (!isRequest(message)) return undefined
      const known = error instanceof RpcError ? error : new RpcError(INTERNAL_ERROR, 'Internal error')
      return errorResponse(known, message.id)
    },
  )
  //<
}

/**
 * Answers a JSON value that may be a batch (section 6): one response, or several in the order of the requests, or none
 * where there were only notifications. In the place of what is no message stands the error -32600.
 */
export function answerAll(
  value: unknown,
  answer: (message: Message) => MaybePromise<Response | undefined>,
): MaybePromise<Response | Response[] | undefined> {
  const answerOne = (one: unknown): MaybePromise<Response | undefined> =>
    isMessage(one) ? answer(one) : invalidRequest(one)
  if (!Array.isArray(value)) return answerOne(value)
  if (value.length === 0) return invalidRequest(value)
  return Promise.all(value.map(answerOne)).then((all) => {
    const answers = all.filter((response) => response !== undefined)
    return answers.length > 0 ? answers : undefined
  })
}

/** The text of the error for what is no message. */
export const NOT_A_MESSAGE =
  'Not a JSON-RPC 2.0 message: it needs "jsonrpc": "2.0" and a method (of at most 256 characters), a result object or an error. Params are an object or an array; an id is an integer or a string of at most 1,024 characters.'

const invalidRequest = (value: unknown): Response =>
  errorResponse(new RpcError(INVALID_REQUEST, NOT_A_MESSAGE), readableId(value))
