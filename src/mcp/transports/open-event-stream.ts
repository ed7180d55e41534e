import type { HttpResponse } from '../http/node-http.ts'
import { callAt } from '../../bounds/deadline.ts'
import { closed, opened, streamChannel } from '../../diagnostics/channels.ts'
import { openStream, type EventStream } from '../../sse/index.ts'
import { busy, type HttpError } from '../http/http-error.ts'
import type { Caller } from '../request/client.ts'
import type { TransportOptions } from './transport.ts'

/**
 * Opens the event stream of an HTTP response. It ends with the token that opened it, and what waits for its reader is
 * counted for the caller. `bytes` are those that will be sent at once: throws HttpError 503 where too much would wait.
 */
export function openEventStream(
  response: HttpResponse,
  { principal, key }: Caller,
  options: TransportOptions,
  bytes = 0,
): EventStream {
  if (bytes > 0 && !options.unread.hasRoom(key, bytes)) throw tooMuchUnread()
  const stream = openStream(response, { ...options.streams, onUnread: (more) => options.unread.take(key, more) })
  if (response.destroyed) return stream // the client has left: no `close` will come, at which to tidy up
  if (principal?.expiresAt !== undefined) {
    const forgetDate = callAt(principal.expiresAt, () => stream.close())
    response.once('close', forgetDate)
  }
  if (streamChannel.hasSubscribers) {
    opened(streamChannel, stream)
    response.once('close', () => closed(streamChannel, stream))
  }
  return stream
}

/** The refusal of a caller for whom too much waits that was not read. */
export const tooMuchUnread = (): HttpError =>
  busy('Too many answers wait to be read. Read them first, or come back later.', { data: { reason: 'busy' } })
