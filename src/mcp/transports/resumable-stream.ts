import type { EventStream, ReplayLog, SseMessage } from '../../sse/index.ts'

/**
 * One stream of a session, which outlives the connections that carry it: all it says has an id, and can be said
 * again to a client that comes back. (A name of our own: the specification calls both the stream and its connection
 * "stream".)
 */
export class Channel {
  readonly log: ReplayLog
  isOver = false
  readonly #primes: boolean
  #carrier: EventStream | undefined

  constructor(log: ReplayLog, primes: boolean) {
    this.log = log
    this.#primes = primes
  }

  /** An id before there is anything to say, so that the client can come back from the start. */
  firstMessages(): SseMessage[] {
    return this.#primes ? [{ id: this.log.start, retry: 1000, data: '' }] : []
  }

  /** From now on this connection carries the channel. First it brings what was missed; the older one ends. */
  carryOn(stream: EventStream, missed: readonly SseMessage[] = []): void {
    const older = this.#carrier
    this.#carrier = stream
    older?.drop() // what it has not read, the new one brings again
    for (const message of missed) stream.send(message)
    if (this.isOver) this.#letGo()
  }

  /** Whether a connection carries it now. */
  isCarried(): boolean {
    return this.#carrier !== undefined && !this.#carrier.closed.aborted
  }

  /** What is left out for a reader who lags stays in the log. */
  say(data: string, standsFor?: string): void {
    const message = this.log.append({ event: 'message', data })
    this.#carrier?.send(message, standsFor)
  }

  /** Ends the connection, not the channel: the client comes back for the rest after `retryMs`. */
  release(retryMs: number): void {
    this.#carrier?.send({ retry: retryMs })
    this.#letGo()
  }

  end(retryMs?: number): void {
    this.isOver = true
    if (retryMs !== undefined) this.#carrier?.send({ retry: retryMs })
    this.#letGo()
  }

  // Kept, it would hold the whole connection in memory, for as long as the log is.
  #letGo(): void {
    this.#carrier?.close()
    this.#carrier = undefined
  }
}
