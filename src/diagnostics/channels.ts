import { channel as plainChannel, tracingChannel, type TracingChannel } from 'node:diagnostics_channel'

// The channels of `node:diagnostics_channel` on which the server publishes what it does, for metrics and traces:
// docs/operations.md. A channel without subscribers costs nothing.

/** Each message of a client that is no response: `{ message, client }`, and at the end `result`, the response. */
export const requestChannel = tracingChannel('sse-mcp:request')
/** Each session while it is open: the session. */
export const sessionChannel = tracingChannel('sse-mcp:session')
/** Each event stream while it is open: the stream. */
export const streamChannel = tracingChannel('sse-mcp:stream')
/** Each request to another server: `{ url }`. */
export const upstreamChannel = tracingChannel('sse-mcp:upstream')
/** Each entry of the log of a handler. */
export const logChannel = plainChannel('sse-mcp:log')

/**
 * Runs some work and publishes its events: `start` and `end`, and where it returns a promise, `asyncStart` and
 * `asyncEnd` once that is settled. `trace` is what subscribers get; the result is added to it.
 */
export function traced<T>(channel: TracingChannel, trace: object, work: () => T | Promise<T>): T | Promise<T> {
  const value = channel.traceSync(work, trace)
  if (!(value instanceof Promise)) return value
  const settle = (result: T): T => {
    Object.assign(trace, { result })
    return result
  }
  return value.then(settle).finally(() => closed(channel, trace))
}

/** Publishes that something, a session say, is open from now on. */
export function opened(channel: TracingChannel, it: object): void {
  channel.start.publish(it)
  channel.end.publish(it)
}

/** Publishes that it is closed. */
export function closed(channel: TracingChannel, it: object): void {
  channel.asyncStart.publish(it)
  channel.asyncEnd.publish(it)
}
