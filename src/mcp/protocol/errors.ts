import type { InputRequests } from './types.ts'

/** Error codes of the protocol's own (2026-07-28, basic, "Error Codes"). */
export const HEADER_MISMATCH = -32020
export const CAPABILITY_MISSING = -32021
export const UNSUPPORTED_VERSION = -32022

/**
 * Throw it from a tool to tell the model what went wrong and what to try: its text becomes the result, marked as
 * an error. What else a tool throws is logged, and the model learns only that the tool failed.
 */
export class ToolError extends Error {
  override readonly name = 'ToolError'
}

/** Ends a request with input requests instead of a result (2026-07-28, patterns, "Multi Round-Trip Requests"). */
export class InputRequired extends Error {
  override readonly name = 'InputRequired'
  readonly result: object

  constructor(inputRequests: InputRequests, requestState: string) {
    super('The request needs input of the client.')
    this.result = { resultType: 'input_required', inputRequests, requestState }
  }
}
