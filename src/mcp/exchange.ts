import type { IncomingMessage } from 'node:http'
import type { Handler, Message, Notification, Params, Request, Response } from '../jsonrpc/index.ts'
import type { Answers, Ask } from './ask.ts'
import type { Principal } from './auth.ts'
import type { Revision } from './revisions/index.ts'
import type { Tool } from './tool.ts'
import type { Capabilities, Implementation, LogLevel } from './types.ts'

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
}

export function newClient(revision: Revision, request?: IncomingMessage): Client {
  return {
    revision,
    initialized: false,
    info: undefined,
    capabilities: {},
    logLevel: 'info',
    principal: request && callerOf(request),
    subscriptions: undefined,
    inFlight: new Set(),
  }
}

const callers = new WeakMap<IncomingMessage, Principal>()

/** Who sends a request that was let in. Undefined: nobody asks. */
export const callerOf = (request: IncomingMessage): Principal | undefined => callers.get(request)

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

/**
 * One request or notification on its way through the server: who sent it, and the way back.
 * (A name of our own: JSON-RPC has none for a request together with all that is said until its answer.)
 */
export class Exchange {
  readonly message: Request | Notification
  readonly client: Client
  readonly way: WayBack
  /** The client wants no answer any more, or is gone. */
  cancelled = false
  /** Takes the answers to what was asked meanwhile, by the id of the question. */
  questions: Map<string, (response: Response) => void> | undefined
  /** What the client has answered so far, where it brings its answers along. */
  answers: Answers | undefined
  /** When progress was told last, in milliseconds. */
  progressAt = -Infinity
  #controller: AbortController | undefined
  #reason: Error | undefined
  #onAbort: ((reason: Error) => void) | undefined

  constructor(message: Request | Notification, client: Client, way: WayBack) {
    this.message = message
    this.client = client
    this.way = way
  }

  /** Aborted when the work should stop early. Made when somebody looks: most tools are done before they would. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#reason) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  /** The same as a callback, and cheaper. There is one place for it: only one method runs per exchange. */
  whenAborted(listener: (reason: Error) => void): void {
    if (this.#reason) listener(this.#reason)
    else this.#onAbort = listener
  }

  notify(method: string, params: Params): void {
    if (this.cancelled) return
    this.way.send({ jsonrpc: '2.0', method, params })
  }

  /** Stops the work; the answer says why. */
  abort(reason: Error): void {
    if (this.#reason) return
    this.#reason = reason
    this.#controller?.abort(reason)
    this.#onAbort?.(reason)
  }

  /** Stops the work; nobody waits for an answer. */
  cancel(): void {
    this.cancelled = true
    this.abort(new DOMException('The client has cancelled the request or is gone.', 'AbortError'))
  }
}
