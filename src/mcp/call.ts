import { INTERNAL_ERROR, INVALID_REQUEST, RpcError } from '../jsonrpc/index.ts'
import type { Exchange } from './exchange.ts'
import { sendLog } from './features/logging.ts'
import type { Call } from './tool.ts'
import { ToolError } from './tool-error.ts'

/**
 * Runs what an author wrote, until it is done, its time is up (then it fails with `late()`), or the client leaves:
 * then it runs on unheard.
 */
export async function runInTime<T>(
  exchange: Exchange,
  timeoutMs: number,
  late: () => Error,
  work: (call: Call) => T | Promise<T>,
): Promise<T> {
  const returned = work(createCall(exchange, timeoutMs))
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

/** What a tool gets to see of its exchange. */
function createCall(exchange: Exchange, timeoutMs: number): Call {
  const { client, message } = exchange
  const token = progressToken(message.params?.['_meta'])
  let reached = -Infinity
  return {
    deadline: Date.now() + timeoutMs,
    principal: client.principal,
    get signal() {
      return exchange.signal
    },
    get ask() {
      return exchange.way.ask(exchange)
    },
    progress(progress, total, text) {
      if (token === undefined || !(progress > reached)) return
      reached = progress
      exchange.progressAt = Date.now()
      const params = { progressToken: token, progress, ...(total !== undefined && { total }) }
      exchange.notify(
        'notifications/progress',
        client.revision.encodeProgress({ ...params, ...(text !== undefined && { message: text }) }),
      )
    },
    releaseConnection: (retryMs) => exchange.way.release?.(retryMs),
    log: (level, data, logger) => sendLog(exchange, level, data, logger),
  }
}

function progressToken(meta: unknown): string | number | undefined {
  const token = (meta as { progressToken?: unknown } | undefined | null)?.progressToken
  return typeof token === 'string' || Number.isInteger(token) ? (token as string | number) : undefined
}
