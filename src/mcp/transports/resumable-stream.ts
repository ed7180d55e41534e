import type { CoalesceKey, EventLog, EventStream, SseMessage } from '../../sse/index.ts'

/**
 * One stream of a session, which outlives the connections that carry it: each event has an id, and is sent again to a
 * client that comes back. (The specification calls both the stream and its connection "stream".)
 */
export class ResumableStream {
  readonly log: EventLog
  isOver = false
  readonly #primes: boolean
  #connection: EventStream | undefined

  constructor(log: EventLog, primes: boolean) {
    this.log = log
    this.#primes = primes
  }

  /** The priming event: an id before there is any data, so that the client can come back from the start. */
  primingEvents(): SseMessage[] {
    return this.#primes ? [primingEvent(this.log.start)] : []
  }

  /** From now on this connection carries the stream. First it brings what was missed; the older one ends. */
  attach(connection: EventStream, missed: readonly SseMessage[] = []): void {
    const older = this.#connection
    this.#connection = connection
    older?.drop() // what it has not read, the new one brings again
    for (const message of missed) connection.send(message)
    if (this.isOver) this.#detach()
  }

  isAttached(): boolean {
    return this.#connection !== undefined && !this.#connection.closed.aborted
  }

  /** What is left out for a reader who lags stays in the log. */
  send(data: string, coalesceKey?: CoalesceKey): void {
    const message = this.log.append({ event: 'message', data })
    this.#connection?.send(message, coalesceKey)
  }

  /** Ends the connection, not the stream: the client comes back for the rest after `retryMs`. */
  disconnect(retryMs: number): void {
    this.#connection?.send({ retry: retryMs })
    this.#detach()
  }

  end(retryMs?: number): void {
    this.isOver = true
    if (retryMs !== undefined) this.#connection?.send({ retry: retryMs })
    this.#detach()
  }

  // Kept, it would hold the whole connection in memory, for as long as the log is.
  #detach(): void {
    this.#connection?.close()
    this.#connection = undefined
  }
}

const primingEvent = (id: string): SseMessage => ({ id, retry: 1000, data: '' })
