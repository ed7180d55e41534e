import { LONGEST_MS } from './limits.ts'

/** Calls `then` after so many milliseconds, however many; after Infinity never. Call what comes back to stop that. */
export function callAfter(ms: number, then: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const wait = (left: number): void => {
    timer = left > LONGEST_MS ? setTimeout(wait, LONGEST_MS, left - LONGEST_MS) : setTimeout(then, left)
  }
  wait(ms)
  return () => clearTimeout(timer)
}
