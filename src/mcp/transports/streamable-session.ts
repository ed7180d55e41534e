import { randomUUID } from 'node:crypto'
import type { CoalesceKey, EventStore } from '../../sse/index.ts'
import type { Client } from '../request/client.ts'
import { ResumableStream } from './resumable-stream.ts'
import type { Session } from './session-store.ts'

/** A session of Streamable HTTP: a header names it, and its streams can be resumed. */
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

  /** Opens the stream of one POST. Beyond `MAX_STREAMS` the oldest that are over are forgotten. */
  openStream(): ResumableStream {
    for (const [name, stream] of this.#streams) {
      if (this.#streams.size < MAX_STREAMS) break
      if (stream.isOver) this.#forget(name, stream)
    }
    return this.#add(String(++this.#opened))
  }

  /** The standalone stream, for what concerns no request (transports, "Listening for Messages from the Server"). */
  standaloneStream(): ResumableStream {
    return this.#streams.get(STANDALONE) ?? this.#add(STANDALONE)
  }

  /** The stream of an event. An id begins with the name of its stream; only streams of this session are found. */
  streamOf(eventId: string): ResumableStream | undefined {
    return this.#streams.get(eventId.slice(0, eventId.lastIndexOf('.')))
  }

  send(data: string, coalesceKey?: CoalesceKey): void {
    // A client that never opened the standalone stream does not want these messages.
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

/** The name of the standalone stream; that of a POST is a number. */
const STANDALONE = 'get'

/** Streams of one session that are kept. Beyond it those that are over are forgotten, the oldest first. */
const MAX_STREAMS = 64
