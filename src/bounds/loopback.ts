/** The hosts to listen on that nobody reaches but this machine. */
export const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

/**
 * Whether the hostname of a URL is this machine. The URL parser writes every form of an IPv4 address as four decimal
 * numbers, and IPv6 in brackets.
 */
export const isLoopback = (hostname: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
