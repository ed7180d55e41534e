import type { CoalesceKey, EventLog, EventStream, SseMessage } from '../../sse/index.ts'

/**
 * A stream of a session that outlives the connections that carry it: its events have ids and are kept in a log, and a
 * client that comes back with `Last-Event-ID` gets those that it missed. (The specification calls both this and the
 * connection a "stream".)
 */
export class ResumableStream {
  readonly log: EventLog
  /** Whether nothing will be sent any more. What is in the log can still be read. */
  isOver = false
  readonly #primes: boolean
  #connection: EventStream | undefined

  constructor(log: EventLog, primes: boolean) {
    this.log = log
    this.#primes = primes
  }

  /**
   * The priming event, in the revisions that have it: an id before any data, so that the client can come back from
   * there.
   */
  primingEvents(): SseMessage[] {
    return this.#primes ? [primingEvent(this.log.start)] : []
  }

  /**
   * Has a connection carry the stream from now on. It begins with the events that were missed; the older one is closed.
   */
  attach(connection: EventStream, missed: readonly SseMessage[] = []): void {
    const older = this.#connection
    this.#connection = connection
    older?.drop() // what its reader has not taken, the new one brings again
    for (const message of missed) connection.send(message)
    if (this.isOver) this.#detach()
  }

  /** Whether a connection carries the stream now. */
  isAttached(): boolean {
    return this.#connection !== undefined && !this.#connection.closed.aborted
  }

  /** Sends an event. Where it is left out for a reader who lags, it is in the log all the same. */
  send(data: string, coalesceKey?: CoalesceKey): void {
    const message = this.log.append({ event: 'message', data })
    this.#connection?.send(message, coalesceKey)
  }

  /** Ends the connection, not the stream: the client comes back for the rest after `retryMs`. */
  disconnect(retryMs: number): void {
    this.#connection?.send({ retry: retryMs })
    this.#detach()
  }

  /** Ends the stream; its reader may come back to the server after `retryMs` milliseconds. */
  end(retryMs?: number): void {
    this.isOver = true
    this.log.end?.()
    if (retryMs !== undefined) this.#connection?.send({ retry: retryMs })
    this.#detach()
  }

  // Forgets the connection: the log is kept for minutes, and with it all that the stream refers to.
  #detach(): void {
    this.#connection?.close()
    this.#connection = undefined
  }
}

/** An event with an id and empty data, and the reconnection time in milliseconds. */
export const primingEvent = (id: string): SseMessage => ({ id, retry: 1000, data: '' })
