import { setTimeout as sleep } from 'node:timers/promises'
import type { HackerNewsLimits } from './hacker-news-options.ts'
import { BadStatus, NoConnection } from './http-get-json.ts'

const TRIES = 3
// Each request saves a tenth of another try, and ten can be saved up: when all fails, trying again only adds load.
const SAVED_PER_REQUEST = 0.1
const SAVED_AT_MOST = 10

/** Tries a GET again where that may help: no connection, 429, 502, 503, 504. */
export function createRetry({ connectMs, backoffMs, retryAfterMs }: HackerNewsLimits) {
  let saved = SAVED_AT_MOST

  /** How long to wait before trying again; undefined: give up. */
  function waitAfter(error: unknown, tried: number): number | undefined {
    if (tried >= TRIES || !mayHelp(error)) return undefined
    const asked = error instanceof BadStatus ? milliseconds(error.retryAfter) : 0
    if (asked > retryAfterMs) return undefined
    // Full jitter: those who failed together do not come back together.
    return Math.max(asked, Math.random() * backoffMs * 2 ** (tried - 1))
  }

  return async function retry<T>(get: (connectMs: number) => Promise<T>, signal: AbortSignal): Promise<T> {
    saved = Math.min(SAVED_AT_MOST, saved + SAVED_PER_REQUEST)
    let connectBy = Date.now() + connectMs
    for (let tried = 1; ; tried++) {
      try {
        return await get(connectBy - Date.now())
      } catch (error) {
        const wait = waitAfter(error, tried)
        if (wait === undefined || saved < 1) throw error
        // All tries to connect share one limit, so that without a network the caller learns of it soon. A connect
        // that got no answer at all has used it up.
        if (!(error instanceof NoConnection)) connectBy = Date.now() + wait + connectMs
        else if (Date.now() + wait >= connectBy) throw error
        saved--
        await sleep(wait, undefined, { signal })
      }
    }
  }
}

const mayHelp = (error: unknown): boolean =>
  error instanceof NoConnection || (error instanceof BadStatus && [429, 502, 503, 504].includes(error.status))

/** RFC 9110, "Retry-After": seconds, or a date. What is neither is no wish. */
function milliseconds(retryAfter = ''): number {
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000
  return Math.max(0, Date.parse(retryAfter) - Date.now()) || 0
}
