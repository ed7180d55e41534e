import { createHash } from 'node:crypto'
import { INVALID_PARAMS, RpcError, type Params } from '../../jsonrpc/index.ts'
import type { InputResponses } from '../protocol/types.ts'
import type { RequestContext } from './context.ts'

/** The milliseconds that a client may take to answer a question: ten minutes. */
export const ANSWER_MS = 10 * 60_000

/**
 * Writes a `requestState`: the input responses so far, which the client carries to the next round. It is signed,
 * because the client could change it, and bound to this request and its sender, because the client could send it with
 * another.
 */
export function writeState(context: RequestContext, responses: InputResponses): string {
  const until = Date.now() + ANSWER_MS
  return context.services.signer.sign(JSON.stringify({ responses, until, of: digest(context), round: nonce() }))
}

/**
 * Reads the input responses of earlier rounds. Throws RpcError for a state that is not ours, not of this request, or
 * too old.
 */
export function readState(context: RequestContext): InputResponses {
  const token = context.message.params?.['requestState']
  if (token === undefined) return {}
  const text = typeof token === 'string' ? context.services.signer.verify(token) : undefined
  const state = text === undefined ? undefined : (JSON.parse(text) as State)
  if (!state || state.of !== digest(context) || state.until < Date.now())
    throw new RpcError(
      INVALID_PARAMS,
      'requestState is not the one of this request, or too old: start again without it.',
    )
  return state.responses
}

/** The content of a request state. */
interface State {
  responses: InputResponses
  /** The end of its validity, in milliseconds since 1970. */
  until: number
  /** The digest of the request. */
  of: string
}

/** A digest of what makes a request the same one: method, params, and who sends it. */
function digest({ message, client }: RequestContext): string {
  const { principal } = client.caller
  const { inputResponses: _answers, requestState: _state, _meta, ...params } = (message.params ?? {}) as Params
  const what = [message.method, canonical(params), principal?.issuer, principal?.subject, principal?.client]
  return createHash('sha256').update(JSON.stringify(what)).digest('base64url')
}

/** A form of a value that is the same whatever the order of its members. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, canonical(member)])
}

// A nonce, so that two rounds never have the same state, even with the same input responses: a client, or a test of one,
// that compares them would take the second for the first come again.
let rounds = 0
const nonce = () => `${Date.now()}.${++rounds}`
