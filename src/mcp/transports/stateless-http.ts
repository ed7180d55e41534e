import type { IncomingMessage } from 'node:http'
import {
  clip,
  INVALID_PARAMS,
  INVALID_REQUEST,
  isRecord,
  isRequest,
  isResponse,
  METHOD_NOT_FOUND,
  RpcError,
  type Params,
  type Request,
  type Response,
} from '../../jsonrpc/index.ts'
import { askByRetry } from '../request/ask.ts'
import { readCapabilities, readClientInfo } from '../request/client-info.ts'
import { FULL } from '../features/subscriptions.ts'
import { CAPABILITY_MISSING, HEADER_MISMATCH, UNSUPPORTED_VERSION } from '../protocol/errors.ts'
import { Exchange, newClient, type Client, type WayBack } from '../request/context.ts'
import { HttpError } from '../http/http-error.ts'
import { perRequestRevisions } from '../revisions/index.ts'
import { LOG_LEVELS, type LogLevel } from '../protocol/types.ts'
import { methodMismatch, nameMismatch, paramMismatch } from './mirrored-headers.ts'
import { acknowledge, Reply } from './post-response.ts'
import type { Common, MessageTransport } from './transport.ts'

// The protocol's own keys of `_meta`.
export const VERSION = 'io.modelcontextprotocol/protocolVersion'
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo'
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel'

/**
 * Streamable HTTP without sessions, 2026-07-28: a request carries all that is needed to answer it, and its reply is
 * all that is remembered of it. A client that closes the reply has cancelled the request.
 */
export function statelessHttp(common: Common): MessageTransport {
  return async (request, response, message, memory) => {
    if (isResponse(message))
      throw new HttpError(400, INVALID_REQUEST, 'A client posts requests only: answer by sending the request again.')
    if (!isRequest(message)) return acknowledge(response)

    const client = readClient(request, message)
    const reply = new Reply(request, response, common)
    const way: WayBack = {
      send: (said) => reply.send(said),
      ask: (asking) => askByRetry(asking, common.server.signer),
      checkArguments({ headerParams }, args) {
        const problem = paramMismatch(request.headers, headerParams, args)
        if (problem) throw new RpcError(HEADER_MISMATCH, problem)
      },
    }
    const exchange = new Exchange(message, client, way, memory)
    response.on('close', () => client.inFlight.size > 0 && exchange.cancel())
    const answer = await common.server.handle(exchange)
    if (!answer) return
    const status = statusOf(answer)
    reply.finish(answer, status, status === 503 ? { 'Retry-After': '10' } : undefined)
  }
}

/** Who asks, in which words. Throws HttpError where `_meta` or the headers that repeat the message are not right. */
function readClient(request: IncomingMessage, { id, method, params = {} }: Request): Client {
  const { headers } = request
  const refuse = (code: number, text: string, data?: object) => new HttpError(400, code, text, { id, data })
  const meta = (params['_meta'] ?? {}) as Params
  const { [VERSION]: version, [CAPABILITIES]: capabilities, [LOG_LEVEL]: logLevel } = meta
  if (typeof version !== 'string') throw refuse(INVALID_PARAMS, `params._meta needs ${VERSION}, ${versions}. ${OLDER}`)
  if (!isRecord(capabilities))
    throw refuse(INVALID_PARAMS, `params._meta needs ${CAPABILITIES}, an object: {} will do.`)
  if (logLevel !== undefined && !LOG_LEVELS.includes(logLevel as LogLevel))
    throw refuse(INVALID_PARAMS, `${LOG_LEVEL} is one of ${LOG_LEVELS.join(', ')}.`)

  if (headers['mcp-protocol-version'] !== version)
    throw refuse(HEADER_MISMATCH, 'The header MCP-Protocol-Version must repeat the version in _meta.')
  const revision = perRequestRevisions.get(version)
  if (!revision) {
    const data = { supported: [...perRequestRevisions.keys()], requested: clip(version) }
    throw refuse(UNSUPPORTED_VERSION, `This version is not served: send ${versions}. ${OLDER}`, data)
  }
  const mismatch = methodMismatch(headers, method) ?? nameMismatch(headers, method, params)
  if (mismatch) throw refuse(HEADER_MISMATCH, mismatch)

  const client = newClient(revision, request)
  client.initialized = true
  client.info = readClientInfo(meta[CLIENT_INFO])
  client.capabilities = readCapabilities(capabilities)
  client.logLevel = logLevel as LogLevel | undefined
  return client
}

const versions = [...perRequestRevisions.keys()].join(' or ')
const OLDER = 'Older revisions begin with initialize, without this version header.'

/** What a client must tell apart from an older server's answer has a status of its own (transports, "Error Handling"). */
function statusOf(answer: Response): number {
  if (!('error' in answer)) return 200
  const { code, data } = answer.error
  if (data === FULL) return 503
  if (code === METHOD_NOT_FOUND) return 404
  return code === HEADER_MISMATCH || code === CAPABILITY_MISSING ? 400 : 200
}
