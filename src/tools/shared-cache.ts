import { RpcError } from '../mcp/index.ts'
import type { HackerNewsLimits } from './hacker-news-options.ts'

interface Entry<T> {
  readonly value: Promise<T>
  /** Stops the work on it. */
  readonly work: AbortController
  /** How many wait for it. */
  waiting: number
  /** Infinity while it is under way. */
  expires: number
}

/** Keeps what was fetched for a while. Who asks for what is under way already waits for that with the others. */
export function createSharedCache<T>({ keptItems, keepFailureMs, now }: HackerNewsLimits & { now: () => number }) {
  const entries = new Map<string, Entry<T>>()

  function start(key: string, keepMs: number, fetch: (signal: AbortSignal) => Promise<T>): Entry<T> {
    const work = new AbortController()
    const entry: Entry<T> = { value: fetch(work.signal), work, waiting: 0, expires: Infinity }
    entries.delete(key) // a new one stands last, so the first is the oldest
    entries.set(key, entry)
    const [oldest] = entries.keys()
    if (entries.size > keptItems) entries.delete(oldest!)
    entry.value.then(
      () => (entry.expires = now() + keepMs),
      // "Busy" says nothing about what was asked for.
      (error) => (entry.expires = error instanceof RpcError ? 0 : now() + keepFailureMs),
    )
    return entry
  }

  /** Rejects at once when the signal is aborted; the work goes on for the others, and stops with the last of them. */
  function wait(key: string, entry: Entry<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(signal.reason)
        entry.waiting--
        if (entry.waiting > 0 || entry.expires !== Infinity) return
        if (entries.get(key) === entry) entries.delete(key)
        entry.work.abort(signal.reason)
      }
      entry.waiting++
      signal.addEventListener('abort', leave, { once: true })
      void entry.value.then(resolve, reject).then(() => signal.removeEventListener('abort', leave))
    })
  }

  return async (key: string, keepMs: number, signal: AbortSignal, fetch: (signal: AbortSignal) => Promise<T>) => {
    signal.throwIfAborted()
    const kept = entries.get(key)
    const entry = kept && now() < kept.expires ? kept : start(key, keepMs, fetch)
    return wait(key, entry, signal)
  }
}
