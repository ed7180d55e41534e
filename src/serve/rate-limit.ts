import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { networkOf } from '../bounds/network.ts'
import { HttpError, INTERNAL_ERROR, type Principal } from '../mcp/index.ts'
import type { ClientAddress } from './client-address.ts'

/** Lets a request in. Throws HttpError 429. */
export type Admit = (request: IncomingMessage, principal?: Principal) => void

/**
 * Token buckets that several nodes draw on. Tokens are counted in milliseconds: the time in which so many come back, so
 * that whoever keeps the buckets need not know the rate.
 */
export interface SharedBuckets {
  /**
   * Draws tokens of `ms` milliseconds. Resolves with the milliseconds until the bucket is full; undefined: unknown. A
   * failure is as good as that.
   */
  draw(key: string, ms: number): Promise<number | undefined>
}

export interface RateLimitOptions {
  /** Default: there is one node. */
  shared?: SharedBuckets | undefined
  /** Default: the monotonic clock, for the one on the wall may be set back. */
  now?: () => number
}

/** The bucket of a principal or an address. */
interface Bucket {
  tokens: number
  /** The time at which there were so many. */
  at: number
  /** The tokens taken from it that are not drawn from the shared one yet. */
  owed: number
}

/**
 * So many requests a minute for each principal, or for each address where nobody is known. They may come at once;
 * then one comes back every so often (a token bucket).
 *
 * Where several nodes share buckets, each node has its own besides, and no request waits for the shared one. For every
 * sixtieth of the limit that was taken from its own bucket, a node draws as much from the shared one; where that has
 * less left than its own, its own is set to as little.
 */
export function createRateLimit(
  perMinute: number,
  addressOf: ClientAddress,
  { shared, now = () => performance.now() }: RateLimitOptions = {},
): Admit {
  const buckets = new Map<string, Bucket>() // in the order of their last request
  const perMs = perMinute / 60_000
  const portion = Math.ceil(perMinute / 60)

  function refill(bucket: Bucket): void {
    const time = now()
    bucket.tokens = Math.min(perMinute, bucket.tokens + (time - bucket.at) * perMs)
    bucket.at = time
  }

  async function settle(all: SharedBuckets, key: string, bucket: Bucket): Promise<void> {
    const { owed } = bucket
    bucket.owed = 0
    const untilFull = await all.draw(key, owed / perMs)
    if (untilFull === undefined) return
    refill(bucket)
    const left = Math.max(perMinute - untilFull * perMs, -perMinute) // a bucket is in debt for a minute at most
    bucket.tokens = Math.min(bucket.tokens, left - bucket.owed)
  }

  return (request, principal) => {
    const key = principal ? keyOf(principal) : networkOf(addressOf(request))
    const bucket = buckets.get(key) ?? { tokens: perMinute, at: now(), owed: 0 }
    buckets.delete(key)
    buckets.set(key, bucket)
    const [oldest] = buckets.keys()
    if (buckets.size > MAX_BUCKETS) buckets.delete(oldest!)
    refill(bucket)
    if (bucket.tokens >= 1) {
      bucket.tokens--
      if (++bucket.owed >= portion && shared) settle(shared, key, bucket).catch(() => {})
      return
    }
    const seconds = Math.ceil((1 - bucket.tokens) / perMs / 1000)
    throw new HttpError(429, INTERNAL_ERROR, `More than ${perMinute} requests a minute. Wait ${seconds} s.`, {
      headers: { 'Retry-After': String(seconds) },
      data: { reason: 'rate' },
    })
  }
}

// Beyond it the one silent longest is forgotten, which can only help it.
const MAX_BUCKETS = 10_000

/** A digest of a principal: its names may be long, and 10,000 keys are kept. */
const keyOf = ({ issuer, subject, client }: Principal): string =>
  createHash('sha256')
    .update(JSON.stringify([issuer, subject, client]))
    .digest('base64')
