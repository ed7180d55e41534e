import { inspect } from 'node:util'

const [KIB, MIB, MINUTE] = [1024, 1024 * 1024, 60_000]

/**
 * Bounds on what strangers can make the server hold: the default, what is counted, why, and what happens beyond it.
 * Each is an option of the same name. docs/limits.md is made of this table.
 */
export const LIMITS = {
  maxRequestsPerMinute: [600, 'requests of a principal or address; any on bare loopback', 'fairness', '429'],
  maxHeadBytes: [16 * KIB, 'bytes of a request head', 'ours have less than 2 KiB', '431, connection closed'],
  headMs: [10_000, 'ms for a head to arrive', 'slow senders', '408, connection closed'],
  bodyMs: [20_000, 'ms for a whole request to arrive', 'slow senders', '408, connection closed'],
  socketIdleMs: [65_000, 'ms between two requests', 'proxies close at 60 s, and should first', 'connection closed'],
  maxConnections: [2_000, 'connections', 'those of sessions and of requests', 'closed unread'],
  maxRequestsPerSocket: [10_000, 'requests of a connection', 'none lives for ever', '503, connection closed'],
  maxBodyBytes: [4 * MIB, 'bytes of the body of a POST', 'arguments are small', '413, connection closed'],
  maxMessagesTotal: [192 * MIB, 'bytes that all messages under way take; half for one caller', 'memory', '503'],
  maxBatch: [100, 'messages of a batch (2025-03-26)', 'each is work', '400'],
  maxSessions: [1_000, 'sessions of a transport', 'each costs about 10 kB', 'the idlest ends; none idle: 503'],
  sessionIdleMs: [30 * MINUTE, 'ms without request or stream', 'many never say goodbye', 'session ended: 404'],
  handshakeIdleMs: [30_000, 'the same after `initialize` alone', 'cheap to abandon', 'session ended: 404'],
  maxInFlight: [64, 'calls of a client that run, given up or not', 'fairness', '-32603, reason busy'],
  maxRunning: [
    2_000,
    'calls of all clients that run, given up or not',
    'each holds its message',
    '-32603, reason busy',
  ],
  maxAbandoned: [
    256,
    'of these, calls that nobody waits for any more',
    'tools that do not end',
    '-32603 for those tools',
  ],
  maxListens: [1_000, 'subscriptions (`subscriptions/listen`)', 'each is an open stream', '503, reason busy'],
  maxUnreadBytes: [MIB, 'bytes of notifications that wait for the reader of a stream', 'memory', 'stream destroyed'],
  maxUnreadAnswers: [16 * MIB, 'the same with the answers among them', 'memory', 'stream destroyed'],
  maxUnreadTotal: [64 * MIB, 'bytes that wait for all readers; half for one caller', 'memory', 'stream destroyed, 503'],
  unreadMs: [30_000, 'ms in which none of them is taken', 'memory', 'stream destroyed'],
  maxReplayEvents: [256, 'events of a stream kept to be said again', 'for a lost connection', 'oldest forgotten'],
  maxReplayLength: [MIB, 'UTF-16 units of these', 'memory', 'oldest forgotten'],
  maxReplayTotal: [64 * MIB, 'the same of all streams', 'memory', 'the stream silent longest is forgotten'],
  replayMs: [5 * MINUTE, 'ms that a silent stream is kept', 'memory', 'forgotten'],
  keepAliveMs: [15_000, 'ms between comments on a stream; 0: none', 'proxies cut at 30 to 60 s', '–'],
  drainMs: [6_000, 'ms for answers under way, at shutdown', 'most are done by then', '-32603, reason shutting down'],
  shutdownMs: [8_000, 'ms for all of a shutdown', 'inside the 10 s before a SIGKILL', 'connections closed'],
} as const satisfies Record<string, readonly [number, what: string, why: string, beyond: string]>

/** All in whole numbers; the unit is in the name (Ms: milliseconds, Bytes) or in the table. */
export type Limits = { [name in keyof typeof LIMITS]: number }

/** One name everywhere: the option `maxSessions` is the variable MAX_SESSIONS and the flag --max-sessions. */
export const variableOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
export const flagOf = (name: string): string => variableOf(name).toLowerCase().replaceAll('_', '-')

/** A timer of Node's has no more milliseconds, 24.8 days: with more it fires at once. */
export const LONGEST_MS = 2 ** 31 - 1
/** The longest string of V8, of which a body or what waits for a reader becomes one. */
const LONGEST_STRING = 2 ** 29 - 24
/** 0 has a meaning here: no comments; nobody is waited for. Elsewhere it would refuse everything, or nothing. */
const MAY_BE_ZERO = new Set<string>(['keepAliveMs', 'drainMs', 'shutdownMs'])

/** A whole number within bounds, and else a TypeError that says what it must be. */
export function wholeNumber(value: unknown, name: string, least: number, most: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number
  const given = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : inspect(value, { depth: 0 })
  throw new TypeError(`${name} must be a whole number from ${least} to ${most}, not ${given}.`)
}

/** A limit, by whichever of its names it was set. Throws TypeError that has all three. */
export function readLimit(name: string, value: unknown): number {
  const most = name.endsWith('Ms') ? LONGEST_MS : name.endsWith('Bytes') ? LONGEST_STRING : Number.MAX_SAFE_INTEGER
  return wholeNumber(value, allNames(name), MAY_BE_ZERO.has(name) ? 0 : 1, most)
}

const allNames = (name: string): string => `${variableOf(name)} (--${flagOf(name)}, option ${name})`

/** The first is a part of the second. Where one of them is set alone, the other follows. */
const PARTS = { headMs: 'bodyMs', drainMs: 'shutdownMs' } as const

/** The limits among some options, and the defaults of the others. Throws TypeError for what none can be. */
export function limitsFrom(options: Partial<Limits>): Limits {
  const names = Object.keys(LIMITS) as (keyof Limits)[]
  const limits = Object.fromEntries(
    names.map((name) => [name, options[name] === undefined ? LIMITS[name][0] : readLimit(name, options[name])]),
  ) as Record<keyof Limits, number>
  for (const [part, whole] of Object.entries(PARTS) as [keyof typeof PARTS, 'bodyMs' | 'shutdownMs'][]) {
    if (limits[part] <= limits[whole]) continue
    if (options[whole] === undefined) limits[whole] = limits[part]
    else if (options[part] === undefined) limits[part] = limits[whole]
    else throw new TypeError(`${allNames(part)} must be at most ${allNames(whole)}, of which it is a part.`)
  }
  // Who sets one bound on what waits for a reader means answers too; and all streams together hold more than one does.
  if (options.maxUnreadBytes !== undefined) limits.maxUnreadAnswers = readOr('maxUnreadAnswers', limits.maxUnreadBytes)
  limits.maxUnreadTotal = readOr('maxUnreadTotal', Math.max(limits.maxUnreadTotal, 4 * limits.maxUnreadAnswers))
  return limits

  function readOr(name: keyof Limits, other: number): number {
    return options[name] === undefined ? other : limits[name]
  }
}
