import type { JWTPayload } from 'jose'
import { HttpError, INTERNAL_ERROR, pathOf, safeLog, type Auth, type Log, type Principal } from '../mcp/index.ts'
import { challenge, readToken } from './challenge.ts'
import { createKeySet, discover, KeysUnavailable } from './key-set.ts'
import { metadataDocuments, metadataUrl } from './resource-metadata.ts'
import { trustedUrl } from './trusted-json.ts'

export interface OAuthResourceOptions {
  /** The authorization server, exactly as its tokens name it (`iss`). */
  issuer: string
  /** This server as clients know it, without `/mcp`. The `aud` of a token is this, or this with `/mcp` or `/sse`. */
  resource: string
  /** Scopes that a token must have, all of them. Default: none. */
  requiredScopes?: readonly string[]
  /** Whether a granted scope covers a required one, as broader ones may. Default: it is the same. */
  covers?: (granted: string, required: string) => boolean
  /** Where the issuer's keys are. Default: where its metadata says. */
  jwksUri?: string
  /** Signatures that count; of shared secrets (HS256) none ever does. Default RS256, PS256, ES256, EdDSA. */
  algorithms?: readonly string[]
  /** What a token's header may call it, if it says so. Default at+jwt; some issuers say jwt, of other tokens too. */
  types?: readonly string[]
  /** Told when keys cannot be fetched. Default: a line of JSON on standard error. */
  log?: Log
}

/** It is kept with each session, and clients and tools see it. */
const MAX_NAME_LENGTH = 1_024
const NAME = `text of 1 to ${MAX_NAME_LENGTH} characters`
const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_NAME_LENGTH

/** The last that a Date can hold: a token may be said to end after it. */
const LAST_DATE_MS = 8.64e15

/** RFC 7515, section 4.1.9: `application/` may be left out, and capitals do not matter. */
const mediaType = (type: string): string => type.toLowerCase().replace(/^application\//, '')

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA']

/**
 * An OAuth 2.1 resource server: lets in whoever has an access token (RFC 9068) of the issuer for this server.
 * Rejects with TypeError where an option is wrong, and with Error where the package `jose` is not installed.
 */
export async function oauthResource(options: OAuthResourceOptions): Promise<Auth> {
  const { issuer, jwksUri, requiredScopes = [], covers = Object.is } = options
  const log = safeLog(options.log)
  const { algorithms = ALGORITHMS, types = ['at+jwt'] } = options
  trustedUrl('The issuer (AUTH_ISSUER)', issuer)
  const base = trustedUrl('The resource (PUBLIC_URL)', options.resource).href.replace(/\/$/, '')
  if (requiredScopes.some((scope) => !/^[!#-[\]-~]+$/.test(scope) || scope === 'offline_access'))
    throw new TypeError('Scopes (AUTH_SCOPES) are words, and offline_access is between client and issuer.')
  const jose = await importJose()
  const keysAt = jwksUri === undefined ? undefined : trustedUrl('jwksUri', jwksUri)
  const findKey = createKeySet(
    jose,
    async () => keysAt ?? discover(issuer),
    (reason, cause, secondsLeft) =>
      log({ level: secondsLeft > 0 ? 'warn' : 'error', reason, issuer, cause: String(cause), secondsLeft }),
  )
  const typesThatCount = types.map(mediaType)
  const resources = [base, `${base}/mcp`, `${base}/sse`]
  const scope = requiredScopes.join(' ')
  const expected = {
    issuer,
    audience: [...resources, `${base}/`],
    algorithms: [...algorithms], // whatever they are, a key set finds public keys only
    clockTolerance: 30, // seconds
    requiredClaims: ['exp', 'sub'],
  }

  /** Whether a token says that it is for us and still counts: others are not worth a fetch of keys. */
  function isForUs({ iss, aud, exp }: JWTPayload): boolean {
    return iss === issuer && [aud].flat().some((one) => expected.audience.includes(one!)) && typeof exp === 'number'
  }

  /** The claims of a token. Throws HttpError. */
  async function verify(token: string, refuse: (text: string) => HttpError): Promise<JWTPayload> {
    try {
      const said = jose.decodeJwt(token)
      if (!isForUs(said)) throw refuse('The token does not count here')
      if (said.exp! <= Date.now() / 1000 - expected.clockTolerance) throw refuse('The token has expired')
      const { payload, protectedHeader } = await jose.jwtVerify(token, findKey, expected)
      const { typ } = protectedHeader as { typ?: unknown }
      if (typ === undefined || (typeof typ === 'string' && typesThatCount.includes(mediaType(typ)))) return payload
    } catch (error) {
      if (error instanceof KeysUnavailable)
        throw new HttpError(503, INTERNAL_ERROR, error.message, {
          headers: { 'Retry-After': String(error.retryAfter) },
        })
      if (error instanceof jose.errors.JWTExpired) throw refuse('The token has expired')
      if (!(error instanceof jose.errors.JOSEError)) throw error
    }
    throw refuse('The token does not count here')
  }

  /** Who is calling, by the claims. A session is that of issuer, subject and client: each is text, or not there. */
  function principalOf(claims: Record<string, unknown>, refuse: (text: string) => HttpError): Principal {
    const { sub, exp } = claims
    const client = claims['client_id'] ?? claims['azp'] ?? undefined
    if (!isName(sub)) throw refuse(`The claim sub of the token must be ${NAME}`)
    if (client !== undefined && !isName(client))
      throw refuse(`The claim client_id (or azp) of the token must be ${NAME}, or left out`)
    const expiresAt = Math.min(Number(exp) * 1000, LAST_DATE_MS)
    return { issuer, subject: sub, expiresAt, ...(client !== undefined && { client }) }
  }

  return {
    documents: metadataDocuments(resources, issuer, requiredScopes),
    async authorize(request) {
      const resource = resources.find((url) => url.endsWith(pathOf(request))) ?? base
      const params = { resource_metadata: metadataUrl(resource), scope }
      const refuse = (why: string) =>
        challenge(401, `${why}: get one from ${issuer} for ${resource}.`, { error: 'invalid_token', ...params })
      const claims = await verify(readToken(request, params), refuse)
      const principal = principalOf(claims, refuse)
      // RFC 8693 section 4.2 has all scopes in one string; some issuers call it scp, or send a list.
      const granted = [claims['scope'] ?? claims['scp'] ?? []]
        .flat()
        .flatMap((text: unknown) => (typeof text === 'string' ? text.split(' ') : []))
      if (!requiredScopes.every((required) => granted.some((one) => covers(one, required))))
        throw challenge(403, `Get a token with the scope ${scope}.`, { error: 'insufficient_scope', ...params })
      return principal
    },
  }
}

async function importJose(): Promise<typeof import('jose')> {
  try {
    return await import('jose')
  } catch (cause) {
    throw new Error('Tokens of an issuer are checked by the package jose. Install it: npm install jose', { cause })
  }
}
