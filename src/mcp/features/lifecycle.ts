import { INVALID_PARAMS, INVALID_REQUEST, RpcError } from '../../jsonrpc/index.ts'
import { readCapabilities, readClientInfo } from '../request/client-info.ts'
import { negotiate, perRequestRevisions, type Revision } from '../revisions/index.ts'
import type { Capabilities, Implementation } from '../protocol/types.ts'
import type { Methods } from './methods.ts'

/** The server, as it introduces itself to clients. */
export interface LifecycleOptions extends Implementation {
  /** How to use this server, for the model. */
  instructions?: string
}

/** Initialization, discovery, ping and cancellation (basic/lifecycle, basic/utilities). */
export function lifecycle(server: LifecycleOptions, capabilities: (revision: Revision) => Capabilities): Methods {
  const { name, version, title, description, icons, websiteUrl } = server
  const info = { name, version, title, description, icons, websiteUrl }
  const instructions = server.instructions === undefined ? {} : { instructions: server.instructions }
  return {
    initialize: ({ protocolVersion, capabilities: offered, clientInfo }, { client }) => {
      if (client.initialized) throw new RpcError(INVALID_REQUEST, 'This session is initialized already.')
      if (typeof protocolVersion !== 'string')
        throw new RpcError(INVALID_PARAMS, 'initialize needs params.protocolVersion, a string.')
      client.initialized = true
      client.revision = negotiate(protocolVersion)
      client.info = readClientInfo(clientInfo)
      client.capabilities = readCapabilities(offered)
      return {
        protocolVersion: client.revision.version,
        capabilities: capabilities(client.revision),
        serverInfo: client.revision.encodeServerInfo(info as Implementation),
        ...instructions,
      }
    },
    'server/discover': (_params, { client }) => ({
      supportedVersions: [...perRequestRevisions.keys()],
      capabilities: capabilities(client.revision),
      ...instructions,
    }),
    'notifications/initialized': () => {},
    ping: () => {},
    'notifications/cancelled': ({ requestId }, { client }) => {
      // A client may give several requests the same id, though it must not: then all of them are cancelled.
      for (const request of client.inFlight) {
        const { id, method } = request.message
        if (id === requestId && method !== 'initialize') request.cancel()
      }
    },
  }
}
