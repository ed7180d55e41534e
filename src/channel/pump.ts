import type { EventStream, SseMessage } from '../sse/index.ts'

/** What a source yields: a message, or a text that becomes the data of one. */
export type Pumped = SseMessage | string

/**
 * Sends to an event stream what a source yields, as fast as its reader reads: while the reader lags, nothing is pulled.
 * When the reader goes away, the iterator's `return()` is called there and then, so that upstream is let go. A generator
 * that waits is ended when what it waits for has come: give that `stream.closed`. The stream stays open at the end,
 * whichever it is: whoever called may have more to say.
 *
 * Fulfilled with true when the source is at its end, with false when the stream was over before. Rejected with what the
 * source throws while the stream is open, for a message that cannot be encoded, and with what the `finally` of a
 * generator throws, even when the reader is gone: catch it.
 */
export async function pump(stream: EventStream, source: AsyncIterable<Pumped> | Iterable<Pumped>): Promise<boolean> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  let ended: Promise<unknown> | undefined
  const end = (): void => {
    ended ??= (async () => iterator.return?.())()
    ended.catch(() => {}) // it is awaited below
  }
  const { closed } = stream
  if (closed.aborted) end()
  else closed.addEventListener('abort', end, { once: true })
  try {
    while (!closed.aborted) {
      const { done, value } = await iterator.next()
      if (done) return !closed.aborted
      if (stream.send(typeof value === 'string' ? { data: value } : value) === 'full') await stream.drained()
    }
  } catch (error) {
    if (!closed.aborted) {
      end()
      throw error
    }
    // The source was interrupted, perhaps by the same signal: nobody is there to hear of it.
  } finally {
    closed.removeEventListener('abort', end)
  }
  await ended
  return false
}
