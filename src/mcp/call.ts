import { INTERNAL_ERROR, INVALID_REQUEST, RpcError } from '../jsonrpc/index.ts'
import type { Ask } from './ask.ts'
import type { Principal } from './auth.ts'
import type { Exchange } from './exchange.ts'
import { sendLog } from './features/logging.ts'
import type { Call } from './tool.ts'
import { ToolError } from './tool-error.ts'
import type { LogLevel } from './types.ts'

/**
 * Runs what an author wrote, until it is done, its time is up (then it fails with `late()`), or the client leaves:
 * then it runs on unheard.
 */
export function runInTime<T>(
  exchange: Exchange,
  timeoutMs: number,
  late: () => Error,
  work: (call: Call) => T | Promise<T>,
): T | Promise<T> {
  const returned = work(new ExchangeCall(exchange, timeoutMs))
  if (!(returned instanceof Promise)) return returned
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => exchange.abort(late()), timeoutMs)
    exchange.whenAborted((reason) => {
      clearTimeout(timer)
      reject(reason)
    })
    returned.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** The same for what is no tool, whose failure is the error of the response: there is no model to read it. */
export async function runOrFail<T>(exchange: Exchange, work: (call: Call) => T | Promise<T>): Promise<T> {
  try {
    return await runInTime(exchange, TIMEOUT_MS, late, work)
  } catch (error) {
    // Nobody hears it when the client has left, and it is no failure of ours.
    if (error instanceof ToolError || exchange.cancelled) throw new RpcError(INVALID_REQUEST, (error as Error).message)
    throw error
  }
}

const TIMEOUT_MS = 60_000
const late = () => new RpcError(INTERNAL_ERROR, `This took longer than ${TIMEOUT_MS / 1000} s.`)

/** What a tool gets to see of its exchange. A class: as a literal with getters, each kept 5 kB past the young heap. */
class ExchangeCall implements Call {
  readonly #exchange: Exchange
  readonly principal: Principal | undefined
  readonly deadline: number
  #reached = -Infinity

  constructor(exchange: Exchange, timeoutMs: number) {
    this.#exchange = exchange
    this.principal = exchange.client.principal
    this.deadline = Date.now() + timeoutMs
  }

  get signal(): AbortSignal {
    return this.#exchange.signal
  }
  get ask(): Ask {
    return this.#exchange.way.ask(this.#exchange)
  }

  // Properties, so that a tool may take them out of the call.
  readonly progress = (progress: number, total?: number, message?: string): void => {
    const token = progressToken(this.#exchange.message.params?.['_meta'])
    if (token === undefined || !(progress > this.#reached)) return
    this.#reached = progress
    this.#exchange.progressAt = Date.now()
    const params = { progressToken: token, progress, ...(total !== undefined && { total }) }
    this.#exchange.notify(
      'notifications/progress',
      this.#exchange.client.revision.encodeProgress({ ...params, ...(message !== undefined && { message }) }),
    )
  }
  readonly releaseConnection = (retryMs: number): void => this.#exchange.way.release?.(retryMs)
  readonly log = (level: LogLevel, data: unknown, logger?: string): void => sendLog(this.#exchange, level, data, logger)
}

function progressToken(meta: unknown): string | number | undefined {
  const token = (meta as { progressToken?: unknown } | undefined | null)?.progressToken
  return typeof token === 'string' || Number.isInteger(token) ? (token as string | number) : undefined
}
