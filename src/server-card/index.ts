import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { methodNotAllowed, notFound, pathOf, revisions, type Icon, type Meta } from '../mcp/index.ts'
import { must } from '../mcp/options.ts'

/** What a server card says (SEP-2127, a draft): who a server is, and where it is. */
export interface ServerCardOptions {
  /** The URL of the server, as clients use it from outside: `https://example.com/mcp`. The card is below it. */
  url: string
  /** The name of the server: a domain that is yours, turned around, and a name. `com.example/weather` */
  name: string
  /** No range: `1.0.2`. */
  version: string
  /** What the server does, in at most 100 characters. */
  description: string
  title?: string
  websiteUrl?: string
  repository?: { url: string; source: string; subfolder?: string; id?: string }
  icons?: readonly Icon[]
  /** What a client has to send along, a token say: the members are in the specification. */
  headers?: readonly { name: string; description?: string; isRequired?: boolean; isSecret?: boolean }[]
  _meta?: Meta
}

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json'
const TYPE = 'application/mcp-server-card+json'

/** The card as a JSON value. Throws TypeError for what clients would refuse. */
export function serverCardOf({ url, headers, ...about }: ServerCardOptions): object {
  const { name, version, description, title } = about
  must(
    /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/.test(name) && name.length <= 200,
    'serverCard: name must be like com.example/weather.',
  )
  must(
    version?.length <= 255 && /^(?!.*\.x\b)[^~^<>=*\s]+$/.test(version),
    'serverCard: version must be one version, 1.0.2 say.',
  )
  must(
    isShort(description) && (title === undefined || isShort(title)),
    'serverCard: description and title have 1 to 100 characters.',
  )
  must(/^https?:\/\/\S+$/.test(url), 'serverCard: url must be that of the server, https://example.com/mcp say.')
  const supportedProtocolVersions = revisions.map((revision) => revision.version)
  return {
    $schema: SCHEMA,
    ...about,
    remotes: [{ type: 'streamable-http', url, ...(headers && { headers }), supportedProtocolVersions }],
  }
}

const isShort = (text: unknown): boolean => typeof text === 'string' && text.length >= 1 && text.length <= 100

/**
 * Serves the card of a server at `<url>/server-card`, for everybody: a handler that goes in front of others, or the
 * `fallback` of `serve`. What is not the card is left to `next`, else it is not found. Pages of other origins may read
 * the card where it stands in front; behind the guard of `serve` they are refused like everywhere.
 */
export function serverCard(
  options: ServerCardOptions,
): (request: IncomingMessage, response: ServerResponse, next?: () => void) => void {
  const text = JSON.stringify(serverCardOf(options))
  const path = `${new URL(options.url).pathname.replace(/\/$/, '')}/server-card`
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`
  return (request, response, next) => {
    if (pathOf(request) !== path) return next ? next() : notFound(response)
    for (const [header, value] of Object.entries(CORS)) response.setHeader(header, value)
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed(response, ['GET'])
    response.setHeader('Cache-Control', 'public, max-age=3600').setHeader('ETag', etag)
    // Not split at /\s*,\s*/: on a header full of blanks that takes a second.
    const known = (request.headers['if-none-match'] ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
    if (known.some((one) => one === '*' || one === etag)) return void response.writeHead(304).end()
    response.writeHead(200, { 'Content-Type': TYPE, 'X-Content-Type-Options': 'nosniff' }).end(text)
  }
}

// The card is public: any page may read it.
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET',
  'Access-Control-Allow-Headers': 'Content-Type, If-None-Match',
  'Access-Control-Expose-Headers': 'ETag',
  'Cross-Origin-Resource-Policy': 'cross-origin',
}
