import type { Log } from '../mcp/index.ts'

/** How much the tool asks of Hacker News, and for how long. Times in milliseconds. */
export const LIMITS = {
  /** For a connection to come about, name look-up and TLS included, all tries together. */
  connectMs: 3_000,
  /** For one request, from its start to the last byte of its answer. */
  requestMs: 5_000,
  /** Bytes of one answer. The longest list has about 5,000. */
  answerBytes: 1024 * 1024,
  requestsPerCall: 16,
  requests: 32,
  /** Requests that wait for one of those to end. */
  waiting: 256,
  /** The first wait before another try, at most; the second is twice that. */
  backoffMs: 200,
  /** The longest `Retry-After` that is waited for. */
  retryAfterMs: 2_000,
  keepItemMs: 60_000,
  keptItems: 2_000,
  keepFailureMs: 1_000,
  /** How long the snapshot answers before the network is tried again. */
  offlineMs: 60_000,
  /** Before the end of the call's time, to return what has arrived. */
  marginMs: 250,
}
export type HackerNewsLimits = typeof LIMITS

export interface HackerNewsOptions extends Partial<HackerNewsLimits> {
  /** `live`, `snapshot`, or `auto` (default): live, and the snapshot where no connection comes about. */
  source?: string
  /** Where the API is. https, or http on this machine. Default: the public one. */
  baseUrl?: string
  /** Default: one line of JSON on standard error. */
  log?: Log
  /** The clock of what is kept, in milliseconds. Default `Date.now`. */
  now?: () => number
}

const SOURCES = ['auto', 'live', 'snapshot'] as const

/** Throws TypeError with one sentence for whoever set the variable. */
export function checkSource(given: string): (typeof SOURCES)[number] {
  const source = SOURCES.find((known) => known === given)
  if (!source) throw new TypeError(`HN_SOURCE must be auto, live or snapshot, not ${JSON.stringify(given)}.`)
  return source
}

/** Throws TypeError with one sentence, which leaves the value out: it may hold a password. */
export function checkBaseUrl(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined
  const isSafe = url && (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname)))
  if (!isSafe || url.username || url.password || /[?#]/.test(given))
    throw new TypeError('HN_BASE_URL must be an https URL (http only on localhost), without user, query and fragment.')
  return url
}

// The URL parser has written every form of an IPv4 address as four decimal numbers by now.
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
