import { attempt, INTERNAL_ERROR, INVALID_REQUEST, isThenable, RpcError } from '../../jsonrpc/index.ts'
import type { MaybePromise } from '../../jsonrpc/index.ts'
import { Deadline } from '../../bounds/deadline.ts'
import { ToolError } from '../protocol/errors.ts'
import { LOG_LEVELS, type InputRequests, type InputResponses } from '../protocol/types.ts'
import { askFor } from './ask.ts'
import type { RequestContext } from './context.ts'
import type { Ask, HandlerContext, Principal } from './handler-context.ts'

/**
 * Runs an author's function. Returns what it returns; throws `timeoutError()` when its time is up, and the reason of
 * the abort when the client has left. Nothing in JavaScript can stop the function: in these two cases it runs on, and
 * `context.work` knows of it.
 */
export function withTimeout<T>(
  context: RequestContext,
  timeoutMs: number,
  timeoutError: () => Error,
  run: (context: HandlerContext) => T | PromiseLike<T>,
): MaybePromise<T> {
  if (context.end) throw context.end // it was cancelled while it waited for its schema, say
  const deadline = new Deadline(timeoutMs)
  const returned = run(new AuthorContext(context, deadline))
  if (!isThenable(returned)) return returned
  return new Promise((resolve, reject) => {
    deadline.start(() => context.abort(timeoutError()))
    context.whenAborted((reason) => {
      deadline.stop()
      reject(reason)
    })
    const end =
      <V>(settle: (value: V) => void) =>
      (value: V): void => {
        context.work = undefined
        deadline.stop()
        settle(value)
      }
    context.work = Promise.resolve(returned).then(end(resolve), end(reject))
  })
}

/**
 * Runs the function of a prompt, a resource or a completion, for at most 60 seconds. A ToolError becomes the error of
 * the response: here no model would read it as a result.
 */
export function runOrRpcError<T>(
  context: RequestContext,
  run: (context: HandlerContext) => T | PromiseLike<T>,
): MaybePromise<T> {
  return attempt<T, T>(
    () => withTimeout(context, TIMEOUT_MS, timeoutError, run),
    (value) => value,
    (error) => {
      // Where the client has left, the error is no failure of the server, and nobody reads it.
      if (error instanceof ToolError || context.cancelled) throw new RpcError(INVALID_REQUEST, (error as Error).message)
      throw error
    },
  )
}

const TIMEOUT_MS = 60_000
const timeoutError = () => new RpcError(INTERNAL_ERROR, `This took longer than ${TIMEOUT_MS / 1000} s.`)

/** The context that an author's function gets. Its helpers are made when they are taken: most tools take none. */
class AuthorContext implements HandlerContext {
  readonly #context: RequestContext
  readonly #deadline: Deadline
  /** The progress that was sent last. */
  #reached = -Infinity

  constructor(context: RequestContext, deadline: Deadline) {
    this.#context = context
    this.#deadline = deadline
  }

  get principal(): Principal | undefined {
    return this.#context.client.caller.principal
  }
  get extensions(): Readonly<Record<string, object>> {
    return this.#context.client.capabilities.extensions ?? {}
  }
  get deadline(): number {
    return Date.now() + this.#deadline.left
  }
  get signal(): AbortSignal {
    return this.#context.signal
  }

  // Each helper is a function that a tool may take out of the context: `const { progress } = context`.
  get ask(): Ask {
    return (requests) => {
      const { end } = this.#context
      const responses = end ? Promise.reject<InputResponses>(end) : this.#ask(requests)
      responses.catch(() => {}) // a tool that does not await the responses needs no unhandled rejection either
      return responses
    }
  }
  get progress(): HandlerContext['progress'] {
    return (progress, total, message) => {
      const { end, message: request, client } = this.#context
      if (end || !(progress > this.#reached)) return
      const token = progressToken(request.params?.['_meta'])
      if (token === undefined) return
      this.#reached = progress
      this.#context.progressAt = performance.now()
      const params = { progressToken: token, progress, ...(total !== undefined && { total }) }
      this.#context.notify(
        'notifications/progress',
        client.revision.encodeProgress({ ...params, ...(message !== undefined && { message }) }),
      )
    }
  }
  get log(): HandlerContext['log'] {
    return (level, data, logger) => {
      const { logLevel } = this.#context.client
      if (!logLevel || LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(logLevel)) return
      this.#context.notify('notifications/message', { level, ...(logger !== undefined && { logger }), data })
    }
  }
  get releaseConnection(): HandlerContext['releaseConnection'] {
    return (retryMs) => this.#context.disconnect(retryMs)
  }

  // The deadline stands still while the client is asked.
  async #ask(requests: InputRequests): Promise<InputResponses> {
    this.#deadline.pause()
    try {
      return await askFor(this.#context)(requests)
    } finally {
      this.#deadline.resume()
    }
  }
}

function progressToken(meta: unknown): string | number | undefined {
  const token = (meta as { progressToken?: unknown } | undefined | null)?.progressToken
  return typeof token === 'string' || Number.isInteger(token) ? (token as string | number) : undefined
}
