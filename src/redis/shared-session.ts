import type { Change, LogLevel } from '../mcp/index.ts'
import type { Client } from '../mcp/request/client.ts'
import type { ResumableStream } from '../mcp/transports/resumable-stream.ts'
import { StreamableSession } from '../mcp/transports/streamable-session.ts'
import type { Bus, Envelope } from './bus.ts'
import { changeLog, nodeOf, STANDALONE, tellOfMore, type EventLogs } from './event-log.ts'
import { SUBSCRIPTION, writePrincipal } from './record.ts'
import type { Records } from './records.ts'
import { RemoteStream } from './remote-stream.ts'

/** What the sessions of a node share. */
export interface NodeParts {
  /** The full name of this node. */
  node: string
  bus: Bus
  records: Records
  logs: EventLogs
  changesKey: string
}

/** What a node tells others of a session. */
export const envelopeOf = (is: Envelope['is'], { id, client }: { id: string; client: Client }): Envelope => {
  return { is, session: id, principal: writePrincipal(client.caller.principal) }
}

/** URIs that a client has subscribed to, and what was added or removed since that was written down. */
class Subscriptions extends Set<string> {
  #changed: string[] = []

  override add(uri: string): this {
    if (!this.has(uri)) this.#changed.push(SUBSCRIPTION + uri, '1')
    return super.add(uri)
  }

  override delete(uri: string): boolean {
    if (this.has(uri)) this.#changed.push(SUBSCRIPTION + uri, '')
    return super.delete(uri)
  }

  /** What was changed since the last time, as fields of the record and their values. */
  takeChanges(): string[] {
    return this.#changed.length > 0 ? this.#changed.splice(0) : this.#changed
  }
}

/** A session of Streamable HTTP that any node can serve. Each has its own copy, and what changes one changes all. */
export class SharedSession extends StreamableSession {
  /** The time at which its record was last seen to live on, by the monotonic clock. */
  refreshedAt = -Infinity
  readonly #parts: NodeParts
  readonly #subscriptions = new Subscriptions()
  readonly #remote = new Set<RemoteStream>()
  readonly #onEnd: (session: SharedSession) => void
  #savedLevel: LogLevel | undefined

  constructor(client: Client, id: string, parts: NodeParts, onEnd: (session: SharedSession) => void) {
    const { bus, logs, changesKey } = parts
    const { open, keep } = logs.of(id)
    const wants = (change: Change) => change.kind !== 'resourceUpdated' || this.#subscriptions.has(change.uri)
    const changes = changeLog(bus, logs.connection, changesKey, wants)
    super(client, id, { keep, open: (name, requests) => (name === STANDALONE ? changes : open(name, requests)) })
    this.#parts = parts
    this.#onEnd = onEnd
    this.#savedLevel = client.logLevel
    for (const uri of client.subscriptions ?? []) this.#subscriptions.add(uri)
    client.subscriptions = this.#subscriptions
    this.#subscriptions.takeChanges() // they are written down
  }

  override hasStream(): boolean {
    return super.hasStream() || [...this.#remote].some((stream) => stream.isAttached())
  }

  /** The standalone stream is here from now on. The node that had it hears of it. */
  override standaloneStream(): ResumableStream {
    const { node, records } = this.#parts
    records.swap(this.id, STANDALONE, node, (before) => this.#tell(before, { is: 'taken' }))
    return super.standaloneStream()
  }

  override streamOf(eventId: string): ResumableStream | undefined {
    if (eventId.startsWith(`${STANDALONE}.`)) return this.standaloneStream()
    const here = super.streamOf(eventId) as ResumableStream | undefined
    const name = eventId.slice(0, Math.max(0, eventId.lastIndexOf('.')))
    if (here || !/^[\w-]{3,64}$/.test(name)) return here
    const { bus, logs } = this.#parts
    const { primesStreams: primes } = this.client.revision
    const begins = (stream: RemoteStream) => {
      this.#remote.add(stream)
      this.#tell(nodeOf(name), { is: 'carry', name })
    }
    const ends = (stream: RemoteStream) => void this.#remote.delete(stream)
    return new RemoteStream({ session: this.id, name, bus, logs, primes, begins, ends })
  }

  override end(retryMs?: number): void {
    super.end(retryMs)
    for (const stream of this.#remote) stream.end(retryMs)
    this.#onEnd(this)
  }

  /** What was changed since the last time, as fields of the record and their values. */
  takeChanges(): string[] {
    const { logLevel } = this.client
    const changed = this.#subscriptions.takeChanges()
    if (logLevel === this.#savedLevel) return changed
    this.#savedLevel = logLevel
    return ['level', logLevel ?? '', ...changed]
  }

  /** Makes a change that another node has written down. */
  apply(field: string, value: string): void {
    const uri = field.slice(SUBSCRIPTION.length)
    if (field === 'level') this.client.logLevel = value as LogLevel
    else if (value === '') this.#subscriptions.delete(uri)
    else this.#subscriptions.add(uri)
    this.takeChanges()
  }

  /** Another node carries a stream from now on. */
  carriedBy(node: string, name: string): void {
    const stream = super.streamOf(`${name}.0`) as ResumableStream | undefined
    if (!stream) return
    tellOfMore(stream.log, () => this.#tell(node, { is: 'more', name }))
    if (stream.isAttached()) stream.disconnect(RETRY_MS)
  }

  /** There is more of a stream that is carried here. */
  more(name: string): void {
    for (const stream of this.#remote) if (stream.name === name) void stream.pull()
  }

  /** Another node has the standalone stream from now on. */
  release(): void {
    super.standaloneStream().disconnect(RETRY_MS)
  }

  /** Tells another node. Where that fails, it finds out by itself, a second later. */
  #tell(node: string, what: { is: Envelope['is']; name?: string }): void {
    this.#parts.bus.tell(node, { ...envelopeOf(what.is, this), ...what }).catch(() => {})
  }
}

const RETRY_MS = 1_000
