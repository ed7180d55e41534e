import type { Ask } from '../request/ask.ts'
import type { Principal } from '../http/access.ts'
import { checkAgainst, checkSchema, type Check } from '../../json-schema/index.ts'
import { isRecord } from '../../jsonrpc/index.ts'
import { wholeNumber } from '../../bounds/limits.ts'
import { isFunction, isText, must } from '../options.ts'
import { headerParams, type HeaderParam } from './header-params.ts'
import type { AnySchema, Arguments, Infer } from '../../json-schema/types.ts'
import type { CallToolResult, LogLevel, ToolInfo } from '../protocol/types.ts'

/** What a running tool may know and do. Nothing in it speaks of HTTP. */
export interface Call {
  /** Aborted at the deadline, when the client cancels, and when the client is gone. Hand it on to `fetch`. */
  readonly signal: AbortSignal
  /** When the time is up, in milliseconds since 1970. */
  readonly deadline: number
  /** Who is calling; undefined without authorization. */
  readonly principal: Principal | undefined
  /** Says how far the work has come, to a client that asked for it. It must grow; what does not is dropped. */
  progress(progress: number, total?: number, message?: string): void
  /** A log message to the client, which chooses the least severe level it wants. */
  log(level: LogLevel, data: unknown, logger?: string): void
  /** Asks the client (elicitation, sampling, roots). Ask before you act: the body may run again from its first line. */
  ask: Ask
  /** Ends the connection where the client can come back for the rest, and asks it to wait so many milliseconds. */
  releaseConnection(retryMs: number): void
}

/**
 * Text, or a result. One with structuredContent alone has its JSON as text too, for clients that know no other.
 * Throw a ToolError to tell the model what to do differently.
 */
export type ToolReturn<Output = unknown> =
  | string
  | (Omit<CallToolResult, 'structuredContent'> & { structuredContent?: Output })
  | (Omit<CallToolResult, 'structuredContent' | 'content'> & { structuredContent: Output })

export interface ToolDefinition<S extends AnySchema, O extends AnySchema> extends Omit<
  ToolInfo,
  'inputSchema' | 'outputSchema'
> {
  /**
   * What the arguments must be. Published as it is; without `$schema` it is JSON Schema 2020-12. Keywords of others say
   * nothing here: what OpenAPI writes as `nullable` is `type: ['string', 'null']`.
   */
  inputSchema: S
  /** What structuredContent must be; then it has to be there. A result that does not fit is a failure of the tool. */
  outputSchema?: O
  /** How long a call may take, in milliseconds. Default 60,000; Infinity: as long as it wants. */
  timeoutMs?: number
  run(args: Arguments<S>, call: Call): ToolReturn<Infer<O>> | Promise<ToolReturn<Infer<O>>>
}

export interface Tool extends ToolInfo {
  readonly timeoutMs: number
  /** Where its schemas have patterns that a text could keep busy for ever. */
  readonly costly: readonly string[]
  /** Arguments that headers repeat, where the transport has such. */
  readonly headerParams: readonly HeaderParam[]
  run(args: Record<string, unknown>, call: Call): ToolReturn | Promise<ToolReturn>
  /** Compiled at the first call. */
  check(): Check | Promise<Check>
  checkOutput?(): Check | Promise<Check>
}

/** A tool whose arguments are typed by its own JSON Schema. Throws TypeError where clients could not use it. */
export function defineTool<const S extends AnySchema, const O extends AnySchema = AnySchema>(
  definition: ToolDefinition<S, O>,
): Tool {
  must(isRecord(definition), 'defineTool needs { name, inputSchema, run }.')
  const { name, inputSchema, outputSchema, timeoutMs = 60_000 } = definition
  const isName = isText(name) && /^[A-Za-z0-9_.-]{1,64}$/.test(name)
  must(isName, `Tool name ${JSON.stringify(name)}: use 1 to 64 of A-Z a-z 0-9 _ . -`)
  must(inputSchema !== undefined, `Tool ${name} needs an inputSchema. Without arguments: { type: 'object' }.`)
  const input = checkSchema(inputSchema, `Tool ${name}: inputSchema`)
  must(input.schema['type'] === 'object', `Tool ${name}: the inputSchema needs type "object".`)
  const output = outputSchema === undefined ? undefined : checkSchema(outputSchema, `Tool ${name}: outputSchema`)
  must(isFunction(definition.run), `Tool ${name}: run must be a function, (args, call) => ….`)
  if (timeoutMs !== Infinity)
    wholeNumber(timeoutMs, `Tool ${name}: timeoutMs, unless it is Infinity,`, 1, Number.MAX_SAFE_INTEGER)
  return {
    ...(definition as unknown as Tool),
    run: (args, call) => definition.run(args as Arguments<S>, call), // it is what `check` lets pass
    timeoutMs,
    costly: [...input.costly, ...(output?.costly ?? [])],
    headerParams: headerParams(input),
    check: checkAgainst(input, 'arguments'),
    ...(output && { checkOutput: checkAgainst(output, 'structuredContent') }),
  }
}
