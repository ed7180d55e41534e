import { channel, tracingChannel, type TracingChannel } from 'node:diagnostics_channel'

// The diagnostics channels, on which whoever watches the server hears what it does: docs/operations.md. Where nobody
// subscribes they cost nothing.

/** Each message of a client that is no response: `{ message, client }`, and at the end `result`, the response. */
export const requests = tracingChannel('sse-mcp:request')
/** Each session while it is open: the session. */
export const sessions = tracingChannel('sse-mcp:session')
/** Each event stream while it is open: the stream. */
export const streams = tracingChannel('sse-mcp:stream')
/** Each request to another server: `{ url }`. */
export const upstreamCalls = tracingChannel('sse-mcp:upstream')
/** Each entry of the log of a handler. */
export const logEntries = channel('sse-mcp:log')

/** Runs some work and traces it: `start` and `end`, and where it goes on then, `asyncStart` and `asyncEnd`. */
export function traced<T>(traces: TracingChannel, trace: object, work: () => T | Promise<T>): T | Promise<T> {
  const value = traces.traceSync(work, trace)
  if (!(value instanceof Promise)) return value
  const settle = (result: T): T => {
    Object.assign(trace, { result })
    return result
  }
  return value.then(settle).finally(() => closed(traces, trace))
}

/** Tells that something is open from now on. */
export function opened(traces: TracingChannel, it: object): void {
  traces.start.publish(it)
  traces.end.publish(it)
}

/** Tells that it is over. */
export function closed(traces: TracingChannel, it: object): void {
  traces.asyncStart.publish(it)
  traces.asyncEnd.publish(it)
}
