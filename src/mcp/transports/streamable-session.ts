import { randomUUID } from 'node:crypto'
import type { ReplayStore } from '../../sse/index.ts'
import type { Client } from '../request/context.ts'
import type { Session } from './session-store.ts'
import { Channel } from './resumable-stream.ts'

/** A session that is named by a header, and whose streams can be taken up again. */
export class StreamableSession implements Session {
  readonly id = randomUUID()
  readonly client: Client
  spokenAt = 0
  timesSpoken = 0
  readonly #replay: ReplayStore
  readonly #channels = new Map<string, Channel>() // in the order in which they were opened
  #opened = 0

  constructor(client: Client, replay: ReplayStore) {
    this.client = client
    this.#replay = replay
  }

  isOpen(): boolean {
    return [...this.#channels.values()].some((channel) => channel.isCarried())
  }

  /** A stream for one POST. */
  openChannel(): Channel {
    for (const [name, channel] of this.#channels) {
      if (this.#channels.size < MAX_CHANNELS) break
      if (channel.isOver) this.#forget(name, channel)
    }
    return this.#add(String(++this.#opened))
  }

  /** The stream for what concerns no request. */
  standing(): Channel {
    return this.#channels.get(STANDING) ?? this.#add(STANDING)
  }

  /** The stream that an event belongs to. Ids of other sessions are not even looked at. */
  channelOf(eventId: string): Channel | undefined {
    return this.#channels.get(eventId.slice(0, eventId.lastIndexOf('.')))
  }

  say(data: string, newestOn?: string): void {
    // Nobody who never opened the GET stream waits for it.
    this.#channels.get(STANDING)?.say(data, newestOn)
  }

  end(retryMs?: number): void {
    for (const [name, channel] of this.#channels) {
      channel.end(retryMs)
      this.#forget(name, channel)
    }
  }

  #add(name: string): Channel {
    const channel = new Channel(this.#replay.open(name), this.client.revision.primesStreams)
    this.#channels.set(name, channel)
    return channel
  }

  #forget(name: string, channel: Channel): void {
    channel.log.drop()
    this.#channels.delete(name)
  }
}

const STANDING = 'get'

/** Streams remembered at once; finished ones beyond it are forgotten, oldest first. */
const MAX_CHANNELS = 64
