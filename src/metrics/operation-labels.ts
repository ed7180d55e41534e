import { isRequest, METHOD_NOT_FOUND, type Notification, type Request, type Response } from '../jsonrpc/index.ts'
import type { Client } from '../mcp/request/client.ts'
import type { Labels } from './prometheus.ts'

/** What the channel `sse-mcp:request` tells of a message: at the end, with the response. */
export interface RequestTrace {
  message: Request | Notification
  client: Client
  /** Undefined: it was a notification, or its sender wants no response any more. */
  result?: Response | undefined
}

/** The label of all names that are not known to exist. */
const OTHER = '_OTHER'

/** The most names of tools and prompts that are remembered: an extension may answer any by a result. */
const MAX_NAMES = 1_000

/**
 * The labels of an operation, as OpenTelemetry's conventions for MCP name its attributes. A stranger may send any
 * method and any name of a tool, so only those become labels that the server has: one that has been answered by a
 * result, or that the revision lists.
 */
export function createOperationLabels(): (trace: RequestTrace) => Labels {
  const known = new Set<string>()

  /** The name, if it exists. A result proves that it does. A stranger may send anything for one: an object, say. */
  function nameOf(kind: string, name: unknown, exists: boolean): string {
    if (typeof name !== 'string') return OTHER
    const key = `${kind} ${name}`
    if (exists && (kind === 'method' || known.size < MAX_NAMES)) known.add(key)
    return known.has(key) ? name : OTHER
  }

  return ({ message, client, result }) => {
    const { method, params } = message
    const { revision } = client
    const hasResult = result !== undefined && 'result' in result
    const error = errorOf(message, result)
    const code = result !== undefined && 'error' in result ? String(result.error.code) : undefined
    const isListed = revision.methods.includes(method) && code !== String(METHOD_NOT_FOUND)
    const name = params?.['name']
    return {
      mcp_method_name: nameOf('method', method, hasResult || isListed),
      gen_ai_tool_name: method === 'tools/call' ? nameOf('tool', name, hasResult) : undefined,
      gen_ai_prompt_name: method === 'prompts/get' ? nameOf('prompt', name, hasResult) : undefined,
      error_type: error,
      rpc_response_status_code: code,
      mcp_protocol_version: revision.version,
      network_transport: 'tcp',
    }
  }
}

/** How an operation failed; undefined: it did not. */
function errorOf(message: Request | Notification, result: Response | undefined): string | undefined {
  if (!isRequest(message)) return undefined
  if (result === undefined) return 'cancelled'
  if ('error' in result) return String(result.error.code)
  return message.method === 'tools/call' && (result.result as { isError?: unknown }).isError ? 'tool_error' : undefined
}
