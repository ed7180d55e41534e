import { isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * An allow list: a function that tells whether the value of a Host or Origin header is on it. A list of hosts has names,
 * with or without a port; a list of origins has such names too, for http and https, and origins as browsers send them
 * (RFC 6454, section 6.2). Throws TypeError for an entry that no header ever matches.
 */
export function createAllowList(option: 'allowedHosts' | 'allowedOrigins', list: readonly string[] = []) {
  if (!Array.isArray(list) || !list.every((entry) => typeof entry === 'string'))
    throw new TypeError(`${option} must be a list of texts.`)
  const isOrigins = option === 'allowedOrigins'
  // An empty list means the default: a variable that is left empty must not switch the check off.
  const listed = new Set((list.length > 0 ? list : LOOPBACK).flatMap((entry) => keysOf(entry, isOrigins)))

  return (header: string): boolean => {
    const text = header.toLowerCase()
    const named = parse(text)
    if (!named || (isOrigins && text === 'null')) return listed.has(text)
    const { scheme, name, port } = named
    if (isOrigins !== (scheme !== undefined)) return false
    return listed.has(name) || listed.has(`${name}:${port}`) || listed.has(`${scheme}://${name}:${port}`)
  }
}

/** The texts by which an entry is found: as it is written, and as a browser writes it (punycode, the shortest IPv6). */
function keysOf(entry: string, isOrigins: boolean): string[] {
  const text = (isIPv6(entry) ? `[${entry}]` : entry).toLowerCase()
  const [, start = '', host = '', end = ''] = /^(https?:\/\/)?(\[[^\]]+\]|[^\s:/?#@\\%*[\]]+)(:\d+)?$/.exec(text) ?? []
  const keys = [host, domainToASCII(host)].flatMap((one) => {
    const { scheme, name, port } = parse(start + one + end) ?? {}
    if (name === undefined || (scheme && !isOrigins)) return []
    if (scheme) return `${scheme}://${name}:${port}`
    // A Host leaves out the default port, and does not tell whether that was http's or https's.
    return port === '' ? name : port === '80' || port === '443' ? [`${name}:${port}`, `${name}:`] : `${name}:${port}`
  })
  if (isOrigins && OTHER_ORIGIN.test(text)) keys.push(text)
  if (keys.length === 0) throw new TypeError(`${JSON.stringify(entry.slice(0, 256))} never matches: ${rule(isOrigins)}`)
  return keys
}

/** The parts of a host, or of an origin of http or https, whose port is the scheme's where it has none. */
function parse(text: string) {
  const [, scheme, name, port] = /^(?:(https?):\/\/)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/.exec(text) ?? []
  if (name === undefined || Number(port ?? 0) > 65_535) return undefined
  return { scheme, name, port: port ? String(Number(port)) : scheme ? DEFAULT_PORTS[scheme]! : '' }
}

const DEFAULT_PORTS: Record<string, string> = { http: '80', https: '443' }

/** The other origins: of frames without one, of files, of extensions and programs. No page has ws or ftp. */
const OTHER_ORIGIN = /^(null|file:\/\/|(?!(https?|wss?|ftp|file):)[a-z][a-z0-9+.-]*:\/\/[\w.:[\]~%!$&'()+;=-]+)$/

const rule = (isOrigins: boolean): string =>
  isOrigins
    ? 'write an origin of ALLOWED_ORIGINS (option allowedOrigins) as browsers send it, https://app.example.com, http://localhost:5173 or app://name, without a path, a slash at the end, or *.'
    : 'write a name of ALLOWED_HOSTS (option allowedHosts) as the Host header has it, mcp.example.com, 127.0.0.1:3000 or [::1], without a scheme, a path, *, or a network.'
