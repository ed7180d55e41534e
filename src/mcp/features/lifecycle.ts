import { INVALID_PARAMS, INVALID_REQUEST, RpcError, type Handler } from '../../jsonrpc/index.ts'
import type { Exchange } from '../exchange.ts'
import { negotiate } from '../revisions/index.ts'
import type { Capabilities, Implementation } from '../types.ts'

export interface LifecycleOptions extends Implementation {
  /** How to use this server, for the model. */
  instructions?: string
}

/** How a client meets the server, and what it may say at any time. */
export function lifecycle(
  { name, version, title, instructions }: LifecycleOptions,
  capabilities: Capabilities,
): [string, Handler<Exchange>][] {
  const serverInfo = { name, version, ...(title && { title }) }
  return [
    [
      'initialize',
      ({ protocolVersion, capabilities: offered, clientInfo }, { client }) => {
        if (client.initialized) throw new RpcError(INVALID_REQUEST, 'This session is initialized already.')
        if (typeof protocolVersion !== 'string')
          throw new RpcError(INVALID_PARAMS, 'initialize needs params.protocolVersion, a string.')
        client.initialized = true
        client.revision = negotiate(protocolVersion)
        client.info = clientInfo as Implementation | undefined
        client.capabilities = isObject(offered) ? offered : {}
        return {
          protocolVersion: client.revision.version,
          capabilities,
          serverInfo,
          ...(instructions && { instructions }),
        }
      },
    ],
    ['notifications/initialized', () => {}],
    ['ping', () => {}],
    [
      'notifications/cancelled',
      ({ requestId }, { client }) => {
        // Some clients give every request the same id: a cancel that names it stops all of them.
        for (const exchange of client.inFlight) {
          const { message } = exchange
          if ('id' in message && message.id === requestId && message.method !== 'initialize')
            exchange.cancel()
        }
      },
    ],
  ]
}

const isObject = (value: unknown): value is Capabilities => typeof value === 'object' && value !== null
