import type { IncomingMessage, ServerResponse } from 'node:http'
import { INVALID_REQUEST } from '../jsonrpc/index.ts'
import { HttpError } from './http-error.ts'

export interface GuardOptions {
  /** Names in the Host header that are us, with or without a port. Default: localhost, 127.0.0.1, [::1]. */
  allowedHosts?: readonly string[]
  /** Origins whose pages may call, or their names. Default: pages of localhost, 127.0.0.1, [::1], on any port. */
  allowedOrigins?: readonly string[]
}

/** Throws HttpError 403. */
export type Guard = (request: IncomingMessage) => void

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Stops the web pages of strangers. A page may send requests to a server on its visitor's machine, and after DNS
 * rebinding even read the answers; but its browser tells where the page came from (Origin), and which name it
 * believes to talk to (Host). An empty list means the default: nothing here can be switched off by leaving a gap.
 */
export function createGuard({ allowedHosts, allowedOrigins }: GuardOptions): Guard {
  const hosts = new Set((allowedHosts?.length ? allowedHosts : LOOPBACK).map(lowerCase))
  const origins = new Set((allowedOrigins?.length ? allowedOrigins : LOOPBACK).map(lowerCase))
  const isOurs = rememberLast((host) => isListed(hosts, /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.exec(host)))
  const mayCall = rememberLast((origin) =>
    isListed(origins, /^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.exec(origin)),
  )

  return ({ url = '/', headers, rawHeaders = [] }) => {
    const { host: header, origin } = headers
    if (header === undefined || (header.includes(',') && countOf('host', rawHeaders) > 1))
      throw badHead(400, 'Send one Host.')
    if (rawHeaders.length > 2 * MAX_FIELDS) throw badHead(431, `Send at most ${MAX_FIELDS} headers.`)
    const coding = headers['transfer-encoding']
    if (coding !== undefined && coding.toLowerCase() !== 'chunked') throw badHead(501, 'Send chunks uncoded.')
    const host = url.startsWith('/') ? header : hostOf(url)
    if (host === undefined) throw badHead(400, 'Send a path.')
    if (!isOurs(host)) throw refusal('Host', host)
    // Without Origin it is no page: a browser sends it with every request that a page makes to another site.
    if (origin === undefined) return
    if (!mayCall(origin)) throw refusal('Origin', origin)
  }
}

// Node leaves out headers beyond the 2,000th: among them, the one that is looked for here.
const MAX_FIELDS = 1_000

const countOf = (name: string, rawHeaders: readonly string[]): number =>
  rawHeaders.filter((text, i) => i % 2 === 0 && text.toLowerCase() === name).length

const badHead = (status: number, text: string) =>
  new HttpError(status, INVALID_REQUEST, text, { headers: { Connection: 'close' } })

/** A request may name the whole URL; then that is its host, whatever the header says (RFC 9112, "absolute-form"). */
const hostOf = (url: string): string | undefined =>
  /^https?:\/\//i.test(url) && URL.canParse(url) ? new URL(url).host : undefined

/** A list names a host, or the whole value with its port. */
function isListed(list: ReadonlySet<string>, match: RegExpExecArray | null): boolean {
  if (match === null || Number(match[2]?.slice(1) ?? 0) > 65_535) return false
  return list.has(match[1]!.toLowerCase()) || list.has(match[0].toLowerCase())
}

function refusal(header: 'Host' | 'Origin', value: string): HttpError {
  const [option, variable] =
    header === 'Host' ? ['allowedHosts', 'ALLOWED_HOSTS'] : ['allowedOrigins', 'ALLOWED_ORIGINS']
  return new HttpError(
    403,
    INVALID_REQUEST,
    `${header} ${JSON.stringify(value.slice(0, 256))} is not allowed. If it should be, add it to ${variable} (option ${option}).`,
  )
}

/** The same function, which remembers its last answer: one request after another says the same of itself. */
export function rememberLast<T>(work: (text: string) => T): (text: string) => T {
  let last: { text: string; answer: T } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, answer: work(text) }
    return last.answer
  }
}

const lowerCase = (text: string) => text.toLowerCase()

/**
 * Lets a page that has passed read the answer, an error too: one that cannot be read helps nobody.
 * Fetch Standard, "CORS protocol".
 */
export function allowPage({ headers }: IncomingMessage, response: ServerResponse): void {
  if (headers.origin === undefined) return
  response.setHeader('Access-Control-Allow-Origin', headers.origin)
  response.setHeader('Access-Control-Expose-Headers', 'Mcp-Session-Id, WWW-Authenticate')
  response.setHeader('Vary', 'Origin')
}

/** Answers what a browser asks before a request with a method or headers of the page's own choice. */
export function preflight({ headers }: IncomingMessage, response: ServerResponse, methods: readonly string[]): void {
  // There is an Mcp-Param-* for any argument that a tool marks: the page names those it means to send.
  const params = headers['access-control-request-headers']?.match(/mcp-param-[\w-]{1,64}/gi) ?? []
  response.writeHead(204, {
    'Access-Control-Allow-Methods': methods.join(', '),
    'Access-Control-Allow-Headers': [ALLOWED_HEADERS, ...params.slice(0, 32)].join(', '),
    'Access-Control-Max-Age': '600', // seconds
  })
  response.end()
}

const ALLOWED_HEADERS =
  'Content-Type, Accept, Authorization, Last-Event-ID, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name'
