import { RpcError } from '../mcp/index.ts'
import { unlessAborted } from './abort.ts'

interface Entry<T> {
  readonly value: Promise<T>
  readonly work: AbortController // stops the work on it
  waiting: number // how many wait for it
  expires: number // Infinity while it is under way
}

/** Entries that are kept, milliseconds that a failure is, and the clock: a monotonic one. */
export interface CacheSettings {
  keptItems: number
  keepFailureMs: number
  now: () => number
}

/** A cache of what was fetched, for a while. Whoever asks for a key that is being fetched waits for the same fetch. */
export function createSharedCache<T>({ keptItems, keepFailureMs, now }: CacheSettings) {
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

  return async (key: string, keepMs: number, signal: AbortSignal, fetch: (signal: AbortSignal) => Promise<T>) => {
    signal.throwIfAborted()
    const kept = entries.get(key)
    const entry = kept && now() < kept.expires ? kept : start(key, keepMs, fetch)
    entry.waiting++
    try {
      return await unlessAborted(entry.value, signal)
    } finally {
      entry.waiting--
      // Who goes leaves the work to the others; the last to go stops it.
      if (entry.waiting === 0 && entry.expires === Infinity) {
        if (entries.get(key) === entry) entries.delete(key)
        entry.work.abort(signal.reason)
      }
    }
  }
}
