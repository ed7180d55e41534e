import { after, attempt, clip, INVALID_PARAMS, isRecord, RpcError } from '../../jsonrpc/index.ts'
import type { MaybePromise, Params } from '../../jsonrpc/index.ts'
import { wholeNumber } from '../../bounds/limits.ts'
import { causeOf, type Log } from '../../diagnostics/log.ts'
import { checkAgainst, checkSchema, type Check } from '../../json-schema/index.ts'
import type { AnySchema, Arguments, Infer, JsonSchema } from '../../json-schema/types.ts'
import { adaptSchemas, type InferStandard, type StandardSchema } from '../../schema-adapters/index.ts'
import { indexBy, isFunction, isText, must } from '../options.ts'
import { InputRequired, ToolError } from '../protocol/errors.ts'
import type { CallToolResult, Content, ToolInfo } from '../protocol/types.ts'
import type { RequestContext } from '../request/context.ts'
import type { HandlerContext } from '../request/handler-context.ts'
import { withTimeout } from '../request/run-author.ts'
import type { Revision } from '../revisions/index.ts'
import { headerParams, type HeaderParam } from './header-params.ts'
import type { Methods } from './methods.ts'
import type { Pager } from './pagination.ts'

// First the tool that you write, then what a client calls.

/**
 * What the function of a tool returns: a text, or a result. A result of structuredContent alone gets its JSON as text,
 * too, for clients that know nothing else. Throw a ToolError to tell the model what to do differently.
 */
export type ToolReturn<Output = unknown> =
  | string
  | (Omit<CallToolResult, 'structuredContent'> & { structuredContent?: Output })
  | (Omit<CallToolResult, 'structuredContent' | 'content'> & { structuredContent: Output })

/** A JSON Schema, or a schema of zod, ArkType, valibot and others (Standard Schema), which then validates as well. */
export type ToolSchema = AnySchema | StandardSchema

/** A tool, as `defineTool` takes it. */
export interface ToolDefinition<S extends ToolSchema, O extends ToolSchema> extends Omit<
  ToolInfo,
  'inputSchema' | 'outputSchema'
> {
  /**
   * The JSON Schema of the arguments, of draft 2020-12 unless `$schema` names draft-07. Lists publish it as it is.
   * Keywords of other dialects mean nothing here: what OpenAPI writes as `nullable` is `type: ['string', 'null']`.
   */
  inputSchema: S
  /**
   * The JSON Schema of structuredContent, which then has to be there. A result that does not fit is a failure of the
   * tool.
   */
  outputSchema?: O
  /**
   * The milliseconds that a call may take, those not counted in which it asks the client. Default 60,000; Infinity: no
   * end.
   */
  timeoutMs?: number
  run(args: ToolArguments<S>, context: HandlerContext): MaybePromise<ToolReturn<ToolOutput<O>>>
}

/** The type of the arguments: what the schema says, or what its library makes of them. */
export type ToolArguments<S> = S extends StandardSchema ? InferStandard<S, 'output'> : Arguments<S>
/** The type of structuredContent, as `run` returns it: a library may still transform it. */
export type ToolOutput<S> = S extends StandardSchema ? InferStandard<S, 'input'> : Infer<S>

/** A tool: what lists say of it, the checks of its schemas, and the function that does its work. */
export interface Tool extends ToolInfo {
  readonly timeoutMs: number
  /** The places in its schemas with a pattern that a text could keep busy for ever. */
  readonly costly: readonly string[]
  /** The arguments that headers repeat, in a transport that has such headers. */
  readonly headerParams: readonly HeaderParam[]
  run(args: Record<string, unknown>, context: HandlerContext): ToolReturn | Promise<ToolReturn>
  /** The check of the arguments, compiled at the first call: only then is it a promise. */
  check(): Check | Promise<Check>
  /** The check of structuredContent. */
  checkOutput?(): Check | Promise<Check>
}

/**
 * Makes a tool whose arguments are typed by its own JSON Schema. Throws TypeError, which says what to do, for a
 * definition that clients could not use: a wrong name, a schema that cannot be compiled.
 */
export function defineTool<const S extends ToolSchema, const O extends ToolSchema = AnySchema>(
  definition: ToolDefinition<S, O>,
): Tool {
  must(isRecord(definition), 'defineTool needs { name, inputSchema, run }.')
  const { name, timeoutMs = 60_000 } = definition
  const isName = isText(name) && /^[A-Za-z0-9_.-]{1,64}$/.test(name)
  must(isName, `Tool name ${JSON.stringify(name)}: use 1 to 64 of A-Z a-z 0-9 _ . -`)
  const refuse = (problem: string) => new ToolError(`Invalid arguments for ${name}: ${clip(problem, 1024)}`)
  const adapted = adaptSchemas(definition as unknown as Tool, `Tool ${name}`, refuse)
  const { inputSchema, outputSchema, run } = adapted
  must(inputSchema !== undefined, `Tool ${name} needs an inputSchema. Without arguments: { type: 'object' }.`)
  const input = checkSchema(inputSchema, `Tool ${name}: inputSchema`)
  must(input.schema['type'] === 'object', `Tool ${name}: the inputSchema needs type "object".`)
  const output = outputSchema === undefined ? undefined : checkSchema(outputSchema, `Tool ${name}: outputSchema`)
  must(isFunction(definition.run), `Tool ${name}: run must be a function, (args, context) => ….`)
  if (timeoutMs !== Infinity)
    wholeNumber(timeoutMs, `Tool ${name}: timeoutMs, unless it is Infinity,`, 1, Number.MAX_SAFE_INTEGER)
  return {
    ...(definition as unknown as Tool),
    inputSchema: inputSchema as JsonSchema,
    ...(output && { outputSchema: outputSchema as JsonSchema }),
    run, // its arguments are what `check` lets pass
    timeoutMs,
    costly: [...(adapted.checksInput ? [] : input.costly), ...((!adapted.checksOutput && output?.costly) || [])],
    headerParams: headerParams(input),
    check: adapted.checksInput ? () => pass : checkAgainst(input, 'arguments'),
    ...(output && !adapted.checksOutput && { checkOutput: checkAgainst(output, 'structuredContent') }),
  }
}

const pass: Check = (value) => ({ value })

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
    //> call
    'tools/call': (params, context) => {
      const { name, arguments: given = {} } = params
      if (typeof name !== 'string') throw new RpcError(INVALID_PARAMS, 'params.name must be the name of a tool.')
      const tool = byName.get(name)
      if (!tool) throw new RpcError(INVALID_PARAMS, `Unknown tool: ${clip(name)}. tools/list names all.`)
      if (!isRecord(given)) throw new RpcError(INVALID_PARAMS, 'params.arguments must be an object.')
      const result = after(tool.check(), (check) => {
        const checked = check(given)
        return 'problem' in checked
          ? failed(`Invalid arguments for ${name}: ${clip(checked.problem, 1024)}`)
          : runTool(tool, checked.value as Params, context, log)
      })
      return after(result, (one) => encodeCallResult(one, context.client.revision))
    },
    //<
  }
}

// Runs a tool. What goes wrong inside it is a result, so that the model can react (server/tools, "Error Handling").
function runTool(tool: Tool, args: Params, context: RequestContext, log: Log): MaybePromise<CallToolResult> {
  const { name, timeoutMs } = tool
  const timeoutError = () => new ToolError(`The tool ${name} took longer than ${timeoutMs / 1000} s and was stopped.`)
  return attempt<CallToolResult, CallToolResult>(
    () => {
      const returned = withTimeout(context, timeoutMs, timeoutError, (author) => tool.run(args, author))
      return after(returned, (result) => after(tool.checkOutput ? checkOutput(result, tool) : result, asResult))
    },
    (result) => result,
    //> failed
    (error) => {
      if (error instanceof ToolError) return failed(error.message)
      if (error instanceof RpcError || error instanceof InputRequired) throw error
      if (!context.cancelled) log({ level: 'error', reason: 'tool-failed', tool: name, cause: causeOf(error) })
      return failed(`The tool ${name} failed. The server's log has the cause.`)
    },
    //<
  )
}

const kindOf = (value: unknown): string =>
  isRecord(value) ? 'an object without content' : `a value of type ${typeof value}`

/** The result that a tool returned, in full. Throws TypeError for what is none. */
function asResult(returned: ToolReturn): CallToolResult {
  if (typeof returned === 'string') return { content: [text(returned)] }
  const { content, structuredContent } = (returned ?? {}) as Partial<CallToolResult>
  if (Array.isArray(content) && content.every(isRecord)) return returned as CallToolResult
  if (structuredContent === undefined)
    throw new TypeError(
      `The tool returned ${kindOf(returned)}: return a text, { content: [...] } or { structuredContent }.`,
    )
  return { ...returned, content: [text(JSON.stringify(structuredContent))] }
}

/** The result with its structuredContent checked. Throws TypeError where it is not what the outputSchema promises. */
async function checkOutput(returned: ToolReturn, tool: Tool): Promise<ToolReturn> {
  const { isError, structuredContent } = returned as Partial<CallToolResult>
  if (isError) return returned
  if (structuredContent === undefined) throw new TypeError('structuredContent is missing')
  const checked = (await tool.checkOutput!())(structuredContent)
  if ('problem' in checked) throw new TypeError(checked.problem)
  return { ...(returned as CallToolResult), structuredContent: checked.value }
}

/** A result in the words of a revision. */
function encodeCallResult(result: CallToolResult, revision: Revision): object {
  // Nearly all results are text and nothing else, which is the same in every revision.
  if (result.structuredContent === undefined && result.content.every(isPlain)) return result
  return revision.encodeCallResult({ ...result, content: knownBlocks(result.content, revision) as Content[] })
}

const isPlain = ({ type, annotations, _meta }: Content) =>
  type === 'text' && annotations === undefined && _meta === undefined

/** The blocks whose type is known to the client's revision. */
const knownBlocks = (content: readonly Content[], revision: Revision): object[] =>
  content.filter(({ type }) => revision.contentTypes.includes(type)).map((block) => revision.encodeContent(block))

const text = (value: string): Content => ({ type: 'text', text: value })

const failed = (why: string): CallToolResult => ({ content: [text(why)], isError: true })
