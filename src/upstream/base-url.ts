import { isLoopback } from '../bounds/loopback.ts'
import { parseUrl } from '../url.ts'

/**
 * The base URL of a server that is asked: https, or http on this machine. Throws TypeError, which calls the URL `name`.
 */
export function readBaseUrl(given: string, name: string): URL {
  const url = parseUrl(given)
  const isSafe = url && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))
  // The sentence leaves the value out: it may hold a password.
  if (!isSafe || url.username || url.password || /[?#]/.test(given))
    throw new TypeError(`${name} must be an https URL (http only on localhost), without user, query and fragment.`)
  return url
}
