import { INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR, RpcError, type ErrorObject } from './errors.ts'

// JSON-RPC 2.0 messages, and their way from and to text. https://www.jsonrpc.org/specification

/** The id of a request, which its response repeats with its type: `1` and `"1"` are two ids. */
export type Id = string | number

/** Parameters by name. Those by position are an array, whose members are named 0, 1, … (section 4.2). */
export type Params = Record<string, unknown>

/** A call that wants a response (section 4 "Request object"). */
export interface Request {
  jsonrpc: '2.0'
  id: Id
  method: string
  params?: Params
}

/** A call without an id, which is never answered (section 4.1 "Notification"). */
export interface Notification {
  jsonrpc: '2.0'
  method: string
  params?: Params
}

/**
 * The answer to a request: a result or an error, never both (section 5 "Response object"). Where the id of the request
 * could not be read, JSON-RPC writes `id: null`; MCP's schemas know no such id, so the member is left out.
 */
export type Response = { jsonrpc: '2.0'; id: Id; result: object } | { jsonrpc: '2.0'; id?: Id; error: ErrorObject }

/** One message, in either direction. */
export type Message = Request | Notification | Response

/** Whether a message is a request; a method without an id makes it a notification. */
export const isRequest = (message: Message): message is Request => 'method' in message && 'id' in message
/** Whether a message is a response. */
export const isResponse = (message: Message): message is Response => !('method' in message)

const MAX_ID_LENGTH = 1024 // UTF-16 units; an id is kept and sent back
const MAX_METHOD_LENGTH = 256 // UTF-16 units

/** Whether a JSON value has the shape of a message. It may have further members. */
export function isMessage(value: unknown): value is Message {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return false
  const { method, params } = value
  if (method === undefined) return isId(value['id']) && isAnswer(value)
  if (typeof method !== 'string' || method.length > MAX_METHOD_LENGTH) return false
  if (params !== undefined && !isObject(params)) return false
  return !('id' in value) || isId(value['id'])
}

/** The id of a JSON value that is perhaps no message, so that the response that refuses it can name it. */
export function readableId(value: unknown): Id | undefined {
  return isObject(value) && isId(value['id']) ? value['id'] : undefined
}

// Whether a message without a method is a response.
function isAnswer(value: Record<string, unknown>): boolean {
  const { result, error } = value
  if (result !== undefined) return error === undefined && isObject(result)
  return isObject(error) && Number.isInteger(error['code']) && typeof error['message'] === 'string'
}

// A fraction or a number beyond 2^53 would come back as another number than was sent.
function isId(value: unknown): value is Id {
  return typeof value === 'string' ? value.length <= MAX_ID_LENGTH : Number.isSafeInteger(value)
}

/**
 * The beginning of a text from outside, for an error message or the log: at most `length` UTF-16 units, by default 128.
 * A character of two units is not cut in two: half of one is not UTF-8, and strict readers refuse the whole message.
 */
export const clip = (text: string, length = 128): string =>
  text.length > length ? text.slice(0, length).replace(/[\ud800-\udbff]$/, '') : text

/** Whether a JSON value is an object, and no array. */
export const isRecord = (value: unknown): value is Record<string, unknown> => isObject(value) && !Array.isArray(value)

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** The deepest nesting of a message. Schemas and JSON.stringify recurse over values, and must not run out of stack. */
const MAX_DEPTH = 64

/** The refusal of what nests too deep. */
export const tooDeep = () => new RpcError(INVALID_REQUEST, `JSON nested deeper than ${MAX_DEPTH} levels.`)

/**
 * The JSON value of a text. Throws RpcError: -32700 where it is no JSON, -32600 where it nests deeper than 64 levels.
 */
export function parseJson(text: string): unknown {
  checkDepth(text)
  try {
    return JSON.parse(text)
  } catch {
    throw new RpcError(PARSE_ERROR, 'The body is not JSON.')
  }
}

/** The response with an error. It has no id where none could be read. */
export function errorResponse(error: RpcError, id?: Id): Response {
  return { jsonrpc: '2.0', ...(id !== undefined && { id }), error: error.toJSON() }
}

/**
 * The JSON text of a response, one line. A result that is no JSON value (a circle, a BigInt) becomes an internal error.
 */
export function encodeResponse(response: Response, onUnexpected: (error: unknown) => void): string {
  try {
    return JSON.stringify(response)
  } catch (error) {
    onUnexpected(error)
    return JSON.stringify(errorResponse(new RpcError(INTERNAL_ERROR, 'Internal error'), response.id))
  }
}

/** Throws RpcError, -32600, for a JSON text that nests deeper than 64 levels. */
export function checkDepth(text: string): void {
  if (isTooDeep(text)) throw tooDeep()
}

// The depth is counted on the text, before anything is built from it. Brackets inside strings do not nest. A text with
// few brackets cannot nest deep wherever they stand, and to count them all takes a quarter of the time.
function isTooDeep(text: string): boolean {
  if (count(text, '{') + count(text, '[') <= MAX_DEPTH) return false
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i)
    if (character === QUOTE) i = endOfString(text, i)
    else if (character === BRACE || character === BRACKET) {
      if (++depth > MAX_DEPTH) return true
    } else if (character === CLOSING_BRACE || character === CLOSING_BRACKET) depth--
  }
  return false
}

function count(text: string, character: string): number {
  let [found, at] = [0, -1]
  while ((at = text.indexOf(character, at + 1)) !== -1) found++
  return found
}

/** The place of the quote that ends the string at `start`. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const character = text.charCodeAt(i)
    if (character === QUOTE) return i
    if (character === BACKSLASH) i++
  }
  return text.length
}

const [QUOTE, BACKSLASH] = [34, 92]
const [BRACKET, CLOSING_BRACKET, BRACE, CLOSING_BRACE] = [91, 93, 123, 125]
