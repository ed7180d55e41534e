import type { IncomingMessage } from 'node:http'
import { checkDepth, INTERNAL_ERROR } from '../../jsonrpc/index.ts'
import type { Budget } from '../../bounds/budget.ts'
import { shareOf, type Hold } from '../request/context.ts'
import { HttpError } from './http-error.ts'

/**
 * The memory that one message takes: its bytes while they arrive, then about what its value takes. It is given back
 * when the last one that refers to the message has let go of it.
 */
export class MessageMemory implements Hold {
  readonly #budget: Budget
  readonly #caller: string
  #bytes = 0
  #users = 1

  constructor(budget: Budget, request: IncomingMessage) {
    this.#budget = budget
    this.#caller = shareOf(request)
  }

  /** So many bytes are taken now. Throws HttpError 503 where there is no room for more. */
  set(bytes: number): void {
    this.free()
    if (!this.#budget.take(this.#caller, bytes)) throw tooMuch()
    this.#bytes = bytes
  }

  retain(): void {
    this.#users++
  }

  release(): void {
    if (--this.#users === 0) this.free()
  }

  free(): void {
    this.#budget.add(this.#caller, -this.#bytes)
    this.#bytes = 0
  }
}

/**
 * About the bytes that a JSON text takes once it is parsed, counted by its punctuation: four megabytes of `{},{},…`
 * take twenty times as much. Throws RpcError for one that nests too deep.
 */
export function weightOf(text: string): number {
  if (text.length <= SHORT) return text.length * 32
  checkDepth(text) // what is too deep is refused for that, whatever it weighs
  let weight = text.length
  for (let i = 0; i < text.length; i++) weight += COST[text.charCodeAt(i)] ?? 0
  return weight
}

/** Characters; what is shorter takes at most 32 times as much. */
const SHORT = 1024

// An empty object takes 56 bytes in V8, a member of a large one about 100, a place in an array 8 to 24.
const COST = new Uint8Array(128)
for (const [character, bytes] of Object.entries({ '{': 64, '[': 64, ':': 96, ',': 24 }))
  COST[character.charCodeAt(0)] = bytes

const tooMuch = () =>
  new HttpError(503, INTERNAL_ERROR, 'Too many messages are under way. Come back later.', {
    headers: { 'Retry-After': '10', Connection: 'close' },
    data: { reason: 'busy' },
  })
