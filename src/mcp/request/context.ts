import type { Message, Notification, Params, Request } from '../../jsonrpc/index.ts'
import { LONGEST_MS } from '../../bounds/limits.ts'
import type { InputResponses } from '../protocol/types.ts'
import type { Client, InFlightRequest, PendingRequest } from './client.ts'
import type { Signer } from './signer.ts'

/** How a transport reaches the sender of a message before the response. */
export interface ClientChannel {
  /** Sends a notification, or a request of the server. */
  send(message: Message): void
  /** Whether such a message reaches the client: one that accepts JSON alone gets the response and nothing else. */
  readonly canSend: boolean
  /** Ends the connection, not the stream, where the client can come back for the rest after so many milliseconds. */
  disconnect?(retryMs: number): void
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

/** What a request needs of the server that handles it. */
export interface RequestServices {
  /** Signs the state of requests that end with input requests. */
  readonly signer: Signer
  /** Reports an unexpected error. */
  onUnexpected(error: unknown): void
}

/** One request or notification while it is handled: who sent it, how its sender is reached, and whether it is over. */
export class RequestContext implements InFlightRequest {
  readonly message: Request
  readonly client: Client
  readonly channel: ClientChannel
  readonly services: RequestServices
  /** The memory that the message takes, given back when nothing refers to it any more. */
  readonly hold: Hold | undefined
  /** The client wants no response any more, or is gone. */
  cancelled = false
  pending: Map<string, PendingRequest> | undefined
  /** What the client has answered so far, where it brings its answers along. */
  inputResponses: InputResponses | undefined
  /** The author's function, as long as it runs: on and on, perhaps, after the request is over. */
  work: Promise<unknown> | undefined
  /** When progress was told last, in milliseconds of the monotonic clock. */
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
    hold?: Hold,
  ) {
    this.message = message as Request // of a notification nobody reads the id
    this.client = client
    this.channel = channel
    this.services = services
    this.hold = hold
  }

  /** Why nothing is sent for it any more: it was answered, timed out or cancelled. Undefined: it goes on. */
  get end(): Error | undefined {
    return this.#end
  }

  /** Aborted when the work should stop early. Made when somebody looks: most tools are done before they would. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#abortReason) this.#controller.abort(this.#abortReason)
    return this.#controller.signal
  }

  /** The same as a callback, and cheaper. There is one place for it: only one handler runs for a request. */
  whenAborted(listener: (reason: Error) => void): void {
    if (this.#abortReason) listener(this.#abortReason)
    else this.#onAbort = listener
  }

  /** Sends a notification before the response. After the end it does nothing, whoever still calls it. It never throws. */
  notify(method: string, params: Params): void {
    if (this.#end) return
    try {
      this.channel.send({ jsonrpc: '2.0', method, params })
    } catch (error) {
      // No JSON (a circle, a BigInt). Thrown out of a timer of the tool's, it would end the process.
      this.services.onUnexpected(error)
    }
  }

  /** Ends the connection where the client can come back for the rest. After the end it does nothing. It never throws. */
  disconnect(retryMs: number): void {
    if (this.#end || !Number.isFinite(retryMs) || retryMs < 0) return
    this.channel.disconnect?.(Math.min(Math.trunc(retryMs), LONGEST_MS))
  }

  /** Stops the work; the response says why. */
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

  /** The work is done: from here on nothing is sent but the response. */
  close(): void {
    if (!this.#end) this.#finish(ANSWERED)
  }

  /** Empties the params, for what stays in flight for long and has read them: others may still refer to the object. */
  forgetParams(): void {
    const params = this.message.params ?? {}
    for (const name of Object.keys(params)) delete params[name]
    this.hold?.free()
  }

  #finish(end: Error): void {
    this.#end = end
    for (const request of this.pending?.values() ?? []) request.giveUp(end)
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
