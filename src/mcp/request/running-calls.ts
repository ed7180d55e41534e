import { clip, INTERNAL_ERROR, RpcError } from '../../jsonrpc/index.ts'
import type { Exchange } from './context.ts'
import type { Limits } from '../../bounds/limits.ts'

/** The methods that run what an author wrote. All others are answered at once, and so always. */
const AUTHORS = new Set(['tools/call', 'prompts/get', 'resources/read', 'completion/complete'])

/**
 * Counts authors' functions until they have really ended: also those whose answer nobody waits for any more, because
 * the time was up or the client has left. Nobody can make the server begin more of them than it may have.
 */
export class Work {
  readonly #limits: Limits
  #running = 0
  /** Those that nobody waits for, by what they are: "tool slow". */
  readonly #abandoned = new Map<string, number>()
  /** The same by caller. */
  readonly #abandonedBy = new Map<string, number>()
  #allAbandoned = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** Counts what an exchange begins. Returns what to call when its answer is there, or the refusal, reason busy. */
  begin(exchange: Exchange): (() => void) | RpcError {
    const { message, client } = exchange
    if (!AUTHORS.has(message.method)) return noWork
    const name = nameOf(exchange)
    const refusal = this.#refusal(name, client)
    if (refusal) return refusal
    this.#running++
    client.running++
    const end = () => {
      this.#running--
      client.running--
    }
    return () => {
      if (!exchange.work) return end()
      this.#abandon(name, client.caller, 1)
      void exchange.work.then(() => {
        this.#abandon(name, client.caller, -1)
        end()
      })
    }
  }

  #refusal(name: string, { running, caller }: Exchange['client']): RpcError | undefined {
    const { maxInFlight, maxRunning, maxAbandoned } = this.#limits
    const hanging = this.#abandoned.get(name) ?? 0
    if (running >= maxInFlight)
      return busy(`${running} requests of this client are under way.${this.#blame()} Wait for an answer.`)
    if (this.#running >= maxRunning)
      return busy(`The server is at work on ${this.#running} requests.${this.#blame()} Try again in a moment.`)
    const ofCaller = this.#abandonedBy.get(caller) ?? 0
    if (hanging > 0 && (this.#allAbandoned >= maxAbandoned || ofCaller >= maxAbandoned / 2))
      return busy(
        `${hanging} calls of the ${name} that nobody waits for any more do not end. Try again when they have.`,
      )
    return undefined
  }

  /** Which work holds the places, where nobody waits for it. */
  #blame(): string {
    const [worst, count] = [...this.#abandoned].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0])
    return count > 0 ? ` Nobody waits any more for ${count} of the ${worst}, which do not end.` : ''
  }

  #abandon(name: string, caller: string, by: 1 | -1): void {
    this.#allAbandoned += by
    add(this.#abandoned, name, by)
    add(this.#abandonedBy, caller, by)
  }
}

const noWork = (): void => {}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}

/** What an exchange is about, for people: "tool slow". What has no name of ours goes by its method: a stranger may choose many. */
function nameOf({ message: { method, params } }: Exchange): string {
  const name = params?.['name']
  if (typeof name !== 'string' || (method !== 'tools/call' && method !== 'prompts/get')) return method
  return `${method === 'tools/call' ? 'tool' : 'prompt'} ${clip(name)}`
}

const busy = (text: string) => new RpcError(INTERNAL_ERROR, text, { reason: 'busy' })
