/** The error codes that every implementation shares (section 5.1 "Error object"). */
export const PARSE_ERROR = -32700 // no JSON
export const INVALID_REQUEST = -32600 // JSON, but no message, or one that is refused here
export const METHOD_NOT_FOUND = -32601
export const INVALID_PARAMS = -32602
export const INTERNAL_ERROR = -32603 // the fault of the server

/** The error of a response (section 5.1 "Error object"). */
export interface ErrorObject {
  code: number
  message: string
  data?: unknown
}

/** An error that becomes the error of the response: code, message and data reach the caller as they are. */
export class RpcError extends Error {
  override readonly name: string = 'RpcError'
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }

  toJSON(): ErrorObject {
    return { code: this.code, message: this.message, ...(this.data !== undefined && { data: this.data }) }
  }
}
