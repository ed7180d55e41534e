import { RpcError, type Id } from '../jsonrpc/index.ts'

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
