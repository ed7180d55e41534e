import type { Exchange } from './exchange.ts'
import { sendLog } from './features/logging.ts'
import type { Call } from './tool.ts'

/** What a tool gets to see of its exchange. */
export function createCall(exchange: Exchange, timeoutMs: number): Call {
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
      return exchange.ask
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
    log: (level, data, logger) => sendLog(exchange, level, data, logger),
  }
}

function progressToken(meta: unknown): string | number | undefined {
  const token = (meta as { progressToken?: unknown } | undefined | null)?.progressToken
  return typeof token === 'string' || Number.isInteger(token) ? (token as string | number) : undefined
}
