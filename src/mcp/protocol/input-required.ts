import type { Questions } from '../request/ask.ts'

/** Ends a request with questions instead of an answer (2026-07-28, patterns, "Multi Round-Trip Requests"). */
export class InputRequired extends Error {
  override readonly name = 'InputRequired'
  readonly result: object

  constructor(inputRequests: Questions, requestState: string) {
    super('The request needs answers of the client.')
    this.result = { resultType: 'input_required', inputRequests, requestState }
  }
}
