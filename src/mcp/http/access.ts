import type { IncomingMessage, ServerResponse } from 'node:http'
import { noteCaller } from '../request/context.ts'
import type { Transport } from '../transports/transport.ts'

/** Who is calling, as far as authorization has found out. */
export interface Principal {
  issuer: string
  subject: string
  /** The program that the subject lets act for it. */
  client?: string
  /** When the token ends, in milliseconds since 1970, and its open streams with it. A session keeps that of its first. */
  expiresAt?: number
  /** Whether many callers go by this name, as with one token for all: then no share is kept from it for others. */
  isShared?: boolean
}

export interface Auth {
  /** Finds out who is calling. Throws HttpError 400, 401 or 403. */
  authorize(request: IncomingMessage): Principal | Promise<Principal>
  /** What anybody may GET, by path: it tells how to be let in. */
  readonly documents?: ReadonlyMap<string, Transport>
}

export interface Entrance {
  /** Finds out who is calling `/mcp`, `/sse` and `/messages`. Default: nobody asks. */
  auth?: Auth
  /** Lets a request in, or throws HttpError: a limit of rates, say. */
  admit?: (request: IncomingMessage, principal?: Principal) => void
}

/** Lets a request in. False: the caller did not wait. Throws HttpError. */
export async function letIn(request: IncomingMessage, response: ServerResponse, by: Entrance): Promise<boolean> {
  const { auth, admit } = by
  let caller: Principal | undefined
  try {
    caller = await auth?.authorize(request)
  } catch (error) {
    admit?.(request) // who guesses tokens is counted too
    throw error
  }
  admit?.(request, caller)
  if (caller) noteCaller(request, caller)
  return !response.destroyed
}

export const isSame = (one?: Principal, other?: Principal): boolean =>
  one?.issuer === other?.issuer && one?.subject === other?.subject && one?.client === other?.client
