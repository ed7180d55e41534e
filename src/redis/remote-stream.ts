import { errorResponse, INTERNAL_ERROR, RpcError, type Id } from '../jsonrpc/index.ts'
import type { EventStream, SseMessage } from '../sse/index.ts'
import type { Client } from '../mcp/index.ts'
import { ResumableStream } from '../mcp/transports/resumable-stream.ts'
import { envelopeOf } from './bus.ts'
import { nodeOf, numberOf, type ReadLog } from './event-log.ts'
import type { NodeServices } from './node-services.ts'
import { parse } from './record.ts'

/**
 * A stream of another node, which a client has resumed here. What comes there is read from the engine: whenever that
 * node says that there is more, and every second, in case it does not because it is dead.
 */
export class RemoteStream extends ResumableStream {
  readonly name: string
  readonly #session: { id: string; client: Client }
  readonly #services: NodeServices
  /** The streams of the session that are carried here: this one from its first connection on until it ends. */
  readonly #carried: Set<RemoteStream>
  /** The number of the last event that was read, and whether the log ends with it. */
  #last = 0
  #isEnded = false
  #isPulling = false
  #isMore = false
  #checking: NodeJS.Timeout | undefined

  constructor(name: string, session: { id: string; client: Client }, node: NodeServices, carried: Set<RemoteStream>) {
    const log = {
      start: `${name}.0`,
      append: (message: SseMessage) => ({ ...message, id: `${name}.${this.#last}` }), // it was read, and is not written
      missedSince: async (eventId: string) => {
        const number = numberOf(eventId)
        const { missed, isEnded } = await this.#read(number)
        this.#isEnded = isEnded
        this.#last = number + (missed?.length ?? 0)
        return missed
      },
      drop() {},
    }
    super(log, session.client.revision.primesStreams)
    this.name = name
    this.#session = session
    this.#services = node
    this.#carried = carried
  }

  override attach(connection: EventStream, missed: readonly SseMessage[] = []): void {
    this.isOver = this.#isEnded
    super.attach(connection, missed)
    if (this.isOver) return
    this.#checking ??= setInterval(() => void this.pull(), CHECK_MS).unref()
    this.#carried.add(this)
    this.#services.bus.hint(nodeOf(this.name), envelopeOf('carry', this.#session, { name: this.name }))
    void this.pull()
  }

  override end(retryMs?: number): void {
    clearInterval(this.#checking)
    this.#carried.delete(this)
    super.end(retryMs)
  }

  /** Reads what more there is, and sends it. */
  async pull(): Promise<void> {
    this.#isMore = true
    if (this.#isPulling) return
    this.#isPulling = true
    try {
      while (this.#isMore && !this.isOver) {
        this.#isMore = false
        if (!this.isAttached()) this.end()
        else await this.#pull()
      }
    } catch {
      // The engine is not there: in a second it may be.
    }
    this.#isPulling = false
  }

  async #pull(): Promise<void> {
    const { rest, isEnded } = await this.#read(this.#last)
    // Where more came since the last time than is kept, it goes on with the oldest: the response is among them.
    for (const { number, data } of rest) {
      this.#last = number
      this.send(data)
    }
    if (isEnded) return this.end()
    if (rest.length > 0 || (await this.#services.bus.isAlive(nodeOf(this.name)))) return
    await this.#endLog()
    this.#isMore = true
  }

  /** Ends the log in the place of a node that is dead, with an error for each request that has no response. */
  async #endLog(): Promise<void> {
    const errors = openRequests(await this.#read(0)).map((id) => JSON.stringify(errorResponse(nodeLost(), id)))
    await this.#services.logs.end(this.#session.id, this.name, this.#last, errors)
  }

  #read(after: number): Promise<ReadLog> {
    return this.#services.logs.read(this.#session.id, this.name, after)
  }
}

/** The ids of the requests of a stream that have no response in it. */
function openRequests({ rest, requests }: ReadLog): Id[] {
  const messages = rest.map(({ data }) => parse(data) as { id?: unknown; method?: unknown } | undefined)
  const answered = new Set(messages.flatMap((message) => (message && !message.method ? [message.id] : [])))
  const ids = parse(requests)
  return (Array.isArray(ids) ? (ids as Id[]) : []).filter((id) => !answered.has(id))
}

const nodeLost = () =>
  new RpcError(INTERNAL_ERROR, 'The server that worked on this is gone. Try again.', { reason: 'node lost' })

const CHECK_MS = 1_000
