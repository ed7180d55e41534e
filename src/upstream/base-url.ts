import { parseUrl } from '../url.ts'

// The URL parser writes every form of an IPv4 address as four decimal numbers.
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * The base URL of a server that is asked: https, or http on this machine. Throws TypeError, which calls the URL `name`.
 */
export function readBaseUrl(given: string, name: string): URL {
  const url = parseUrl(given)
  const isSafe = url && (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname)))
  // The sentence leaves the value out: it may hold a password.
  if (!isSafe || url.username || url.password || /[?#]/.test(given))
    throw new TypeError(`${name} must be an https URL (http only on localhost), without user, query and fragment.`)
  return url
}
