import { createHash, timingSafeEqual } from 'node:crypto'
import type { Auth } from '../mcp/index.ts'
import { challenge, readToken } from './challenge.ts'

/**
 * Lets in whoever knows the secret, which all callers share: the simplest that is safe, for one person or a team.
 * Throws TypeError where the secret is missing, could be guessed, or cannot stand in a header.
 */
export function bearerToken(secret: string | undefined): Auth {
  if (typeof secret !== 'string' || secret.length < MIN_LENGTH || !/^[\w.~+/-]+=*$/.test(secret))
    throw new TypeError(
      `The token (AUTH_TOKEN) needs at least ${MIN_LENGTH} characters, letters, digits and -._~+/ only. Make one: node -p "crypto.randomBytes(32).toString('base64url')"`,
    )
  const expected = digest(secret)
  return {
    authorize(request) {
      // Digests are equally long, and comparing them takes as long wherever they differ.
      if (!timingSafeEqual(digest(readToken(request, REALM)), expected))
        throw challenge(401, 'This is not the token. It is what the server was started with.', {
          ...REALM,
          error: 'invalid_token',
        })
      return { issuer: 'bearer-token', subject: 'bearer', isShared: true }
    },
  }
}

const MIN_LENGTH = 32
const REALM = { realm: 'mcp' }
const digest = (text: string) => createHash('sha256').update(text).digest()
