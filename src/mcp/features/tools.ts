import { clip, INVALID_PARAMS, isRecord, RpcError, type Params } from '../../jsonrpc/index.ts'
import type { Exchange, Methods } from '../request/context.ts'
import { InputRequired } from '../protocol/input-required.ts'
import { causeOf, type Log } from '../../bounds/log.ts'
import { indexBy, isFunction, must } from '../options.ts'
import type { Revision } from '../revisions/index.ts'
import type { Tool, ToolReturn } from './tool.ts'
import { ToolError } from '../protocol/tool-error.ts'
import type { CallToolResult, Content } from '../protocol/types.ts'
import type { Pager } from './pagination.ts'
import { runInTime } from '../request/call.ts'

/** Lists the tools and runs them. */
export function tools(list: readonly Tool[], page: Pager, log: Log): Methods {
  for (const tool of list) {
    must(isFunction(tool?.check), 'tools: make each with defineTool({ … }).')
    for (const place of tool.costly ?? []) log({ level: 'warn', reason: 'costly-pattern', tool: tool.name, place })
  }
  const byName = indexBy(list, ({ name }) => name, 'tools are called')
  if (list.length === 0) return {}
  return {
    'tools/list': ({ cursor }, { client }) => {
      const { items, ...next } = page('tools', list, cursor)
      return { tools: items.map((tool) => client.revision.encodeTool(tool)), ...next }
    },
    'tools/call': async (params, exchange) => {
      const { name, arguments: given = {} } = params
      if (typeof name !== 'string') throw new RpcError(INVALID_PARAMS, 'params.name must be the name of a tool.')
      const tool = byName.get(name)
      if (!tool) throw new RpcError(INVALID_PARAMS, `Unknown tool: ${clip(name)}. tools/list names all.`)
      if (!isRecord(given)) throw new RpcError(INVALID_PARAMS, 'params.arguments must be an object.')
      exchange.way.checkArguments?.(tool, given)
      const check = tool.check()
      const checked = (check instanceof Promise ? await check : check)(given)
      const result =
        'problem' in checked
          ? failed(`Invalid arguments for ${name}: ${clip(checked.problem, 1024)}`)
          : await runTool(tool, checked.value as Params, exchange, log)
      return encodeCallResult(result, exchange.client.revision)
    },
  }
}

// What goes wrong inside a tool is a result, so that the model can react (server/tools, "Error Handling").
async function runTool(tool: Tool, args: Params, exchange: Exchange, log: Log): Promise<CallToolResult> {
  const { name, timeoutMs } = tool
  const late = () => new ToolError(`The tool ${name} took longer than ${timeoutMs / 1000} s and was stopped.`)
  try {
    const returned = runInTime(exchange, timeoutMs, late, (call) => tool.run(args, call))
    const result = returned instanceof Promise ? await returned : returned
    return asResult(tool.checkOutput ? await checkOutput(result, tool) : result)
  } catch (error) {
    if (error instanceof ToolError) return failed(error.message)
    if (error instanceof RpcError || error instanceof InputRequired) throw error
    if (!exchange.cancelled) log({ level: 'error', reason: 'tool-failed', tool: name, cause: causeOf(error) })
    return failed(`The tool ${name} failed. The server's log has the cause.`)
  }
}

function asResult(returned: ToolReturn): CallToolResult {
  if (typeof returned === 'string') return { content: [text(returned)] }
  const { content, structuredContent } = returned as Partial<CallToolResult>
  if (Array.isArray(content)) return returned as CallToolResult
  if (structuredContent === undefined)
    throw new TypeError('The tool returned neither a text nor { content: [...] } nor { structuredContent }.')
  return { ...returned, content: [text(JSON.stringify(structuredContent))] }
}

/** Throws where the result is not what the tool's own outputSchema promises. */
async function checkOutput(returned: ToolReturn, tool: Tool): Promise<ToolReturn> {
  const { isError, structuredContent } = returned as Partial<CallToolResult>
  if (isError) return returned
  if (structuredContent === undefined) throw new TypeError('structuredContent is missing')
  const checked = (await tool.checkOutput!())(structuredContent)
  if ('problem' in checked) throw new TypeError(checked.problem)
  return { ...(returned as CallToolResult), structuredContent: checked.value }
}

function encodeCallResult(result: CallToolResult, revision: Revision): object {
  // Nearly all results are text and nothing else, which is the same in every revision.
  if (result.structuredContent === undefined && result.content.every(isPlain)) return result
  return revision.encodeCallResult({ ...result, content: known(result.content, revision) as Content[] })
}

const isPlain = ({ type, annotations, _meta }: Content) =>
  type === 'text' && annotations === undefined && _meta === undefined

/** What of it the client has words for. */
const known = (content: readonly Content[], revision: Revision): object[] =>
  content.filter(({ type }) => revision.contentTypes.includes(type)).map((block) => revision.encodeContent(block))

const text = (value: string): Content => ({ type: 'text', text: value })

const failed = (why: string): CallToolResult => ({ content: [text(why)], isError: true })
