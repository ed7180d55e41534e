import type { JWTVerifyGetKey } from 'jose'
import { getJson, trustedUrl } from './trusted-json.ts'

const FRESH_MS = 10 * 60_000
/** How long nothing is fetched after a fetch for want of keys, or for a key that is not among them. */
const PAUSE_MS = { noKeys: 1_000, unknownKey: 30_000 }

/** The issuer's keys cannot be had at the moment. */
export class KeysUnavailable extends Error {}

/**
 * Finds the issuer's key for a token. Keys are kept for ten minutes. A token that names an unknown one has them
 * fetched again, so that the issuer can change them, but only every 30 s, so that nobody makes us flood it.
 * The function rejects with KeysUnavailable, or with what jose says.
 */
export function createKeySet(
  jose: typeof import('jose'),
  locate: () => Promise<URL>,
  onFailure: (cause: unknown) => void,
  now = Date.now,
): JWTVerifyGetKey {
  let known: JWTVerifyGetKey | undefined
  let knownSince = -Infinity
  const notBefore = { noKeys: -Infinity, unknownKey: -Infinity }
  let fetching: Promise<JWTVerifyGetKey> | undefined

  async function fetchKeys(): Promise<JWTVerifyGetKey> {
    try {
      const keys = await getJson(await locate())
      known = jose.createLocalJWKSet(keys as unknown as Parameters<typeof jose.createLocalJWKSet>[0])
      knownSince = now()
      return known
    } catch (cause) {
      onFailure(cause)
      throw new KeysUnavailable('The keys cannot be fetched.', { cause })
    } finally {
      fetching = undefined
    }
  }

  /** Whoever comes while keys are on their way waits for the same. */
  function fetchFor(why: keyof typeof PAUSE_MS, refusal: Error): Promise<JWTVerifyGetKey> {
    if (fetching) return fetching
    if (now() < notBefore[why]) throw refusal
    notBefore[why] = now() + PAUSE_MS[why]
    return (fetching = fetchKeys())
  }

  return async (header, token) => {
    if (!known || now() - knownSince > FRESH_MS)
      return (await fetchFor('noKeys', new KeysUnavailable('No keys a moment ago.')))(header, token)
    try {
      return await known(header, token)
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_JWKS_NO_MATCHING_KEY') throw error
      return (await fetchFor('unknownKey', error as Error))(header, token)
    }
  }
}

/** Where the issuer keeps its keys: RFC 8414 section 3, then OpenID Connect Discovery 1.0 section 4. */
export async function discover(issuer: string): Promise<URL> {
  const path = new URL(issuer).pathname.replace(/\/$/, '')
  const [oauth, openid] = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
  for (const where of [oauth + path, openid + path, path + openid]) {
    const metadata = await getJson(new URL(where, issuer))
    if (!metadata) continue
    // Else one issuer could give out keys in the name of another. RFC 8414 section 3.3.
    if (metadata['issuer'] !== issuer) throw new Error(`the metadata at ${where} is of another issuer`)
    return trustedUrl('jwks_uri', String(metadata['jwks_uri']))
  }
  throw new Error('the issuer has no metadata')
}
