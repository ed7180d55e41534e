import { createHash } from 'node:crypto'
import { INVALID_PARAMS, RpcError, type Params } from '../../jsonrpc/index.ts'
import type { InputResponses } from '../protocol/types.ts'
import type { RequestContext } from './context.ts'

/** How long the client may take to answer, in milliseconds. */
export const ANSWER_MS = 10 * 60_000

/**
 * What a retry brings back of earlier rounds: the answers so far, signed, because it went through the client's hands,
 * and bound to the request it belongs to and to its sender.
 */
export function writeState(context: RequestContext, responses: InputResponses): string {
  const until = Date.now() + ANSWER_MS
  return context.services.signer.sign(JSON.stringify({ responses, until, of: digest(context), round: nonce() }))
}

/** The answers of earlier rounds. Throws RpcError where the state is not ours, not of this request, or too old. */
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

interface State {
  responses: InputResponses
  /** In milliseconds since 1970. */
  until: number
  /** The digest of the request. */
  of: string
}

function digest({ message, client }: RequestContext): string {
  const { principal } = client.caller
  const { inputResponses: _answers, requestState: _state, _meta, ...params } = (message.params ?? {}) as Params
  const what = [message.method, canonical(params), principal?.issuer, principal?.subject, principal?.client]
  return createHash('sha256').update(JSON.stringify(what)).digest('base64url')
}

/** The same value, whatever the order of its members. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, canonical(member)])
}

// Two rounds never have the same state, even with the same answers.
let rounds = 0
const nonce = () => `${Date.now()}.${++rounds}`
