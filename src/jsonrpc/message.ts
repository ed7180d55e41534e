/** JSON-RPC 2.0 messages. https://www.jsonrpc.org/specification */

/** Set by whoever asks, returned with its type by whoever answers: `1` and `"1"` are two ids. */
export type Id = string | number

/** Parameters by name. Those by position are an array, whose members are named 0, 1, … (section 4.2). */
export type Params = Record<string, unknown>

/** Section 4: a call that wants an answer. */
export interface Request {
  jsonrpc: '2.0'
  id: Id
  method: string
  params?: Params
}

/** Section 4.1: a call without an id, never answered. */
export interface Notification {
  jsonrpc: '2.0'
  method: string
  params?: Params
}

/** Section 5.1. */
export interface ErrorObject {
  code: number
  message: string
  data?: unknown
}

/**
 * Section 5: a result or an error, never both. Where the request's id could not be read, the specification
 * writes `id: null`; MCP's schemas know no such id, so the member is left out.
 */
export type Response =
  | { jsonrpc: '2.0'; id: Id; result: object }
  | { jsonrpc: '2.0'; id?: Id; error: ErrorObject }

export type Message = Request | Notification | Response

export const isRequest = (message: Message): message is Request => 'method' in message && 'id' in message
export const isResponse = (message: Message): message is Response => !('method' in message)

const MAX_ID_LENGTH = 1024 // characters; an id is kept and echoed
const MAX_METHOD_LENGTH = 256

/** Whether a JSON value has the shape of a message. Members it does not know are no fault. */
export function isMessage(value: unknown): value is Message {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return false
  const { method, params } = value
  if (method === undefined) return isId(value['id']) && isAnswer(value)
  if (typeof method !== 'string' || method.length > MAX_METHOD_LENGTH) return false
  if (params !== undefined && !isObject(params)) return false
  return !('id' in value) || isId(value['id'])
}

/** The id of what is no message, so that the refusal can name it. */
export function readableId(value: unknown): Id | undefined {
  return isObject(value) && isId(value['id']) ? value['id'] : undefined
}

function isAnswer(value: Record<string, unknown>): boolean {
  const { result, error } = value
  if (result !== undefined) return error === undefined && isObject(result)
  return isObject(error) && Number.isInteger(error['code']) && typeof error['message'] === 'string'
}

// A fraction or a number beyond 2^53 would come back as another number than was sent.
function isId(value: unknown): value is Id {
  return typeof value === 'string' ? value.length <= MAX_ID_LENGTH : Number.isSafeInteger(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
