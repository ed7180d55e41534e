import type { Request, Response } from '../../jsonrpc/index.ts'
import { networkOf } from '../../bounds/network.ts'
import { Places } from '../../bounds/places.ts'
import type { Capabilities, Implementation, LogLevel } from '../protocol/types.ts'
import type { Revision } from '../revisions/index.ts'
import type { Principal } from './handler-context.ts'

/** The caller: who sends a request, and for whom it is counted. */
export interface Caller {
  /** The principal; undefined without authorization. */
  readonly principal: Principal | undefined
  /**
   * The key by which shares are counted: one for each principal; the network of the address where it is shared, or
   * where there is none.
   */
  readonly key: string
}

/** The caller of a request from an address. */
export const createCaller = (principal: Principal | undefined, address: string): Caller => ({
  principal,
  key: principal && !principal.isShared ? keyOf(principal) : address.includes(':') ? networkOf(address) : address,
})

/** The owner of what is kept for a caller: its key, where that is one principal's. Undefined: it may be that of many. */
export const ownerOf = ({ principal, key }: Caller): string | undefined =>
  principal && !principal.isShared ? key : undefined

/** A text that is the same for the same principal. */
const keyOf = ({ issuer, subject, client }: Principal): string => JSON.stringify([issuer, subject, client])

/** Whether two principals are the same. */
export const isSame = (one?: Principal, other?: Principal): boolean =>
  one === other || (one?.issuer === other?.issuer && one?.subject === other?.subject && one?.client === other?.client)

/** A request of the server to the client that has no response yet. */
export interface PendingRequest {
  /** Takes the response. */
  take(response: Response): void
  /** Gives it up: nobody waits for the response any more. */
  giveUp(why: Error): void
}

/**
 * A request of the client that has no response yet, as others may see it: they can cancel it, and answer its questions.
 */
export interface InFlightRequest {
  readonly message: Request
  /** The requests of the server that belong to it, by id. */
  readonly pending: ReadonlyMap<string, PendingRequest> | undefined
  /** Cancels the request: its work is stopped, and it gets no response. */
  cancel(): void
}

/** A client, as the server knows it. A session keeps this; without sessions it is made of each request anew. */
export interface Client {
  /** The revision that the client speaks: negotiated by `initialize`, or named by the request. */
  revision: Revision
  /** Whether `initialize` has been answered; without sessions it always is. */
  initialized: boolean
  info: Implementation | undefined
  capabilities: Capabilities
  /** The least severe level of the log messages that it wants; undefined: it wants none. */
  logLevel: LogLevel | undefined
  readonly caller: Caller
  /** The URIs of the resources whose changes it wants to hear of. */
  subscriptions: Set<string> | undefined
  /** Its requests that have no response yet, as far as they are waiting for something. */
  readonly inFlight: Places<InFlightRequest>
  /** The number of authors' functions that run for it, those included whose result nobody waits for any more. */
  running: number
}

/** A client that has said nothing of itself yet. */
export const createClient = (revision: Revision, caller: Caller = NOBODY): Client => ({
  revision,
  initialized: false,
  info: undefined,
  capabilities: {},
  logLevel: 'info',
  caller,
  subscriptions: undefined,
  inFlight: new Places(),
  running: 0,
})

const NOBODY: Caller = { principal: undefined, key: '' }
