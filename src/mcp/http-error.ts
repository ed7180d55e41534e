import type { ServerResponse } from 'node:http'
import { errorResponse, INTERNAL_ERROR, RpcError, type Id } from '../jsonrpc/index.ts'

/** A request that is refused before it became a message, or because of it. The text tells the caller what to do. */
export class HttpError extends RpcError {
  override readonly name = 'HttpError'
  readonly status: number
  readonly headers: Record<string, string>
  /** The id of the request, where one could be read. */
  readonly id: Id | undefined

  constructor(
    status: number,
    code: number,
    message: string,
    more: { headers?: Record<string, string>; id?: Id | undefined; data?: object | undefined } = {},
  ) {
    super(code, message, more.data)
    this.status = status
    this.headers = more.headers ?? {}
    this.id = more.id
  }
}

/** The word for a refusal in the log. */
export const reasonOf = (error: RpcError): string =>
  (error instanceof HttpError && REASONS.get(error.status)) || 'bad-message'

const REASONS = new Map([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'unknown-session'],
  [406, 'not-acceptable'],
  [413, 'too-large'],
  [415, 'wrong-content-type'],
  [429, 'too-many-requests'],
  [503, 'overloaded'],
])

/** Answers with the error, if there is still somebody to answer. What was not thrown on purpose says nothing outside. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.end()
  const { status, headers, id } = error instanceof HttpError ? error : NO_DETAILS
  const known = error instanceof RpcError ? error : new RpcError(INTERNAL_ERROR, 'Internal error')
  const body = JSON.stringify(errorResponse(known, id))
  response.writeHead(status ?? (error instanceof RpcError ? 400 : 500), {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  })
  response.end(body)
}

// A message that JSON-RPC refuses is the caller's mistake, anything unforeseen is ours.
const NO_DETAILS = { status: undefined, headers: {}, id: undefined }
