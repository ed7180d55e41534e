import { INVALID_PARAMS, RpcError } from '../../jsonrpc/index.ts'
import type { Exchange, Methods } from '../request/context.ts'
import { LOG_LEVELS, type LogLevel } from '../protocol/types.ts'

/** Log messages to the client, which names the least severe level it wants. */
export function logging(): Methods {
  return {
    'logging/setLevel': ({ level }, { client }) => {
      if (!LOG_LEVELS.includes(level as LogLevel))
        throw new RpcError(INVALID_PARAMS, `logging/setLevel needs params.level, one of ${LOG_LEVELS.join(', ')}.`)
      client.logLevel = level as LogLevel
    },
  }
}

/** Sends a log message to the client of an exchange, unless it asked for graver ones only, or for none. */
export function sendLog(exchange: Exchange, level: LogLevel, data: unknown, logger?: string): void {
  const { logLevel } = exchange.client
  if (!logLevel || LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(logLevel)) return
  exchange.notify('notifications/message', { level, ...(logger !== undefined && { logger }), data })
}
