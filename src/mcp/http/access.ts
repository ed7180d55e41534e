import type { IncomingMessage } from 'node:http'
import type { Principal } from '../request/handler-context.ts'
import type { HttpRequest, HttpResponse } from './node-http.ts'

export interface Auth {
  /** Finds out who is calling. Throws HttpError 400, 401 or 403. */
  authorize(request: IncomingMessage): Principal | Promise<Principal>
  /** Public metadata, by path (RFC 9728): they tell how to be authorized, and anybody may GET them. */
  readonly documents?: ReadonlyMap<string, (request: HttpRequest, response: HttpResponse) => void>
}

export interface AccessOptions {
  /** Finds out who is calling `/mcp`, `/sse` and `/messages`. Default: nobody asks. */
  auth?: Auth
  /** Admits a request, or throws HttpError: a limit of rates, say. */
  admit?: (request: IncomingMessage, principal?: Principal) => void
}

/** Finds out who sends a request, and whether it is admitted. Throws HttpError where it is not. */
export async function authorizeRequest(
  request: IncomingMessage,
  { auth, admit }: AccessOptions,
): Promise<Principal | undefined> {
  let principal: Principal | undefined
  try {
    principal = await auth?.authorize(request)
  } catch (error) {
    admit?.(request) // who guesses tokens is counted too
    throw error
  }
  admit?.(request, principal)
  return principal
}
