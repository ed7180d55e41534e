import { keptUris } from '../bounds/kept-uris.ts'
import type { Change, LogLevel } from '../mcp/index.ts'
import type { Client } from '../mcp/request/client.ts'
import type { ResumableStream } from '../mcp/transports/resumable-stream.ts'
import { StreamableSession } from '../mcp/transports/streamable-session.ts'
import { envelopeOf, type Envelope } from './bus.ts'
import { changeLog, STANDALONE, tellOfMore } from './event-log.ts'
import type { NodeServices } from './node-services.ts'
import { readFields, readLevel, SUBSCRIPTION } from './record.ts'
import { RemoteStream } from './remote-stream.ts'

/** URIs that a client has subscribed to, and those that were added or removed since that was written down. */
class Subscriptions extends Set<string> {
  readonly #changed = new Set<string>()

  override add(uri: string): this {
    if (!this.has(uri)) this.#changed.add(uri)
    return super.add(uri)
  }

  override delete(uri: string): boolean {
    if (this.has(uri)) this.#changed.add(uri)
    return super.delete(uri)
  }

  /** Adds or removes one as it stands in the record: within the bounds that a client has, whoever wrote it. */
  apply(uri: string, isWanted: boolean): void {
    if (!isWanted) super.delete(uri)
    else if (!this.has(uri) && keptUris([...this, uri]).length > this.size) super.add(uri)
    this.#changed.delete(uri)
  }

  /** What was changed since the last time, as fields of the record and their values. */
  takeChanges(): string[] {
    const fields = [...this.#changed].flatMap((uri) => [SUBSCRIPTION + uri, this.has(uri) ? '1' : ''])
    this.#changed.clear()
    return fields
  }

  /** Has what could not be written taken again: all that is there, and of what was removed as much as may be kept. */
  putBack(fields: string[]): void {
    const failed = fields.filter((name) => name.startsWith(SUBSCRIPTION)).map((name) => name.slice(SUBSCRIPTION.length))
    for (const uri of keptUris(new Set([...this, ...failed]))) this.#changed.add(uri)
  }
}

/** A session of Streamable HTTP that any node can serve. Each has its own copy, and what changes one changes all. */
export class SharedSession extends StreamableSession {
  /** The time at which its record was last seen to live on, by the monotonic clock. */
  refreshedAt = -Infinity
  readonly #services: NodeServices
  readonly #subscriptions = new Subscriptions()
  /** The streams of other nodes that are carried here. */
  readonly #carried = new Set<RemoteStream>()
  readonly #onEnd: (session: SharedSession) => void
  /** The level in the record; null: it is not known. */
  #savedLevel: LogLevel | undefined | null

  constructor(client: Client, id: string, services: NodeServices, onEnd: (session: SharedSession) => void) {
    const { open, keep } = services.logs.of(id)
    const wants = (change: Change) => change.kind !== 'resourceUpdated' || this.#subscriptions.has(change.uri)
    const changes = changeLog(services.bus, wants)
    super(client, id, { keep, open: (name, requests) => (name === STANDALONE ? changes : open(name, requests)) })
    this.#services = services
    this.#onEnd = onEnd
    this.#savedLevel = client.logLevel
    for (const uri of client.subscriptions ?? []) this.#subscriptions.add(uri)
    client.subscriptions = this.#subscriptions
    this.#subscriptions.takeChanges() // they are written down
  }

  override hasStream(): boolean {
    return super.hasStream() || [...this.#carried].some((stream) => stream.isAttached())
  }

  /** The standalone stream is here from now on. The node that had it hears of it. */
  override standaloneStream(): ResumableStream {
    const { node, bus, records } = this.#services
    records.swap(this.id, STANDALONE, node, (before) => bus.hint(before, envelopeOf('moved', this)))
    return super.standaloneStream()
  }

  override streamOf(eventId: string): ResumableStream | undefined {
    if (eventId.startsWith(`${STANDALONE}.`)) return this.standaloneStream()
    const here = super.streamOf(eventId) as ResumableStream | undefined
    const name = eventId.slice(0, Math.max(0, eventId.lastIndexOf('.')))
    const isName = /^[\w-]{3,64}$/.test(name)
    return here ?? (isName ? new RemoteStream(name, this, this.#services, this.#carried) : undefined)
  }

  override end(retryMs?: number): void {
    super.end(retryMs)
    for (const stream of this.#carried) stream.end(retryMs)
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

  /** Has changes that could not be written taken again by the next message of the session. */
  putBack(fields: string[]): void {
    if (fields[0] === 'level') this.#savedLevel = null
    this.#subscriptions.putBack(fields)
  }

  /** Applies what another node has done to the session, or to a stream of it. */
  apply({ kind, from = '', name, fields }: Envelope): void {
    if (kind === 'moved') super.standaloneStream().disconnect(RETRY_MS)
    if (kind === 'carry' && typeof name === 'string') this.#carriedBy(from, name)
    if (kind === 'more') for (const stream of this.#carried) if (stream.name === name) void stream.pull()
    if (kind === 'changed') readFields(fields)?.forEach((value, field) => this.#change(field, value))
  }

  /** Another node carries a stream from now on. */
  #carriedBy(node: string, name: string): void {
    const stream = super.streamOf(`${name}.0`) as ResumableStream | undefined
    if (!stream) return
    tellOfMore(stream.log, () => this.#services.bus.hint(node, envelopeOf('more', this, { name })))
    if (stream.isAttached()) stream.disconnect(RETRY_MS)
  }

  #change(field: string, value: string): void {
    const level = field === 'level' ? readLevel(value) : null
    if (level !== null) this.client.logLevel = this.#savedLevel = level
    if (field.startsWith(SUBSCRIPTION)) this.#subscriptions.apply(field.slice(SUBSCRIPTION.length), value !== '')
  }
}

const RETRY_MS = 1_000
