import type { Auth } from '../mcp/index.ts'

/** Where a client learns who gives out tokens for a resource. RFC 9728 section 3. */
export function metadataUrl(resource: string): string {
  const { origin, pathname } = new URL(resource)
  return `${origin}/.well-known/oauth-protected-resource${pathname.replace(/\/$/, '')}`
}

/** The documents of all resources, by path. RFC 9728 section 2. */
export function metadataDocuments(
  resources: readonly string[],
  issuer: string,
  scopes: readonly string[],
): NonNullable<Auth['documents']> {
  const about = (resource: string) => ({
    resource,
    authorization_servers: [issuer],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
  })
  return new Map(
    resources.map((resource) => [
      new URL(metadataUrl(resource)).pathname,
      (_request, response) => void response.writeHead(200, HEADERS).end(JSON.stringify(about(resource))),
    ]),
  )
}

const HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': 'public, max-age=3600', // seconds
  'X-Content-Type-Options': 'nosniff',
  Vary: 'Origin', // a copy made for one page is not readable by another
}
