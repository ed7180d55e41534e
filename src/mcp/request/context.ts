import type { MaybePromise, Message, Notification, Params, Request, Response } from '../../jsonrpc/index.ts'
import { LONGEST_MS } from '../../bounds/limits.ts'
import type { MessageMemory } from '../../bounds/budget.ts'
import type { InputResponses } from '../protocol/types.ts'
import type { Client, InFlightRequest, PendingRequest } from './client.ts'
import type { Signer } from './signer.ts'

/** A channel: how the sender of a message is reached before the response. Each transport has its own. */
export interface ClientChannel {
  /** Sends a notification, or a request of the server. */
  send(message: Message): void
  /** Whether what is sent reaches the client: one that accepts JSON alone gets the response and nothing else. */
  readonly canSend: boolean
  /** Whether it takes requests of the server in a revision that has none, as a task does, whose client polls them. */
  readonly canAsk?: boolean
  /** The headers of the request, in a transport that has such. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Ends the connection, not the stream: the client can come back for the rest after `retryMs` milliseconds. */
  disconnect?(retryMs: number): void
}

/**
 * Handles a message of a client: runs a request and returns its response, takes a response to a request of ours.
 * Undefined: it was no request, or its sender does not want a response any more. What is sent before the response goes
 * to the channel. `memory` is that of the message, which a request in flight retains.
 */
export type HandleMessage = (
  message: Message,
  client: Client,
  channel: ClientChannel,
  memory?: MessageMemory,
) => MaybePromise<Response | undefined>

/** What a request needs of the server that handles it. */
export interface RequestServices {
  /** Signs the state of requests that end with input requests. */
  readonly signer: Signer
  /** What the ids of its own requests begin with. They name the node, for the response may come to another one. */
  readonly askPrefix: string
  /** Reports an unexpected error. */
  onUnexpected(error: unknown): void
  /** Handles a message as the server does: by this an extension has one handled later, or again. */
  readonly handle: HandleMessage
}

/**
 * A request or notification while it is handled: the message, who sent it, how its sender is reached, and whether it is
 * over. Every method gets it as its second argument.
 */
export class RequestContext implements InFlightRequest {
  readonly message: Request
  readonly client: Client
  readonly channel: ClientChannel
  readonly services: RequestServices
  /** The memory of the message, given back when nothing refers to it any more. */
  readonly memory: MessageMemory | undefined
  /** Whether the client wants no response any more, or is gone. */
  cancelled = false
  /** The requests of the server that belong to it and wait for a response, by id. */
  pending: Map<string, PendingRequest> | undefined
  /** The client's input responses so far, in a revision in which requests bring them along. */
  inputResponses: InputResponses | undefined
  /** The author's function as long as it runs, perhaps when the request is over already. */
  work: Promise<unknown> | undefined
  /** The time of the last progress notification, in milliseconds of the monotonic clock. */
  progressAt = -Infinity
  #controller: AbortController | undefined
  #abortReason: Error | undefined
  #end: Error | undefined
  #onAbort: ((reason: Error) => void) | undefined

  constructor(
    message: Request | Notification,
    client: Client,
    channel: ClientChannel,
    services: RequestServices,
    memory?: MessageMemory,
  ) {
    this.message = message as Request // a notification has no id, and none of their methods reads it
    this.client = client
    this.channel = channel
    this.services = services
    this.memory = memory
  }

  /** The reason for which it is over: answered, timed out or cancelled. Undefined: it is not. */
  get end(): Error | undefined {
    return this.#end
  }

  /** A signal, aborted when the work should stop early. It is made when it is taken: most tools never do. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#abortReason) this.#controller.abort(this.#abortReason)
    return this.#controller.signal
  }

  /** Has a function called when the work should stop early: cheaper than the signal. There is room for one. */
  whenAborted(listener: (reason: Error) => void): void {
    if (this.#abortReason) listener(this.#abortReason)
    else this.#onAbort = listener
  }

  /** Sends a notification before the response. Once the request is over it does nothing. It never throws. */
  notify(method: string, params: Params): void {
    if (this.#end) return
    try {
      this.channel.send({ jsonrpc: '2.0', method, params })
    } catch (error) {
      // The params are no JSON (a circle, a BigInt). Thrown in a timer of a tool, the error would end the process.
      this.services.onUnexpected(error)
    }
  }

  /**
   * Ends the connection where the client can come back for the rest. Once the request is over it does nothing. It never
   * throws.
   */
  disconnect(retryMs: number): void {
    if (this.#end || !Number.isFinite(retryMs) || retryMs < 0) return
    this.channel.disconnect?.(Math.min(Math.trunc(retryMs), LONGEST_MS))
  }

  /** Stops the work, for a reason that the response may tell. */
  abort(reason: Error): void {
    if (this.#end) return
    this.#abortReason = reason
    callEnds.add(reason)
    this.#finish(reason)
    this.#controller?.abort(reason)
    this.#onAbort?.(reason)
  }

  cancel(): void {
    this.cancelled = true
    this.abort(new DOMException('The client has cancelled the request or is gone.', 'AbortError'))
  }

  /** Ends it because the work is done: from here on nothing is sent but the response. */
  close(): void {
    if (!this.#end) this.#finish(ANSWERED)
  }

  /** Empties the params and gives their memory back, for a request that has read them and stays in flight for long. */
  forgetParams(): void {
    const params = this.message.params ?? {}
    for (const name of Object.keys(params)) delete params[name]
    this.memory?.free()
  }

  #finish(end: Error): void {
    this.#end = end
    for (const request of this.pending?.values() ?? []) request.giveUp(end)
  }
}

// The end of a call that was answered. One for all: an Error takes a stack, and nearly every call ends this way.
const ANSWERED = new DOMException('The call has been answered.', 'AbortError')

const callEnds = new WeakSet<object>([ANSWERED])

/**
 * Whether an error says no more than that a call is over: answered, timed out or cancelled. A tool that runs on after
 * that gets such an error from `ask` and from its signal. A tool that does not catch it leaves an unhandled rejection,
 * which is no reason to end the process.
 */
export const isCallEnd = (error: unknown): boolean => typeof error === 'object' && error !== null && callEnds.has(error)
