import { createEventStore, encodeEvent, type EventStream, type MemoryEventLog, type SseMessage } from '../sse/index.ts'

/** What a channel can be told. */
export interface ChannelOptions {
  /**
   * Where the channel keeps its last messages, for readers who come back and readers who lag. Default: a store of its
   * own. Channels that share one share its bound on all of them together, as many rooms should.
   */
  store?: { open(name: string): MemoryEventLog }
}

/** A message to a channel, which gives it its id. */
export type ChannelMessage = Omit<SseMessage, 'id'> & { id?: never }

/** A reader, and how far it is. */
interface Reader {
  readonly stream: EventStream
  /** The id of the last message that was sent to it. */
  lastId: string
  /** Whether something waits for it to be taken. What comes meanwhile it gets out of the log. */
  isBehind: boolean
  readonly onClosed: () => void
}

/**
 * A channel: each message goes to all readers who have joined, under an id, and is remembered for those who come back
 * with it. A message is for all of them. What only some may read needs a channel of its own, for the memory cannot tell
 * who asks.
 */
class Channel {
  readonly #log: MemoryEventLog
  readonly #readers = new Map<EventStream, Reader>()
  /** The id of the last message, or of the place before the first one. */
  #lastId: string
  #isClosed = false

  constructor({ store = createEventStore() }: ChannelOptions = {}) {
    // A name that no other channel has, nor this one after a restart: an id from there is unknown here.
    this.#log = store.open(crypto.randomUUID().slice(0, 8))
    this.#lastId = this.#log.start
  }

  /** The number of readers. */
  get size(): number {
    return this.#readers.size
  }

  /**
   * Sends a message to all readers, and returns its id. Throws, and then nobody gets it, SseEncodeError where it cannot
   * be encoded and TypeError where it has an id already. A closed channel sends nothing.
   */
  send(message: ChannelMessage): string {
    if (this.#isClosed) return this.#lastId
    if ('id' in message) throw new TypeError('The channel gives each message its id.')
    encodeEvent(message) // what cannot be sent must not be remembered either
    const numbered = this.#log.append(message)
    this.#lastId = numbered.id
    for (const reader of this.#readers.values()) if (!reader.isBehind) this.#deliver(reader, [numbered])
    return numbered.id
  }

  /**
   * Sends all further messages to a stream too, until it is over or leaves. A reader who comes back with a
   * `Last-Event-ID` gets what it missed first.
   *
   * Returns true if with that it has every message. False: it is new, or its ID is unknown or too old; whoever has a
   * state to show sends it now, before the next message.
   */
  join(stream: EventStream, lastEventId = ''): boolean {
    if (this.#isClosed) stream.close()
    if (stream.closed.aborted || this.#isClosed) return false
    this.leave(stream)
    const missed = lastEventId === '' ? undefined : this.#log.missedSince(lastEventId)
    const onClosed = (): void => this.leave(stream)
    const reader = { stream, lastId: this.#lastId, isBehind: false, onClosed }
    this.#readers.set(stream, reader)
    stream.closed.addEventListener('abort', onClosed, { once: true })
    // An id without data is no event. Thus a reader whose connection breaks before the first one misses nothing either.
    this.#deliver(reader, missed ?? [{ id: this.#lastId }])
    return missed !== undefined
  }

  /** Sends nothing more to a stream, which stays open. */
  leave(stream: EventStream): void {
    const reader = this.#readers.get(stream)
    if (!reader) return
    this.#readers.delete(stream)
    stream.closed.removeEventListener('abort', reader.onClosed)
  }

  /** Ends all streams, those that join later too, and forgets the messages. */
  close(): void {
    this.#isClosed = true
    for (const stream of this.#readers.keys()) stream.close()
    this.#readers.clear()
    this.#log.drop()
  }

  // Sends messages to one reader, as long as it takes them.
  #deliver(reader: Reader, messages: readonly SseMessage[]): void {
    for (const message of messages) {
      const sent = reader.stream.send(message)
      if (sent === 'closed') return
      reader.lastId = message.id ?? reader.lastId
      if (sent === 'full') return void this.#catchUp(reader)
    }
  }

  // Waits until a reader has taken what it was sent, and goes on with what has come meanwhile. That stands in the log
  // once, however many readers lag; one for whom it does not go back far enough is cut, and may come back.
  async #catchUp(reader: Reader): Promise<void> {
    reader.isBehind = true
    await reader.stream.drained()
    reader.isBehind = false
    if (this.#readers.get(reader.stream) !== reader) return
    const missed = this.#log.missedSince(reader.lastId)
    if (missed) this.#deliver(reader, missed)
    else reader.stream.drop()
  }
}

export type { Channel }

/** Creates a channel. */
export const createChannel = (options?: ChannelOptions): Channel => new Channel(options)
