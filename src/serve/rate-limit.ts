import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { HttpError, INTERNAL_ERROR, type Principal } from '../mcp/index.ts'
import type { ClientAddress } from './client-address.ts'

/** Lets a request in. Throws HttpError 429. */
export type Admit = (request: IncomingMessage, principal?: Principal) => void

/**
 * So many requests a minute for each principal, or for each address where nobody is known. They may come at once;
 * then one comes back every so often (a token bucket).
 */
export function createRateLimit(
  perMinute: number,
  addressOf: ClientAddress,
  now: () => number = () => performance.now(), // the clock on the wall may be set back
): Admit {
  const buckets = new Map<string, { tokens: number; at: number }>() // in the order of their last request
  const perMs = perMinute / 60_000

  return (request, principal) => {
    const key = principal ? keyOf(principal) : network(addressOf(request))
    const { tokens, at } = buckets.get(key) ?? { tokens: perMinute, at: now() }
    const filled = Math.min(perMinute, tokens + (now() - at) * perMs)
    const isEmpty = filled < 1
    buckets.delete(key)
    buckets.set(key, { tokens: isEmpty ? filled : filled - 1, at: now() })
    const [oldest] = buckets.keys()
    if (buckets.size > MAX_BUCKETS) buckets.delete(oldest!)
    if (!isEmpty) return
    const seconds = Math.ceil((1 - filled) / perMs / 1000)
    throw new HttpError(429, INTERNAL_ERROR, `More than ${perMinute} requests a minute. Wait ${seconds} s.`, {
      headers: { 'Retry-After': String(seconds) },
      data: { reason: 'rate' },
    })
  }
}

// Beyond it the one silent longest is forgotten, which can only help it.
const MAX_BUCKETS = 10_000

/** A digest: names may be long, and 10,000 of them are kept. */
const keyOf = ({ issuer, subject, client }: Principal): string =>
  createHash('sha256')
    .update(JSON.stringify([issuer, subject, client]))
    .digest('base64')

/** Who has an IPv6 address has 2^64 of them. */
const network = (address: string): string => (address.includes(':') ? groups(address).slice(0, 4).join(':') : address)

function groups(address: string): string[] {
  const [head = '', tail] = address.split('::')
  const before = head.split(':')
  const after = tail?.split(':') ?? []
  return [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after]
}
