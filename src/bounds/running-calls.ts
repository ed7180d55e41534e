import { addTo } from './counts.ts'

/**
 * The bounds on authors' functions that run: for one client, for all, and those that nobody waits for any more. Of all
 * that run one principal has at most half; of those that nobody waits for, one caller.
 */
export interface RunningLimits {
  maxInFlight: number
  maxRunning: number
  maxAbandoned: number
}

/** A client for whom functions run, and how many. `RunningCalls` keeps the count. */
export interface CountedClient {
  running: number
  readonly caller: { readonly key: string }
}

/** Ends the count of a call: now, or, given work that runs on though nobody waits for it, when that has ended. */
export type EndCall = (work?: Promise<unknown>) => void

/**
 * The count of authors' functions that run. A function is counted until it has really ended, also after its time was up
 * or its client has left, when nobody waits for its result any more. So no client can make the server run more of them
 * than it may have.
 */
export class RunningCalls {
  readonly #limits: RunningLimits
  #running = 0
  /** Of these, by owner: without sessions each request is a client of its own. */
  readonly #runningBy = new Map<string, number>()
  /** The number of abandoned calls, by what they run: "tool slow". */
  readonly #abandoned = new Map<string, number>()
  /** The number of abandoned calls, by caller. */
  readonly #abandonedBy = new Map<string, number>()
  #allAbandoned = 0

  constructor(limits: RunningLimits) {
    this.#limits = limits
  }

  /**
   * Counts a call, in the share of its owner where it has one. Returns the function that ends the count, or the sentence
   * by which the call is refused.
   */
  begin(name: string, client: CountedClient, owner?: string): EndCall | string {
    const refusal = this.#refusal(name, client)
    if (refusal !== undefined) return refusal
    const { key } = client.caller
    this.#running++
    client.running++
    if (owner) addTo(this.#runningBy, owner, 1)
    const end = () => {
      this.#running--
      client.running--
      if (owner) addTo(this.#runningBy, owner, -1)
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

  /** The sentence by which a call is refused; undefined: it may begin. */
  #refusal(name: string, { running, caller }: CountedClient): string | undefined {
    const { maxInFlight, maxRunning, maxAbandoned } = this.#limits
    const hanging = this.#abandoned.get(name) ?? 0
    if (running >= maxInFlight)
      return `${running} requests of this client are under way.${this.#blame()} Wait for an answer.`
    if ((this.#runningBy.get(caller.key) ?? 0) >= maxRunning / 2)
      return `Half of the requests that may be under way are this caller's.${this.#blame()} Wait for an answer.`
    if (this.#running >= maxRunning)
      return `The server is at work on ${this.#running} requests.${this.#blame()} Try again in a moment.`
    const ofCaller = this.#abandonedBy.get(caller.key) ?? 0
    if (hanging > 0 && (this.#allAbandoned >= maxAbandoned || ofCaller >= maxAbandoned / 2))
      return `${hanging} calls of the ${name} that nobody waits for any more do not end. Try again when they have.`
    return undefined
  }

  /** A sentence on the abandoned calls that take up the places, if there are any. */
  #blame(): string {
    const [worst, count] = [...this.#abandoned].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0])
    return count > 0 ? ` Nobody waits any more for ${count} of the ${worst}, which do not end.` : ''
  }

  /** Counts a call that nobody waits for any more, or one less. */
  #abandon(name: string, key: string, by: 1 | -1): void {
    this.#allAbandoned += by
    addTo(this.#abandoned, name, by)
    addTo(this.#abandonedBy, key, by)
  }
}
