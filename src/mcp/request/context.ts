import type { IncomingMessage } from 'node:http'
import type { Handler, Message, Notification, Params, Request, Response } from '../../jsonrpc/index.ts'
import type { Answers, Ask } from './ask.ts'
import type { Principal } from '../http/access.ts'
import type { Revision } from '../revisions/index.ts'
import { LONGEST_MS } from '../../bounds/limits.ts'
import type { Tool } from '../features/tool.ts'
import type { Capabilities, Implementation, LogLevel } from '../protocol/types.ts'

/** What a feature can do, by method. */
export type Methods = Record<string, Handler<Exchange>>

/** What is known of one client. A session keeps it; without sessions each request brings it along. */
export interface Client {
  /** Which words it understands: negotiated by `initialize`, or named by the request. */
  revision: Revision
  initialized: boolean
  info: Implementation | undefined
  capabilities: Capabilities
  /** The least severe log message it wants to hear of; undefined: none at all. */
  logLevel: LogLevel | undefined
  principal: Principal | undefined
  /** Resources it wants to hear of, by URI. */
  subscriptions: Set<string> | undefined
  /** Its requests that have no answer yet. */
  readonly inFlight: Set<Exchange>
  /** Authors' functions that run for it, those included whose answer nobody waits for any more. */
  running: number
  /** Who it is when shares are given out: its principal, or the address that it calls from. */
  readonly caller: string
}

export function newClient(revision: Revision, request?: IncomingMessage): Client {
  const principal = request && callerOf(request)
  return {
    revision,
    initialized: false,
    info: undefined,
    capabilities: {},
    logLevel: 'info',
    principal,
    subscriptions: undefined,
    inFlight: new Set(),
    running: 0,
    caller: request ? shareOf(request) : '',
  }
}

/** One text for each principal. */
export const keyOf = ({ issuer, subject, client }: Principal): string => JSON.stringify([issuer, subject, client])

const callers = new WeakMap<IncomingMessage, Principal>()

/** Who sends a request that was let in. Undefined: nobody asks. */
export const callerOf = (request: IncomingMessage): Principal | undefined => callers.get(request)

/** By whose name shares are given out: that of the principal, else, and where many go by one name, the address. */
export function shareOf(request: IncomingMessage): string {
  const principal = callerOf(request)
  return principal && !principal.isShared ? keyOf(principal) : addressOf(request)
}

const addresses = new WeakMap<IncomingMessage, string>()

/** The address that a request comes from; behind a trusted proxy, the one that this names. */
export const addressOf = (request: IncomingMessage): string =>
  addresses.get(request) ?? request.socket.remoteAddress ?? ''

export const noteAddress = (request: IncomingMessage, address: string) => void addresses.set(request, address)

export const noteCaller = (request: IncomingMessage, caller: Principal) => void callers.set(request, caller)

/** How a transport brings something back to the sender of a message. */
export interface WayBack {
  /** Sends what is said before the answer. */
  send(message: Message): void
  /** Asks the client. How that travels is the transport's affair. */
  ask(exchange: Exchange): Ask
  /** Ends the connection under the way, where the client can come back for the rest. */
  release?(retryMs: number): void
  /** Whether what the transport says of the arguments is true. Throws RpcError. */
  checkArguments?(tool: Tool, args: Params): void
}

/** A question to the client that has no answer yet. */
export interface Question {
  take(response: Response): void
  /** Nobody waits for the answer any more. */
  giveUp(why: Error): void
}

/** Memory that is counted for a caller until it is given back. */
export interface Hold {
  /** One more refers to it. */
  retain(): void
  /** One less does. The last one gives it back. */
  release(): void
  /** Gives it back now, whoever refers to it. */
  free(): void
}

/**
 * One request or notification on its way through the server: who sent it, and the way back.
 * (A name of our own: JSON-RPC has none for a request together with all that is said until its answer.)
 */
export class Exchange {
  readonly message: Request | Notification
  readonly client: Client
  readonly way: WayBack
  /** The memory that the message takes, given back when nothing refers to it any more. */
  readonly hold: Hold | undefined
  /** Takes what nobody foresaw. Set by the server that handles it. */
  onUnexpected: ((error: unknown) => void) | undefined
  /** The client wants no answer any more, or is gone. */
  cancelled = false
  /** What the client was asked meanwhile, by the id of the question. */
  questions: Map<string, Question> | undefined
  /** What the client has answered so far, where it brings its answers along. */
  answers: Answers | undefined
  /** The author's function, as long as it runs: on and on, perhaps, after the exchange has ended. */
  work: Promise<unknown> | undefined
  /** When progress was told last, in milliseconds of the monotonic clock. */
  progressAt = -Infinity
  #controller: AbortController | undefined
  #abortReason: Error | undefined
  #end: Error | undefined
  #onAbort: ((reason: Error) => void) | undefined

  constructor(message: Request | Notification, client: Client, way: WayBack, hold?: Hold) {
    this.message = message
    this.client = client
    this.way = way
    this.hold = hold
  }

  /** Why nothing is said in it any more: it was answered, timed out or cancelled. Undefined: it goes on. */
  get end(): Error | undefined {
    return this.#end
  }

  /** Aborted when the work should stop early. Made when somebody looks: most tools are done before they would. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#abortReason) this.#controller.abort(this.#abortReason)
    return this.#controller.signal
  }

  /** The same as a callback, and cheaper. There is one place for it: only one method runs per exchange. */
  whenAborted(listener: (reason: Error) => void): void {
    if (this.#abortReason) listener(this.#abortReason)
    else this.#onAbort = listener
  }

  /** Sends a notification before the answer. After the end it does nothing, whoever still calls it. It never throws. */
  notify(method: string, params: Params): void {
    if (this.#end) return
    try {
      this.way.send({ jsonrpc: '2.0', method, params })
    } catch (error) {
      // No JSON (a circle, a BigInt). Thrown out of a timer of the tool's, it would end the process.
      this.onUnexpected?.(error)
    }
  }

  /** Ends the connection where the client can come back for the rest. After the end it does nothing. It never throws. */
  release(retryMs: number): void {
    if (this.#end || !Number.isFinite(retryMs) || retryMs < 0) return
    this.way.release?.(Math.min(Math.trunc(retryMs), LONGEST_MS))
  }

  /** Stops the work; the answer says why. */
  abort(reason: Error): void {
    if (this.#end) return
    this.#abortReason = reason
    callEnds.add(reason)
    this.#finish(reason)
    this.#controller?.abort(reason)
    this.#onAbort?.(reason)
  }

  /** Stops the work; nobody waits for an answer. */
  cancel(): void {
    this.cancelled = true
    this.abort(new DOMException('The client has cancelled the request or is gone.', 'AbortError'))
  }

  /** The work is done: from here on nothing is said but the answer. */
  close(): void {
    if (!this.#end) this.#finish(ANSWERED)
  }

  /** Empties the params, for what stays under way for long and has read them: others may still refer to the object. */
  forgetParams(): void {
    const params = this.message.params ?? {}
    for (const name of Object.keys(params)) delete params[name]
    this.hold?.free()
  }

  #finish(end: Error): void {
    this.#end = end
    for (const question of this.questions?.values() ?? []) question.giveUp(end)
  }
}

// One for all: an Error takes a stack, and nearly every call ends this way.
const ANSWERED = new DOMException('The call has been answered.', 'AbortError')

const callEnds = new WeakSet<object>([ANSWERED])

/**
 * Whether an error says no more than that a call is over: answered, timed out or cancelled. A tool that runs on after
 * that gets it from `ask` and from its signal. Where nobody in the tool catches it, it becomes an unhandled rejection,
 * which is no reason to end the process.
 */
export const isCallEnd = (error: unknown): boolean => typeof error === 'object' && error !== null && callEnds.has(error)
