import { INVALID_PARAMS, RpcError } from '../../jsonrpc/index.ts'
import type { Methods } from './methods.ts'
import { LOG_LEVELS, type LogLevel } from '../protocol/types.ts'

/** Logging (server/utilities/logging): the client sets the least severe level of the log messages that it wants. */
export function logging(): Methods {
  return {
    'logging/setLevel': ({ level }, { client }) => {
      if (!LOG_LEVELS.includes(level as LogLevel))
        throw new RpcError(INVALID_PARAMS, `logging/setLevel needs params.level, one of ${LOG_LEVELS.join(', ')}.`)
      client.logLevel = level as LogLevel
    },
  }
}
