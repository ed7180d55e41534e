import { createHash } from 'node:crypto'
import { INVALID_PARAMS, RpcError, type Params } from '../../jsonrpc/index.ts'
import type { Answers } from './ask.ts'
import type { Exchange } from './context.ts'
import type { Signer } from './signer.ts'

/** How long the client may take to answer, in milliseconds. */
export const ANSWER_MS = 10 * 60_000

/**
 * What a retry brings back of earlier rounds: the answers so far, signed, because it went through the client's hands,
 * and bound to the request it belongs to and to its sender.
 */
export function writeState(exchange: Exchange, answers: Answers, signer: Signer): string {
  return signer.sign(JSON.stringify({ answers, until: Date.now() + ANSWER_MS, of: digest(exchange), round: nonce() }))
}

/** The answers of earlier rounds. Throws RpcError where the state is not ours, not of this request, or too old. */
export function readState(exchange: Exchange, signer: Signer): Answers {
  const token = exchange.message.params?.['requestState']
  if (token === undefined) return {}
  const text = typeof token === 'string' ? signer.verify(token) : undefined
  const state = text === undefined ? undefined : (JSON.parse(text) as { answers: Answers; until: number; of: string })
  if (!state || state.of !== digest(exchange) || state.until < Date.now())
    throw new RpcError(
      INVALID_PARAMS,
      'requestState is not the one of this request, or too old: start again without it.',
    )
  return state.answers
}

function digest({ message, client: { principal } }: Exchange): string {
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
