import { randomUUID } from 'node:crypto'
import type { CoalesceKey, EventStore } from '../../sse/index.ts'
import type { Client } from '../request/client.ts'
import { ResumableStream } from './resumable-stream.ts'
import type { Session } from './session-store.ts'

/** A session that is named by a header, and whose streams can be resumed. */
export class StreamableSession implements Session {
  readonly id = randomUUID()
  readonly client: Client
  lastUsedAt = 0
  uses = 0
  readonly #events: EventStore
  readonly #streams = new Map<string, ResumableStream>() // in the order in which they were opened
  #opened = 0

  constructor(client: Client, events: EventStore) {
    this.client = client
    this.#events = events
  }

  hasStream(): boolean {
    for (const stream of this.#streams.values()) if (stream.isAttached()) return true
    return false
  }

  /** A stream for one POST. */
  openStream(): ResumableStream {
    for (const [name, stream] of this.#streams) {
      if (this.#streams.size < MAX_STREAMS) break
      if (stream.isOver) this.#forget(name, stream)
    }
    return this.#add(String(++this.#opened))
  }

  /** The standalone stream (transports, "Listening for Messages from the Server"): for what concerns no request. */
  standaloneStream(): ResumableStream {
    return this.#streams.get(STANDALONE) ?? this.#add(STANDALONE)
  }

  /** The stream that an event belongs to. Ids of other sessions are not even looked at. */
  streamOf(eventId: string): ResumableStream | undefined {
    return this.#streams.get(eventId.slice(0, eventId.lastIndexOf('.')))
  }

  send(data: string, coalesceKey?: CoalesceKey): void {
    // Nobody who never opened the standalone stream waits for it.
    this.#streams.get(STANDALONE)?.send(data, coalesceKey)
  }

  end(retryMs?: number): void {
    for (const [name, stream] of this.#streams) {
      stream.end(retryMs)
      this.#forget(name, stream)
    }
  }

  #add(name: string): ResumableStream {
    const stream = new ResumableStream(this.#events.open(name), this.client.revision.primesStreams)
    this.#streams.set(name, stream)
    return stream
  }

  #forget(name: string, stream: ResumableStream): void {
    stream.log.drop()
    this.#streams.delete(name)
  }
}

const STANDALONE = 'get'

/** Streams remembered at once; finished ones beyond it are forgotten, oldest first. */
const MAX_STREAMS = 64
