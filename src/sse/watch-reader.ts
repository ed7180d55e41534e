import type { ServerResponse } from 'node:http'
import { checkDuration } from './duration.ts'

/**
 * Calls `cut` when nothing of what waits in a response was taken for so many milliseconds (default 30,000). Call what
 * comes back to stop watching. A closed response is not watched any more.
 */
export function watchReader(response: ServerResponse, unreadMs = 30_000, cut: () => void): () => void {
  checkDuration('unreadMs', unreadMs, 1)
  let [left, idle] = [response.writableLength, 0]
  const watch = setInterval(() => {
    const unread = response.writableLength
    idle = unread < left ? 0 : idle + 1
    left = unread
    if (idle === LOOKS) cut()
  }, unreadMs / LOOKS)
  watch.unref()
  const stop = (): void => {
    clearInterval(watch)
    response.off('close', stop)
  }
  response.once('close', stop)
  return stop
}

/** How often one looks, within the time that a reader may take nothing. */
const LOOKS = 3
