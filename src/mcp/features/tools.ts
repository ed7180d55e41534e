import { INVALID_PARAMS, RpcError, type Handler, type Params } from '../../jsonrpc/index.ts'
import { createCall } from '../call.ts'
import type { Exchange } from '../exchange.ts'
import { causeOf, type Log } from '../log.ts'
import type { Tool, ToolReturn } from '../tool.ts'
import { ToolError } from '../tool-error.ts'
import type { CallToolResult } from '../types.ts'

/** Lists the tools and runs them. */
export function tools(list: readonly Tool[], log: Log): [string, Handler<Exchange>][] {
  const byName = new Map(list.map((tool) => [tool.name, tool]))
  if (byName.size < list.length) throw new TypeError('Two tools have the same name.')
  return [
    [
      'tools/list',
      (_params, { client }) => ({ tools: list.map((tool) => client.revision.encodeTool(tool)) }),
    ],
    [
      'tools/call',
      async (params, exchange) => {
        const { name, arguments: given = {} } = params
        const tool = byName.get(name as string)
        if (!tool) throw new RpcError(INVALID_PARAMS, `Unknown tool: ${String(name).slice(0, 128)}`)
        if (!isObject(given)) throw new RpcError(INVALID_PARAMS, 'params.arguments must be an object.')
        const check = tool.check()
        const checked = (check instanceof Promise ? await check : check)(given)
        if ('problem' in checked) return failed(`Invalid arguments for ${tool.name}: ${checked.problem}`)
        return runTool(tool, checked.value, exchange, log)
      },
    ],
  ]
}

// What goes wrong inside a tool is a result, so that the model can react (server/tools, "Error Handling").
async function runTool(tool: Tool, args: Params, exchange: Exchange, log: Log): Promise<CallToolResult> {
  try {
    const returned = tool.run(args, createCall(exchange, tool.timeoutMs))
    return asResult(returned instanceof Promise ? await inTime(returned, tool, exchange) : returned)
  } catch (error) {
    if (error instanceof ToolError) return failed(error.message)
    if (error instanceof RpcError) throw error
    if (!exchange.cancelled)
      log({ level: 'error', reason: 'tool-failed', tool: tool.name, cause: causeOf(error) })
    return failed(`The tool ${tool.name} failed. The server's log has the cause.`)
  }
}

/** The tool's result, unless its time is up or the client leaves first: then the tool runs on unheard. */
function inTime(returned: Promise<ToolReturn>, tool: Tool, exchange: Exchange): Promise<ToolReturn> {
  return new Promise((resolve, reject) => {
    const seconds = tool.timeoutMs / 1000
    const timer = setTimeout(() => {
      exchange.abort(new ToolError(`The tool ${tool.name} took longer than ${seconds} s and was stopped.`))
    }, tool.timeoutMs)
    exchange.whenAborted((reason) => {
      clearTimeout(timer)
      reject(reason)
    })
    returned.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

const asResult = (returned: ToolReturn): CallToolResult =>
  typeof returned === 'string' ? { content: [{ type: 'text', text: returned }] } : returned

const failed = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true })

const isObject = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
