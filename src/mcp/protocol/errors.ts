import type { InputRequests } from './types.ts'

/** The error codes of MCP itself (2026-07-28, basic, "Error Codes"). */
export const HEADER_MISMATCH = -32020 // a header does not repeat what the body says
export const CAPABILITY_MISSING = -32021 // the client did not declare what the request needs
export const UNSUPPORTED_VERSION = -32022 // the revision is not served

/**
 * An error for the model. Thrown from a tool, its text becomes the result, marked as an error: say what went wrong and
 * what to try. Any other error that a tool throws is logged, and the model learns only that the tool failed.
 */
export class ToolError extends Error {
  override readonly name = 'ToolError'
}

/**
 * The end of a request with input requests in place of a result (2026-07-28, patterns, "Multi Round-Trip Requests").
 */
export class InputRequired extends Error {
  override readonly name = 'InputRequired'
  readonly result: object

  constructor(inputRequests: InputRequests, requestState: string) {
    super('The request needs input of the client.')
    this.result = { resultType: 'input_required', inputRequests, requestState }
  }
}
