import { STATUS_CODES } from 'node:http'
import { RpcError, type Id } from '../../jsonrpc/index.ts'

/** A request that is refused before it became a message, or because of it. The text tells the caller what to do. */
export class HttpError extends RpcError {
  override readonly name = 'HttpError'
  readonly status: number
  readonly headers: Record<string, string>
  /** The id of the request, where one could be read. */
  readonly id: Id | undefined
  /** The word for it in the log, where that of the status says too little. */
  readonly reason: string | undefined

  constructor(
    status: number,
    code: number,
    message: string,
    more: { headers?: Record<string, string>; id?: Id | undefined; data?: object | undefined; reason?: string } = {},
  ) {
    super(code, message, more.data)
    this.status = status
    this.headers = more.headers ?? {}
    this.id = more.id
    this.reason = more.reason
  }
}

/** The word for a refusal in the log: `forbidden`, `not-found`. */
export const reasonOf = (error: RpcError): string =>
  error instanceof HttpError && error.reason
    ? error.reason
    : STATUS_CODES[error instanceof HttpError ? error.status : 400]!.toLowerCase().replaceAll(' ', '-')
