/**
 * A value, or the promise of one. Most requests are answered at once, and a promise for each step of each of them would
 * be what the server is busiest with. So a value that is there already is handed on as it is.
 */
export type MaybePromise<T> = T | Promise<T>

/** Whether a value is a promise, ours or of another library (a "thenable"). */
export const isThenable = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function'

// What follows is a promise of ours, whichever library's was given: others may be lazy, or have neither `catch` nor
// `finally`. A promise of ours is handed on as it is.
const ours = <T>(value: PromiseLike<T>): Promise<T> => Promise.resolve(value)

/** Calls `next` with a value: now, or once its promise is fulfilled. What `next` throws is thrown, or rejects. */
export const after = <T, R>(value: T | PromiseLike<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> =>
  isThenable(value) ? ours(value).then(next) : next(value)

/** Runs some work, and calls `next` with what it returns, or `onError` with what it throws or rejects with. */
export function attempt<T, R>(
  work: () => T | PromiseLike<T>,
  next: (value: T) => MaybePromise<R>,
  onError: (error: unknown) => MaybePromise<R>,
): MaybePromise<R> {
  let value: T | PromiseLike<T>
  try {
    value = work()
  } catch (error) {
    return onError(error)
  }
  return isThenable(value) ? ours(value).then(next, onError) : next(value)
}
