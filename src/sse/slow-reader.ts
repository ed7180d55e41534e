import { checkDuration } from './duration.ts'
import type { StreamResponse } from './response.ts'

/**
 * Watches the reader of a response that is written faster than it is read: calls `cut` when nothing of what waits was
 * taken for `unreadMs` milliseconds (default 30,000). Returns the function that stops watching; the end of the response
 * stops it, too. Throws TypeError for milliseconds that no timer can wait.
 */
export function watchSlowReader(response: StreamResponse, unreadMs = 30_000, cut: () => void): () => void {
  checkDuration('unreadMs', unreadMs, 1)
  if (response.destroyed) return () => {} // its `close` has come already, and would not stop the timer any more
  let [left, idle] = [response.writableLength, 0]
  const watch = setInterval(() => {
    const unread = response.writableLength
    idle = unread < left ? 0 : idle + 1
    left = unread
    if (idle === CHECKS) cut()
  }, unreadMs / CHECKS)
  watch.unref()
  const onDrain = (): void => void (idle = 0) // all was taken, even where as much waits again
  const stop = (): void => {
    clearInterval(watch)
    response.off('close', stop)
    response.off('drain', onDrain)
  }
  response.on('drain', onDrain)
  response.once('close', stop)
  return stop
}

/** The checks within the time that a reader may take nothing. */
const CHECKS = 3

/**
 * The most UTF-16 units that are handed to a response at once. Node tells only when all of a piece was taken: in one
 * piece, a long response to a slow but steady reader would look like one to a reader who has stopped.
 */
export const PIECE = 262_144

/** The end of the next piece of a text: `PIECE` units further on, or one more, so that no character is cut in two. */
export function pieceEnd(text: string, from: number): number {
  const end = from + PIECE
  const isHighSurrogate = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800
  return isHighSurrogate ? end + 1 : end
}

/** Ends a response with a text of any length, written in pieces: each when the reader has taken the one before. */
export function endInPieces(response: StreamResponse, text: string): void {
  let at = 0
  const next = (): void => {
    while (text.length - at > PIECE) {
      const end = pieceEnd(text, at)
      const piece = text.slice(at, end)
      at = end
      if (!response.write(piece)) return void response.once('drain', next)
    }
    response.end(text.slice(at))
  }
  next()
}
