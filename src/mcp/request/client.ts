import type { Request, Response } from '../../jsonrpc/index.ts'
import { Slots } from '../../bounds/slots.ts'
import type { Capabilities, Implementation, LogLevel } from '../protocol/types.ts'
import type { Revision } from '../revisions/index.ts'
import type { Principal } from './handler-context.ts'

/** Who sends a request. */
export interface Caller {
  /** Undefined: nobody asks who calls. */
  readonly principal: Principal | undefined
  /** By which shares are counted: one text for a principal, or the address where many go by one name, or none is known. */
  readonly key: string
}

export const createCaller = (principal: Principal | undefined, address: string): Caller => ({
  principal,
  key: principal && !principal.isShared ? keyOf(principal) : address,
})

/** One text for each principal. */
const keyOf = ({ issuer, subject, client }: Principal): string => JSON.stringify([issuer, subject, client])

export const isSame = (one?: Principal, other?: Principal): boolean =>
  one === other || (one?.issuer === other?.issuer && one?.subject === other?.subject && one?.client === other?.client)

/** A request of the server to the client that has no response yet. */
export interface PendingRequest {
  take(response: Response): void
  /** Nobody waits for the response any more. */
  giveUp(why: Error): void
}

/** A request of the client that has no response yet. */
export interface InFlightRequest {
  readonly message: Request
  /** What the client was asked for meanwhile, by the id of the server's request. */
  readonly pending: ReadonlyMap<string, PendingRequest> | undefined
  /** Stops the work; nobody waits for a response. */
  cancel(): void
}

/** What is known of one client. A session keeps it; without sessions each request brings it along. */
export interface Client {
  /** What the client understands: negotiated by `initialize`, or named by the request. */
  revision: Revision
  initialized: boolean
  info: Implementation | undefined
  capabilities: Capabilities
  /** The least severe log message it wants to hear of; undefined: none at all. */
  logLevel: LogLevel | undefined
  readonly caller: Caller
  /** Resources it wants to hear of, by URI. */
  subscriptions: Set<string> | undefined
  readonly inFlight: Slots<InFlightRequest>
  /** Authors' functions that run for it, those included whose result nobody waits for any more. */
  running: number
}

export const createClient = (revision: Revision, caller: Caller = NOBODY): Client => ({
  revision,
  initialized: false,
  info: undefined,
  capabilities: {},
  logLevel: 'info',
  caller,
  subscriptions: undefined,
  inFlight: new Slots(),
  running: 0,
})

const NOBODY: Caller = { principal: undefined, key: '' }
