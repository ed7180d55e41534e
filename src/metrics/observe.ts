import type { TracingChannel } from 'node:diagnostics_channel'
import { logChannel, requestChannel, sessionChannel, streamChannel, upstreamChannel } from '../diagnostics/channels.ts'
import { isThenable } from '../jsonrpc/index.ts'
import type { LogEntry } from '../mcp/index.ts'
import type { Client } from '../mcp/request/client.ts'
import type { EventStore } from '../sse/index.ts'
import { createOperationLabels, type RequestTrace } from './operation-labels.ts'
import { Counter, gauge, Histogram } from './prometheus.ts'

/** A session, as the channel `sse-mcp:session` tells of it. */
interface OpenSession {
  readonly id: string
  readonly client: Client
  /** Where its streams are kept, to be resumed. */
  readonly events?: EventStore
}

/** An event stream, as the channel `sse-mcp:stream` tells of it. */
interface OpenStream {
  /** Bytes that wait for its reader. */
  readonly unread: number
}

/** What the channel `sse-mcp:upstream` tells of a request to another server. */
interface UpstreamTrace {
  url: string
  error?: unknown
}

type Subscribers = Parameters<TracingChannel['subscribe']>[0]

/** Counts what the channels tell, of all servers of this process. */
export class Observer {
  readonly #operations = new Histogram(
    'mcp_server_operation_duration_seconds',
    'Time from when a request or notification was received until its response or acknowledgment.',
  )
  readonly #sessionDurations = new Histogram('mcp_server_session_duration_seconds', 'Time that a session was open.')
  readonly #upstream = new Histogram(
    'http_client_request_duration_seconds',
    'Time of a request to another server, each try by itself.',
  )
  readonly #log = new Counter('sse_mcp_log_entries_total', 'Entries of the log: refusals, failures, warnings.')
  readonly #labelsOf = createOperationLabels()
  readonly #since = new WeakMap<object, number>()
  readonly #sessions = new Set<OpenSession>()
  readonly #streams = new Set<OpenStream>()
  #inFlight = 0
  readonly #subscriptions: (() => void)[]

  constructor() {
    this.#subscriptions = [
      follow<RequestTrace>(requestChannel, {
        start: (trace) => {
          this.#inFlight++
          this.#begin(trace)
        },
        over: (trace) => {
          this.#inFlight--
          this.#operations.observe(this.#labelsOf(trace), this.#secondsOf(trace))
        },
      }),
      follow<OpenSession>(sessionChannel, {
        start: (session) => {
          this.#sessions.add(session)
          this.#begin(session)
        },
        over: (session) => {
          this.#sessions.delete(session)
          const labels = { mcp_protocol_version: session.client.revision.version, network_transport: 'tcp' }
          this.#sessionDurations.observe(labels, this.#secondsOf(session))
        },
      }),
      follow<OpenStream>(streamChannel, {
        start: (stream) => void this.#streams.add(stream),
        over: (stream) => void this.#streams.delete(stream),
      }),
      follow<UpstreamTrace>(upstreamChannel, {
        start: (trace) => this.#begin(trace),
        over: (trace) => this.#upstream.observe(upstreamLabels(trace), this.#secondsOf(trace)),
      }),
      subscribeToLog(({ level, reason }) => this.#log.add({ level, reason })),
    ]
  }

  #begin(trace: object): void {
    this.#since.set(trace, performance.now())
  }

  #secondsOf(trace: object): number {
    return (performance.now() - this.#since.get(trace)!) / 1000
  }

  close(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe()
  }

  toString(): string {
    const stores = new Set([...this.#sessions].map(({ events }) => events))
    return [
      this.#operations,
      this.#sessionDurations,
      this.#upstream,
      this.#log,
      gauge('sse_mcp_requests_in_flight', 'Requests that have no response yet.', this.#inFlight),
      gauge('sse_mcp_sessions', 'Sessions that are open.', this.#sessions.size),
      gauge('sse_mcp_streams', 'Event streams that are open.', this.#streams.size),
      gauge('sse_mcp_unread_bytes', 'Bytes that wait for readers of event streams.', sum(this.#streams, 'unread')),
      gauge('sse_mcp_replay_chars', 'Characters that are kept so that streams can be resumed.', sum(stores, 'length')),
    ].join('')
  }
}

/** The sum of a member of all, where it is there. */
function sum<K extends string>(
  all: Iterable<{ readonly [key in K]?: number | undefined } | undefined>,
  member: K,
): number {
  let total = 0
  for (const one of all) total += one?.[member] ?? 0
  return total
}

function upstreamLabels({ url, error }: UpstreamTrace) {
  const { hostname, port, protocol } = new URL(url)
  return {
    http_request_method: 'GET',
    server_address: hostname,
    server_port: port || (protocol === 'https:' ? '443' : '80'),
    error_type: error === undefined ? undefined : error instanceof Error ? error.name : '_OTHER',
  }
}

/**
 * Follows the traces of a channel from their start. One that began before is left out, so that every end has its
 * beginning. Returns the function that ends it.
 */
function follow<T extends object>(
  traces: TracingChannel,
  { start, over }: { start(trace: T): void; over(trace: T): void },
) {
  const begun = new WeakSet<object>()
  const end = (trace: object): void => void (begun.delete(trace) && over(trace as T))
  const subscribers = {
    start(trace: object) {
      begun.add(trace)
      start(trace as T)
    },
    // What is over at the end of the call has a result that is no promise, or an error. What stays open has neither.
    end: (trace: { result?: unknown; error?: unknown }) => {
      if ('error' in trace || ('result' in trace && !isThenable(trace.result))) end(trace)
    },
    asyncEnd: end,
  } as Subscribers
  traces.subscribe(subscribers)
  return () => void traces.unsubscribe(subscribers)
}

function subscribeToLog(listener: (entry: LogEntry) => void): () => void {
  const onMessage = (entry: unknown): void => listener(entry as LogEntry)
  logChannel.subscribe(onMessage)
  return () => void logChannel.unsubscribe(onMessage)
}
