import type { HttpResponse } from '../http/node-http.ts'
import { INTERNAL_ERROR } from '../../jsonrpc/index.ts'
import { openStream, type EventStream } from '../../sse/index.ts'
import { HttpError } from '../http/http-error.ts'
import type { Caller } from '../request/client.ts'
import type { TransportOptions } from './transport.ts'

/**
 * Responds with an event stream, which ends with the token that opened it, and in which what waits for the reader
 * counts as its caller's. Throws HttpError 503 where too much would wait already: `bytes` that are sent at once.
 */
export function openEventStream(
  response: HttpResponse,
  { principal, key }: Caller,
  { streams, unread }: TransportOptions,
  bytes = 0,
): EventStream {
  if (bytes > 0 && !unread.hasRoom(key, bytes)) throw tooMuchUnread()
  const stream = openStream(response, { ...streams, onUnread: (more) => unread.take(key, more) })
  if (principal?.expiresAt !== undefined) endAt(principal.expiresAt, stream, response)
  return stream
}

export const tooMuchUnread = (): HttpError =>
  new HttpError(503, INTERNAL_ERROR, 'Too many answers wait to be read. Read them first, or come back later.', {
    headers: { 'Retry-After': '10' },
    data: { reason: 'busy' },
  })

/** Ends a stream at a date, and at once where that is past. */
function endAt(date: number, stream: EventStream, response: HttpResponse): void {
  let timer: NodeJS.Timeout | undefined
  const check = (): void => {
    const left = date - Date.now()
    if (left <= 0) stream.close()
    else timer = setTimeout(check, Math.min(left, CHECK_MS)).unref()
  }
  check()
  response.once('close', () => clearTimeout(timer))
}

/** A date is one of the clock on the wall, which somebody may set: it is looked at again after so many milliseconds. */
const CHECK_MS = 60_000
