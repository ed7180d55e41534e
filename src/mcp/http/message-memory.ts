import type { Budget } from '../../bounds/budget.ts'
import type { Caller } from '../request/client.ts'
import type { Hold } from '../request/context.ts'
import { busy } from './http-error.ts'

/**
 * The memory that one message takes: its bytes while they arrive, then about those that its value takes. It is given
 * back when nothing refers to the message any more.
 */
export class MessageMemory implements Hold {
  readonly #budget: Budget
  readonly #caller: string
  #bytes = 0
  #users = 1

  constructor(budget: Budget, caller: Caller) {
    this.#budget = budget
    this.#caller = caller.key
  }

  /** Sets the bytes that are taken now. Throws HttpError 503 where there is no room for them. */
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

const tooMuch = () =>
  busy('Too many messages are under way. Come back later.', {
    headers: { Connection: 'close' },
    data: { reason: 'busy' },
  })
