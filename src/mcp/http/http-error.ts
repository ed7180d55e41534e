import { STATUS_CODES } from 'node:http'
import { INTERNAL_ERROR, RpcError, type Id } from '../../jsonrpc/index.ts'

/**
 * An error with an HTTP status: a request is refused, before it became a message or for what it says. The text tells
 * what to do.
 */
export class HttpError extends RpcError {
  override readonly name = 'HttpError'
  readonly status: number
  readonly headers: Record<string, string>
  /** The id of the request, where one could be read. */
  readonly id: Id | undefined
  /** The word in the log, where that of the status says too little. */
  readonly reason: string | undefined

  constructor(
    status: number,
    code: number,
    message: string,
    more: {
      headers?: Record<string, string>
      id?: Id | undefined
      data?: object | undefined
      reason?: string
      /** What is behind it, for the log alone. */
      cause?: unknown
    } = {},
  ) {
    super(code, message, more.data)
    if (more.cause !== undefined) this.cause = more.cause
    this.status = status
    this.headers = more.headers ?? {}
    this.id = more.id
    this.reason = more.reason
  }
}

/** The refusal of a request for which there is no room now: 503, and when to come back. */
export const busy = (message: string, more: { headers?: object; data?: object } = {}): HttpError =>
  new HttpError(503, INTERNAL_ERROR, message, { ...more, headers: { 'Retry-After': '10', ...more.headers } })

/** The word in the log for an error: `forbidden`, `not-found`. */
export const reasonOf = (error: RpcError): string =>
  error instanceof HttpError && error.reason ? error.reason : nameOf(error instanceof HttpError ? error.status : 400)

const nameOf = (status: number): string => (STATUS_CODES[status] ?? `${status}`).toLowerCase().replaceAll(' ', '-')
