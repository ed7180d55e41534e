import { HttpError, INVALID_REQUEST, type HttpRequest } from '../mcp/index.ts'

/** What a challenge says, by the names of RFC 6750 section 3 and RFC 9728 section 5.1. */
export type ChallengeParams = Record<string, string | undefined>

/** A refusal that tells how to be let in. The text is for whoever reads the answer, the header for programs. */
export function challenge(status: number, text: string, params: ChallengeParams): HttpError {
  const listed = Object.entries(params).flatMap(([name, value]) => (value ? [`${name}="${value}"`] : []))
  return new HttpError(status, INVALID_REQUEST, text, {
    headers: { 'WWW-Authenticate': `Bearer ${listed.join(', ')}`, 'Cache-Control': 'no-store' },
  })
}

/** The token of a request. Throws HttpError 401 where there is none, 400 where it is not sent as it should be. */
export function readToken({ headers, rawHeaders, url = '' }: HttpRequest, params: ChallengeParams): string {
  const malformed = (text: string) => challenge(400, text, { ...params, error: 'invalid_request' })
  // URLs end up in logs and histories.
  if (new URLSearchParams(url.split('?')[1]).has('access_token'))
    throw malformed('Send the token as the header Authorization: Bearer, never in a URL.')
  // Node reads the first of two and drops the other; a proxy before us may have checked the other.
  if (rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'authorization').length > 1)
    throw malformed('Send one Authorization header.')
  const { authorization = '' } = headers
  if (!/^bearer\b/i.test(authorization))
    throw challenge(401, 'Send a token as the header Authorization: Bearer.', params)
  const token = /^bearer +([\w.~+/-]+=*)$/i.exec(authorization)?.[1]
  if (token === undefined) throw malformed('Authorization must be the word Bearer, a space, and the token.')
  return token
}
