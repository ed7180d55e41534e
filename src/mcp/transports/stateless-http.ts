import type { HttpRequest } from '../http/node-http.ts'
import { after, clip, INVALID_PARAMS, INVALID_REQUEST, isRecord, METHOD_NOT_FOUND } from '../../jsonrpc/index.ts'
import { isRequest, isResponse, type Params, type Request, type Response } from '../../jsonrpc/index.ts'
import { SUBSCRIPTIONS_FULL } from '../features/subscriptions.ts'
import { asMessage } from '../http/body.ts'
import { acknowledge } from '../http/content.ts'
import { HttpError } from '../http/http-error.ts'
import { CAPABILITY_MISSING, HEADER_MISMATCH, UNSUPPORTED_VERSION } from '../protocol/errors.ts'
import { LOG_LEVELS, type LogLevel } from '../protocol/types.ts'
import { readCapabilities, readClientInfo } from '../request/client-info.ts'
import { createClient, type Caller, type Client } from '../request/client.ts'
import { perRequestRevisions } from '../revisions/index.ts'
import { methodMismatch, nameMismatch, paramMismatch } from './mirrored-headers.ts'
import { PostResponse } from './post-response.ts'
import type { PostHandler, TransportOptions } from './transport.ts'

// The keys of `_meta` that the specification has taken for itself (basic, "_meta").
export const VERSION = 'io.modelcontextprotocol/protocolVersion'
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo'
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel'

/**
 * Streamable HTTP without sessions, 2026-07-28:
 * 1. The client posts a request. Its `_meta` has the version and the capabilities, and headers repeat what it says.
 * 2. The HTTP response is JSON, or, where anything is sent before the JSON-RPC response, an event stream.
 * 3. A result of type `input_required` asks for input: the client posts the request again, with its responses.
 * 4. A client that closes the HTTP response has cancelled the request.
 */
export function statelessHttp(options: TransportOptions): { post: PostHandler } {
  const { server } = options

  /** 1: takes a request; 2: responds. */
  const post: PostHandler = (request, response, caller, body, memory) => {
    const message = asMessage(body)
    if (isResponse(message))
      throw new HttpError(400, INVALID_REQUEST, 'A client posts requests only: answer by sending the request again.')
    if (!isRequest(message)) return acknowledge(response) // no notification has a meaning without a session

    const client = readClient(request, message, caller)
    checkParams(request, message)
    const channel = new PostResponse(request, response, caller, options)
    response.on('close', () => {
      for (const inFlight of client.inFlight) inFlight.cancel() // 4
    })
    return after(server.handle(message, client, channel, memory), (responded) => {
      if (!responded) return
      const status = statusOf(responded)
      channel.finish(responded, status, status === 503 ? { 'Retry-After': '10' } : undefined)
    })
  }

  /** Throws HttpError where `Mcp-Param-*` does not repeat the arguments of a tool. */
  function checkParams({ headers }: HttpRequest, { id, method, params = {} }: Request): void {
    const { name, arguments: args = {} } = params
    if (method !== 'tools/call' || !isRecord(args)) return
    const problem = paramMismatch(headers, server.headerParamsOf(name), args)
    if (problem) throw new HttpError(400, HEADER_MISMATCH, problem, { id })
  }

  return { post }
}

/** The client, as `_meta` describes it. Throws HttpError where `_meta` or the headers that repeat it are not right. */
function readClient(request: HttpRequest, { id, method, params = {} }: Request, caller: Caller): Client {
  const { headers } = request
  const refuse = (code: number, text: string, data?: object) => new HttpError(400, code, text, { id, data })
  const meta = (params['_meta'] ?? {}) as Params
  const { [VERSION]: version, [CAPABILITIES]: capabilities, [LOG_LEVEL]: logLevel } = meta
  if (typeof version !== 'string') throw refuse(INVALID_PARAMS, `params._meta needs ${VERSION}, ${versions}. ${OLDER}`)
  if (!isRecord(capabilities))
    throw refuse(INVALID_PARAMS, `params._meta needs ${CAPABILITIES}, an object: {} will do.`)
  if (logLevel !== undefined && !LOG_LEVELS.includes(logLevel as LogLevel))
    throw refuse(INVALID_PARAMS, `${LOG_LEVEL} is one of ${LOG_LEVELS.join(', ')}.`)

  //> refuse
  if (headers['mcp-protocol-version'] !== version)
    throw refuse(HEADER_MISMATCH, 'The header MCP-Protocol-Version must repeat the version in _meta.')
  const revision = perRequestRevisions.get(version)
  if (!revision) {
    const data = { supported: [...perRequestRevisions.keys()], requested: clip(version) }
    throw refuse(UNSUPPORTED_VERSION, `This version is not served: send ${versions}. ${OLDER}`, data)
  }
  const mismatch = methodMismatch(headers, method) ?? nameMismatch(headers, method, params)
  if (mismatch) throw refuse(HEADER_MISMATCH, mismatch)
  //<

  const client = createClient(revision, caller)
  client.initialized = true
  client.info = readClientInfo(meta[CLIENT_INFO])
  client.capabilities = readCapabilities(capabilities)
  client.logLevel = logLevel as LogLevel | undefined
  return client
}

const versions = [...perRequestRevisions.keys()].join(' or ')
const OLDER = 'Older revisions begin with initialize, without this version header.'

//> status
/**
 * The HTTP status of a JSON-RPC response. An error that a client must tell apart from the answer of an older server has
 * a status of its own (transports, "Error Handling").
 */
function statusOf(response: Response): number {
  if (!('error' in response)) return 200
  const { code, data } = response.error
  if (data === SUBSCRIPTIONS_FULL) return 503
  if (code === METHOD_NOT_FOUND) return 404
  return code === HEADER_MISMATCH || code === CAPABILITY_MISSING ? 400 : 200
}
//<
