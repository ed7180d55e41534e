import { LONGEST_MS } from '../mcp/index.ts'

/** What the promise gives, or at once the signal's reason, as soon as that is aborted. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason)
    signal.addEventListener('abort', leave)
    if (signal.aborted) leave()
    void promise.then(resolve, reject).then(() => signal.removeEventListener('abort', leave))
  })
}

/**
 * A controller that also aborts with another signal, and when the time is up. Abort it in any case: it waits no longer.
 * Not AbortSignal.any with AbortSignal.timeout: Node 20 may collect the timer as garbage before it has fired.
 */
export function timeLimit(signal: AbortSignal, ms: number, reason: Error): AbortController {
  const own = new AbortController()
  const follow = (): void => own.abort(signal.reason)
  const timer = setTimeout(() => own.abort(reason), Math.min(ms, LONGEST_MS))
  own.signal.addEventListener('abort', () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', follow)
  })
  signal.addEventListener('abort', follow)
  if (signal.aborted) follow()
  return own
}
