import type { MaybePromise } from '../../jsonrpc/index.ts'
import type { CoalesceKey, EventLog, EventStore, SseMessage } from '../../sse/index.ts'
import type { Client } from '../request/client.ts'
import { primingEvent, ResumableStream } from './resumable-stream.ts'
import type { Session } from './session-store.ts'

/** A session of Streamable HTTP: a header names it, and its streams can be resumed. */
export class StreamableSession implements Session {
  readonly client: Client
  readonly id: string
  lastUsedAt = 0
  uses = 0
  readonly events: EventStore
  #standalone: ResumableStream | undefined
  /**
   * The streams of the last POSTs, each at its number modulo the length. Of one that was sent whole the log is kept, and
   * nothing else. A Map with one member in and out for every POST would be rebuilt again and again in V8's old heap.
   */
  readonly #streams: (ResumableStream | EventLog)[] = []
  /** Streams that are still open though more were opened after them than are kept. */
  readonly #older = new Set<ResumableStream>()
  #opened = 0

  constructor(client: Client, id: string, events: EventStore) {
    this.client = client
    this.id = id
    this.events = events
  }

  hasStream(): boolean {
    for (const stream of this.#all()) if (isStream(stream) && stream.isAttached()) return true
    return false
  }

  /** Opens the stream of one POST: of a request, or of a batch. */
  openStream(requests?: unknown): ResumableStream {
    const stream = this.#create(String(++this.#opened), requests)
    this.#keep(stream)
    return stream
  }

  /** The stream of one POST whose response is sent whole: returns its events, which are kept. */
  keepResponse(data: string): SseMessage[] {
    const log = this.events.keep(String(++this.#opened), data)
    this.#keep(log)
    // Its one event is the log's first: it has the id of the start, the place before the first, but with a 1 for the 0.
    const event = { id: `${log.start.slice(0, -1)}1`, event: 'message', data }
    return this.client.revision.primesStreams ? [primingEvent(log.start), event] : [event]
  }

  /** The standalone stream, for what concerns no request (transports, "Listening for Messages from the Server"). */
  standaloneStream(): ResumableStream {
    return (this.#standalone ??= this.#create(STANDALONE))
  }

  /** The stream of an event. An id begins with the name of its stream; only streams of this session are found. */
  streamOf(eventId: string): MaybePromise<ResumableStream | undefined> {
    const start = `${eventId.slice(0, eventId.lastIndexOf('.'))}.0`
    for (const stream of this.#all()) {
      if (logOf(stream).start !== start) continue
      if (isStream(stream)) return stream
      const kept = new ResumableStream(stream, this.client.revision.primesStreams)
      kept.isOver = true
      return kept
    }
    return undefined
  }

  send(data: string, coalesceKey?: CoalesceKey): void {
    // A client that never opened the standalone stream does not want these messages.
    this.#standalone?.send(data, coalesceKey)
  }

  end(retryMs?: number): void {
    for (const stream of this.#all()) {
      if (isStream(stream)) stream.end(retryMs)
      logOf(stream).drop()
    }
    this.#standalone = undefined
    this.#streams.length = 0
    this.#older.clear()
  }

  *#all(): Iterable<ResumableStream | EventLog> {
    if (this.#standalone) yield this.#standalone
    yield* this.#streams
    yield* this.#older
  }

  #create(name: string, requests?: unknown): ResumableStream {
    return new ResumableStream(this.events.open(name, requests), this.client.revision.primesStreams)
  }

  /** Keeps the newest stream, and forgets the one whose place it takes, unless that is still open. */
  #keep(stream: ResumableStream | EventLog): void {
    const place = (this.#opened - 1) % MAX_STREAMS
    const last = this.#streams[place]
    this.#streams[place] = stream
    if (!last) return
    if (isStream(last) && !last.isOver) this.#older.add(last)
    else logOf(last).drop()
    for (const one of this.#older) {
      if (one.isOver && this.#older.delete(one)) one.log.drop()
    }
  }
}

const isStream = (stream: ResumableStream | EventLog): stream is ResumableStream => stream instanceof ResumableStream
const logOf = (stream: ResumableStream | EventLog): EventLog => (isStream(stream) ? stream.log : stream)

/** The name of the standalone stream; that of a POST is a number. */
const STANDALONE = 'get'

/** Streams of POSTs that are kept in one session, the newest. */
const MAX_STREAMS = 64
