// What the methods of the extension share: its identifier, and who may use it.
import { RpcError, type Response } from '../jsonrpc/index.ts'
import { CAPABILITY_MISSING, createClient, type Client } from '../mcp/index.ts'

/** The identifier of the extension. */
export const TASKS = 'io.modelcontextprotocol/tasks'

/** A client like that of a call, whose work goes on without the request: only this one cancels it. */
export const cloneOf = ({ revision, caller, info, capabilities, logLevel }: Client): Client => ({
  ...createClient(revision, caller),
  initialized: true,
  info,
  capabilities,
  logLevel,
})

/** The result of a response, or its error, thrown. */
export function resultOf(response: Response | undefined): object {
  if (!response) return {} // it was cancelled, and nobody reads it
  if ('result' in response) return response.result
  throw new RpcError(response.error.code, response.error.message, response.error.data)
}

/** Whether a client declares the extension. */
export const isDeclared = ({ capabilities }: Client): boolean => Object.hasOwn(capabilities.extensions ?? {}, TASKS)

/** Throws RpcError where a client does not declare the extension. */
export function requireDeclared(client: Client): void {
  if (isDeclared(client)) return
  const requiredCapabilities = { extensions: { [TASKS]: {} } }
  throw new RpcError(CAPABILITY_MISSING, `This needs the extension ${TASKS}, which the client does not declare.`, {
    requiredCapabilities,
  })
}
