/** Bounds on authors' functions: of a client, of all, and of those that nobody waits for any more. */
export interface RunningLimits {
  maxInFlight: number
  maxRunning: number
  maxAbandoned: number
}

/** For whom functions run. The count is kept here. */
export interface Runner {
  running: number
  readonly caller: { readonly key: string }
}

/** Ends the count: now, or, where the function runs on though nobody waits for it, when it has ended. */
export type EndCall = (work?: Promise<unknown>) => void

/**
 * Counts authors' functions until they have really ended: also those whose result nobody waits for any more, because
 * the time was up or the client has left. Nobody can make the server begin more of them than it may have.
 */
export class RunningCalls {
  readonly #limits: RunningLimits
  #running = 0
  /** Those that nobody waits for, by what they are: "tool slow". */
  readonly #abandoned = new Map<string, number>()
  /** The same by caller. */
  readonly #abandonedBy = new Map<string, number>()
  #allAbandoned = 0

  constructor(limits: RunningLimits) {
    this.#limits = limits
  }

  /** Counts one more. Returns what to call when its response is there, or the sentence by which it is refused. */
  begin(name: string, client: Runner): EndCall | string {
    const refusal = this.#refusal(name, client)
    if (refusal !== undefined) return refusal
    const { key } = client.caller
    this.#running++
    client.running++
    const end = () => {
      this.#running--
      client.running--
    }
    return (work) => {
      if (!work) return end()
      this.#abandon(name, key, 1)
      void work.then(() => {
        this.#abandon(name, key, -1)
        end()
      })
    }
  }

  #refusal(name: string, { running, caller }: Runner): string | undefined {
    const { maxInFlight, maxRunning, maxAbandoned } = this.#limits
    const hanging = this.#abandoned.get(name) ?? 0
    if (running >= maxInFlight)
      return `${running} requests of this client are under way.${this.#blame()} Wait for an answer.`
    if (this.#running >= maxRunning)
      return `The server is at work on ${this.#running} requests.${this.#blame()} Try again in a moment.`
    const ofCaller = this.#abandonedBy.get(caller.key) ?? 0
    if (hanging > 0 && (this.#allAbandoned >= maxAbandoned || ofCaller >= maxAbandoned / 2))
      return `${hanging} calls of the ${name} that nobody waits for any more do not end. Try again when they have.`
    return undefined
  }

  /** Which work holds the places, where nobody waits for it. */
  #blame(): string {
    const [worst, count] = [...this.#abandoned].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0])
    return count > 0 ? ` Nobody waits any more for ${count} of the ${worst}, which do not end.` : ''
  }

  #abandon(name: string, key: string, by: 1 | -1): void {
    this.#allAbandoned += by
    add(this.#abandoned, name, by)
    add(this.#abandonedBy, key, by)
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}
