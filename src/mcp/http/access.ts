import type { IncomingMessage } from 'node:http'
import { isRecord, type MaybePromise } from '../../jsonrpc/index.ts'
import type { Principal } from '../request/handler-context.ts'
import type { HttpRequest, HttpResponse } from './node-http.ts'

/** Authorization: who is calling. */
export interface Auth {
  /** The principal of a request, by its head. Throws HttpError 400, 401 or 403. */
  authorize(request: HttpRequest): Principal | Promise<Principal>
  /** Public metadata, by path (RFC 9728): it tells how to be authorized, and is served to everybody. */
  readonly documents?: ReadonlyMap<string, (request: HttpRequest, response: HttpResponse) => void>
}

/** The options by which a request is authorized and admitted. */
export interface AccessOptions {
  /** Authorization for `/mcp`, `/sse` and `/messages`. Default: everybody may call. */
  auth?: Auth
  /** Admits a request, or throws (or rejects with) HttpError, as a rate limit does. Default: admits all. */
  admit?: (request: IncomingMessage, principal?: Principal) => MaybePromise<void>
}

/** The principal of a request, if it is authorized and admitted; otherwise throws HttpError. */
export async function authorizeRequest(
  request: IncomingMessage,
  { auth, admit }: AccessOptions,
): Promise<Principal | undefined> {
  let principal: Principal | undefined
  try {
    principal = auth && known(await auth.authorize(request))
  } catch (error) {
    await admit?.(request) // a request with a wrong token is counted too: somebody may be guessing
    throw error
  }
  await admit?.(request, principal)
  return principal
}

/** The principal that `authorize` returned. Throws TypeError for what is none: a "no" must not let somebody in. */
function known(principal: Principal): Principal {
  const { expiresAt = 0 } = Object(principal) as Partial<Principal>
  const isTime = expiresAt >= 0 // NaN is none
  if (!isRecord(principal) || !isTime)
    throw new TypeError('auth.authorize must return a principal, { issuer, subject, … }, or throw HttpError 401.')
  return principal
}
