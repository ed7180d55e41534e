import { errorResponse, INTERNAL_ERROR, RpcError, type Id } from '../jsonrpc/index.ts'
import type { EventStream, SseMessage } from '../sse/index.ts'
import { ResumableStream } from '../mcp/transports/resumable-stream.ts'
import { KEPT_MS, type Bus } from './bus.ts'
import { END, nodeOf, readLog, type EventLogs, type ReadLog } from './event-log.ts'
import { parse } from './record.ts'
import { APPEND } from './scripts.ts'

/** What a stream of another node needs here, and who hears that it begins and ends to be carried here. */
export interface RemoteStreamOptions {
  session: string
  /** The name of the stream. */
  name: string
  bus: Bus
  logs: EventLogs
  primes: boolean
  begins(stream: RemoteStream): void
  ends(stream: RemoteStream): void
}

/**
 * A stream of another node, which a client has resumed here. What comes there is read from the engine: whenever that
 * node says that there is more, and every second, in case it does not because it is dead.
 */
export class RemoteStream extends ResumableStream {
  readonly name: string
  readonly #options: RemoteStreamOptions
  readonly #key: string
  /** The number of the last event that was read, and whether the log ends with it. */
  #last = 0
  #isEnded = false
  #isPulling = false
  #isMore = false
  #checking: NodeJS.Timeout | undefined

  constructor(options: RemoteStreamOptions) {
    const { name, logs, session, primes } = options
    const key = logs.keyOf(session, name)
    super(
      {
        start: `${name}.0`,
        append: (message) => ({ id: this.#place, ...message }), // it was read there, and is not written
        missedSince: async (eventId) => {
          const { missed, isEnded } = await readLog(logs.connection, key, eventId)
          this.#isEnded = isEnded
          this.#last = Number(eventId.slice(name.length + 1)) + (missed?.length ?? 0)
          return missed
        },
        drop() {},
      },
      primes,
    )
    this.name = name
    this.#options = options
    this.#key = key
  }

  override attach(connection: EventStream, missed: readonly SseMessage[] = []): void {
    this.isOver = this.#isEnded
    super.attach(connection, missed)
    if (this.isOver) return
    this.#checking ??= setInterval(() => void this.pull(), CHECK_MS).unref()
    this.#options.begins(this)
    void this.pull()
  }

  override end(retryMs?: number): void {
    clearInterval(this.#checking)
    this.#options.ends(this)
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
    const { bus, logs } = this.#options
    const { missed = [], isEnded } = await readLog(logs.connection, this.#key, this.#place)
    for (const { data = '' } of missed) {
      this.#last++
      this.send(data)
    }
    if (isEnded) return this.end()
    if (missed.length > 0 || (await bus.isAlive(nodeOf(this.name)))) return
    await this.#endLog()
    this.#isMore = true
  }

  /** Ends the log in the place of a node that is dead, with an error for each request that has no response. */
  async #endLog(): Promise<void> {
    const { connection } = this.#options.logs
    const log = await readLog(connection, this.#key, `${this.name}.0`)
    const errors = openRequests(log).map((id) => JSON.stringify(errorResponse(nodeLost(), id)))
    const added = errors.flatMap((error, at) => [`${this.#last + 1 + at}`, error])
    await connection.run(APPEND, this.#key, KEPT_MS, 300, '[]', ...added, END, '')
  }

  get #place(): string {
    return `${this.name}.${this.#last}`
  }
}

/** The ids of the requests of a stream that have no response in it. */
function openRequests({ all, requests }: ReadLog): Id[] {
  const messages = all.map((data) => parse(data) as { id?: unknown; method?: unknown } | undefined)
  const answered = new Set(messages.flatMap((message) => (message && !message.method ? [message.id] : [])))
  const ids = parse(requests)
  return (Array.isArray(ids) ? (ids as Id[]) : []).filter((id) => !answered.has(id))
}

const nodeLost = () =>
  new RpcError(INTERNAL_ERROR, 'The server that worked on this is gone. Try again.', { reason: 'node lost' })

const CHECK_MS = 1_000
