import type { HttpRequest, HttpResponse } from './node-http.ts'
import { clip, INVALID_REQUEST } from '../../jsonrpc/index.ts'
import { createAllowList } from '../../bounds/allowed.ts'
import { parseUrl } from '../../url.ts'
import { rememberLast } from '../../bounds/remember-last.ts'
import { HttpError } from './http-error.ts'

/** The options of a guard: what this server is called, and whose pages may call it. */
export interface GuardOptions {
  /** The names of this server in the Host header, with or without a port. Default: localhost, 127.0.0.1, [::1]. */
  allowedHosts?: readonly string[]
  /**
   * The origins whose pages may call, as browsers send them, or names of hosts, for http and https on any port.
   * Default: localhost, 127.0.0.1, [::1]. The entry `null` lets in every page without an origin: any sandboxed frame.
   */
  allowedOrigins?: readonly string[]
}

/**
 * Checks a request. Throws HttpError 403. With `anyHost` the Host is not checked: what is served then must hold no
 * secret.
 */
export type Guard = (request: HttpRequest, anyHost?: boolean) => void

/**
 * A guard against the web pages of strangers. A page can send requests to a server on its visitor's machine, and after
 * DNS rebinding even read the responses; but its browser tells where the page came from (Origin), and which name it
 * believes to talk to (Host). Throws TypeError for a list with an entry that never matches.
 */
export function createGuard({ allowedHosts, allowedOrigins }: GuardOptions): Guard {
  const isOurs = rememberLast(createAllowList('allowedHosts', allowedHosts))
  const mayCall = rememberLast(createAllowList('allowedOrigins', allowedOrigins))

  return (request, anyHost = false) => {
    checkHead(request)
    const { url = '/', headers } = request
    if (!anyHost || !url.startsWith('/')) {
      const host = hostOf(request)
      if (!isOurs(host)) throw refusal('Host', host)
    }
    // A request without Origin is from no page: browsers send it with every request of a page to another site.
    if (headers.origin === undefined) return
    if (!mayCall(headers.origin)) throw refusal('Origin', headers.origin)
  }
}

/** Refuses a head that two readers could understand differently. Throws HttpError, and the connection is closed. */
function checkHead({ headers, rawHeaders = [], httpVersionMajor = 1 }: HttpRequest): void {
  if (httpVersionMajor < 1) throw badHead(400, 'Say the version: HTTP/1.1.')
  if (hasTwoHosts(rawHeaders)) throw badHead(400, 'Send one Host.')
  if (rawHeaders.length > 2 * MAX_FIELDS) throw badHead(431, `Send at most ${MAX_FIELDS} headers.`)
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') throw badHead(501, 'Send chunks uncoded.')
}

// The most header fields. Node leaves out those beyond the 2,000th, among which a field may be that is looked for here.
const MAX_FIELDS = 1_000

// Looks at the raw headers: of two, Node keeps the first and leaves no trace, unless it was told to join them. This runs
// for every request, so it compares no text that is not as long.
function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]!.length === 4 && rawHeaders[i]!.toLowerCase() === 'host') hosts++
  return hosts > 1
}

const badHead = (status: number, text: string) =>
  new HttpError(status, INVALID_REQUEST, text, { headers: { Connection: 'close' } })

/**
 * The host of a request. In a request line with a whole URL it stands there, whatever Host is (RFC 9112,
 * "absolute-form").
 */
function hostOf({ url = '/', headers }: HttpRequest): string {
  if (headers.host === undefined) throw badHead(400, 'Send one Host.')
  if (url.startsWith('/')) return headers.host
  const whole = /^https?:\/\//i.test(url) ? parseUrl(url) : undefined
  if (!whole) throw badHead(400, 'Send a path.')
  return whole.host
}

function refusal(header: 'Host' | 'Origin', value: string): HttpError {
  const [option, variable] =
    header === 'Host' ? ['allowedHosts', 'ALLOWED_HOSTS'] : ['allowedOrigins', 'ALLOWED_ORIGINS']
  return new HttpError(
    403,
    INVALID_REQUEST,
    `${header} ${JSON.stringify(clip(value, 256))} is not allowed. If it should be, add it to ${variable} (option ${option}).`,
  )
}

/**
 * Refuses what a page of another site loads without CORS: as an image, a frame, a link. Throws HttpError 403. The page
 * cannot read the response, but could hold it open. Its browser sends no Origin for it, only how far away the page is
 * (Fetch Metadata, "Sec-Fetch-Site"). `same-site` is another page too: another port of localhost, another subdomain.
 */
export function refuseForeignLoad({ headers }: HttpRequest): void {
  const from = headers['sec-fetch-site']
  if (from === undefined || headers.origin !== undefined || from === 'same-origin' || from === 'none') return
  throw new HttpError(403, INVALID_REQUEST, 'Pages of other sites reach this only by CORS, from an allowed Origin.')
}

/**
 * The header that keeps pages of other sites from embedding a response (Fetch Standard,
 * "Cross-Origin-Resource-Policy"). A request by CORS is not bound by it.
 */
export const OWN_PAGES_ONLY = { 'Cross-Origin-Resource-Policy': 'same-origin' }

/**
 * Lets a page that has passed the guard read the response, an error as well: one that cannot be read helps nobody.
 * Fetch Standard, "CORS protocol".
 */
export function allowPage({ headers }: HttpRequest, response: HttpResponse): void {
  if (headers.origin === undefined) return
  response.setHeader('Access-Control-Allow-Origin', headers.origin)
  response.setHeader('Access-Control-Expose-Headers', 'Mcp-Session-Id, WWW-Authenticate')
  response.setHeader('Vary', 'Origin')
}

/** Answers a preflight: what a browser asks before a page's request with a method or headers that are not plain. */
export function preflight({ headers }: HttpRequest, response: HttpResponse, methods: readonly string[]): void {
  // There may be an Mcp-Param-* for each argument of a tool: those are allowed that the page asks for.
  const params = headers['access-control-request-headers']?.match(/mcp-param-[\w-]{1,64}/gi) ?? []
  response.writeHead(204, {
    ...OWN_PAGES_ONLY,
    'Access-Control-Allow-Methods': methods.join(', '),
    'Access-Control-Allow-Headers': [ALLOWED_HEADERS, ...params.slice(0, 32)].join(', '),
    'Access-Control-Max-Age': '600', // seconds
  })
  response.end()
}

const ALLOWED_HEADERS =
  'Content-Type, Accept, Authorization, Last-Event-ID, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name'
