import { inspect } from 'node:util'

const [MIB, MINUTE] = [1024 * 1024, 60_000]

type Limit = readonly [number, what: string, why: string, beyond: string]

// Bounds on what strangers can make the server hold, by the function that keeps them: the default, what is counted, why,
// and what happens beyond it. docs/limits.md is made of these tables. Bounds that nobody sets are constants beside the
// code that uses them.

/** Kept by `createMcpServer`: the work of clients. */
const SERVER = {
  maxInFlight: [64, 'calls of a session that run, given up or not', 'fairness', '-32603, reason busy'],
  maxRunning: [2_000, 'the same of all; half for one principal', 'each holds its message', '-32603, reason busy'],
  maxAbandoned: [256, 'of these, those that are given up', 'tools that do not end', '-32603 for those tools'],
  maxListens: [1_000, 'subscriptions (`subscriptions/listen`)', 'each is an open stream', '503, reason busy'],
  drainMs: [6_000, 'ms for answers under way, at shutdown', 'most are done by then', '-32603, reason shutting down'],
} as const satisfies Record<string, Limit>

/** Kept by `createMcpHandler`: bodies, sessions and streams. */
const HTTP = {
  maxBodyBytes: [4 * MIB, 'bytes of the body of a POST', 'arguments are small', '413, connection closed'],
  maxMessagesTotal: [192 * MIB, 'bytes that all messages under way take; half for one caller', 'memory', '503'],
  maxSessions: [1_000, 'sessions of a transport', 'each costs about 10 kB', 'the idlest ends; none idle: 503'],
  sessionIdleMs: [30 * MINUTE, 'ms without request or stream', 'many never say goodbye', 'session ended: 404'],
  handshakeIdleMs: [30_000, 'the same after `initialize` alone', 'cheap to abandon', 'session ended: 404'],
  maxUnreadBytes: [MIB, 'bytes of notifications that wait for the reader of a stream', 'memory', 'stream destroyed'],
  maxUnreadAnswers: [16 * MIB, 'the same with the answers among them', 'memory', 'stream destroyed'],
  maxUnreadTotal: [64 * MIB, 'bytes that wait for all readers; half for one caller', 'memory', 'stream destroyed, 503'],
  unreadMs: [30_000, 'ms in which none of them is taken', 'memory', 'stream destroyed'],
  keepAliveMs: [15_000, 'ms between comments on a stream; 0: none', 'proxies cut at 30 to 60 s', '–'],
} as const satisfies Record<string, Limit>

/** Kept by `serve`: connections, and how often somebody calls. */
const SOCKET = {
  maxRequestsPerMinute: [600, 'requests of a principal or address; any on bare loopback', 'fairness', '429'],
  maxConnections: [2_000, 'connections', 'those of sessions and of requests', 'closed unread'],
  maxRequestsPerSocket: [10_000, 'requests of a connection', 'none lives for ever', '503, connection closed'],
  shutdownMs: [8_000, 'ms for all of a shutdown', 'inside the 10 s before a SIGKILL', 'connections closed'],
} as const satisfies Record<string, Limit>

/** All of them. */
export const LIMITS = { ...SERVER, ...HTTP, ...SOCKET }

/** The limits of `createMcpServer`. All in whole numbers; the unit is in the name (Ms: milliseconds, Bytes) or the table. */
export type ServerLimits = Record<keyof typeof SERVER, number>
/** Those of `createMcpHandler`, which makes a server. */
export type HttpLimits = ServerLimits & Record<keyof typeof HTTP, number>
/** Those of `serve`, which makes a handler: all there are. */
export type SocketLimits = HttpLimits & Record<keyof typeof SOCKET, number>

interface LimitsOf {
  createMcpServer: ServerLimits
  createMcpHandler: HttpLimits
  serve: SocketLimits
}
type Taker = keyof LimitsOf
const TABLES = { createMcpServer: SERVER, createMcpHandler: { ...SERVER, ...HTTP }, serve: LIMITS }

/** The functions that take a limit: the one that keeps it, and those that call that one. */
export const takersOf = (name: string): Taker[] =>
  (Object.keys(TABLES) as Taker[]).filter((each) => name in TABLES[each])

/** One name everywhere: the limit `maxSessions` is the variable MAX_SESSIONS and the flag --max-sessions. */
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

const allNames = (name: string): string => `${variableOf(name)} (--${flagOf(name)}, option limits.${name})`

/**
 * The limits of a function: those among its options, and the defaults of the others. Throws TypeError for a number that
 * a limit cannot be, for a limit that only other functions take, for what is no limit, and for a limit beside `limits`.
 */
export function limitsFrom<F extends Taker>(taker: F, options: { limits?: Partial<LimitsOf[F]> }): LimitsOf[F] {
  const isGiven = ([name, value]: [string, unknown]) => value !== undefined && Object.hasOwn(LIMITS, name)
  for (const [name] of Object.entries(options).filter(isGiven)) {
    checkTaken(taker, name)
    throw new TypeError(`${name} is a limit. Write limits: { ${name}: … }.`)
  }
  const given: Partial<SocketLimits> = {}
  for (const [name, value] of Object.entries(options.limits ?? {})) {
    if (value === undefined) continue
    checkTaken(taker, name)
    given[name as keyof SocketLimits] = readLimit(name, value)
  }
  const defaults = Object.entries(LIMITS).map(([name, [value]]) => [name, value])
  const limits = { ...(Object.fromEntries(defaults) as SocketLimits), ...given }
  // To drain is a part of the shutdown. Where one of the two is set alone, the other follows.
  limits.shutdownMs = given.shutdownMs ?? Math.max(limits.shutdownMs, limits.drainMs)
  limits.drainMs = given.drainMs ?? Math.min(limits.drainMs, limits.shutdownMs)
  if (limits.drainMs > limits.shutdownMs)
    throw new TypeError(`${allNames('drainMs')} must be at most ${allNames('shutdownMs')}, of which it is a part.`)
  // Who sets one bound on what waits for a reader means answers too; and all streams together hold more than one does.
  limits.maxUnreadAnswers = given.maxUnreadAnswers ?? given.maxUnreadBytes ?? limits.maxUnreadAnswers
  limits.maxUnreadTotal = given.maxUnreadTotal ?? Math.max(limits.maxUnreadTotal, 4 * limits.maxUnreadAnswers)
  return limitsFor(taker, limits)
}

/** Of the limits of a function, those of one that it calls. */
export function limitsFor<F extends Taker>(taker: F, limits: LimitsOf[F]): LimitsOf[F] {
  return Object.fromEntries(Object.entries(limits).filter(([name]) => name in TABLES[taker])) as LimitsOf[F]
}

function checkTaken(taker: Taker, name: string): void {
  if (Object.hasOwn(TABLES[taker], name)) return
  if (!Object.hasOwn(LIMITS, name))
    throw new TypeError(`There is no limit ${name}. ${taker} takes ${Object.keys(TABLES[taker]).join(', ')}.`)
  throw new TypeError(`${taker} does not take the limit ${name}, only ${takersOf(name).join(' and ')}.`)
}
