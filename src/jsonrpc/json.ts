import { errorResponse, INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR, RpcError } from './errors.ts'
import type { Response } from './message.ts'

/** No honest message nests deeper; what recurses over values later (schemas, JSON.stringify) must not be led on. */
const MAX_DEPTH = 64

/** Text to a JSON value. Throws RpcError: -32700 where it is no JSON, -32600 where it nests deeper than 64 levels. */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw new RpcError(INVALID_REQUEST, `JSON nested deeper than ${MAX_DEPTH} levels.`)
  try {
    return JSON.parse(text)
  } catch {
    throw new RpcError(PARSE_ERROR, 'The body is not JSON.')
  }
}

/** A response to one line of text. A result that is no JSON value (a circle, a BigInt) becomes an internal error. */
export function encodeResponse(response: Response, onUnexpected: (error: unknown) => void): string {
  try {
    return JSON.stringify(response)
  } catch (error) {
    onUnexpected(error)
    return JSON.stringify(errorResponse(new RpcError(INTERNAL_ERROR, 'Internal error'), response.id))
  }
}

// Counted on the text, before anything is built from it. Brackets inside strings do not nest.
function isTooDeep(text: string): boolean {
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

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const character = text.charCodeAt(i)
    if (character === QUOTE) return i
    if (character === BACKSLASH) i++
  }
  return text.length
}

const QUOTE = 34
const BACKSLASH = 92
const BRACKET = 91
const CLOSING_BRACKET = 93
const BRACE = 123
const CLOSING_BRACE = 125
