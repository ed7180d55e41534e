import { after, type MaybePromise } from '../jsonrpc/index.ts'
import { isStandardSchema, jsonSchemaOf, validated, type StandardSchema } from './standard-schema.ts'

export type * from './standard-schema.ts'

/** The members of a tool that its schemas concern. */
export interface SchemasAndRun<Args, Context, Returned> {
  inputSchema: unknown
  outputSchema?: unknown
  run(args: Args, context: Context): MaybePromise<Returned>
}

/**
 * The same members, with a JSON Schema in place of each schema of a library. Where the library validates, `run` has it
 * do so before and after the work: that counts as time of the call.
 */
export interface Adapted<Args, Context, Returned> extends SchemasAndRun<Args, Context, Returned> {
  /** Whether `run` validates the arguments itself. */
  checksInput: boolean
  /** Whether it validates structuredContent itself. */
  checksOutput: boolean
}

/** Adapts these members. `where` names the tool in errors; `refuse` makes the error for arguments that are not valid. Throws TypeError. */
export function adaptSchemas<Args, Context, Returned>(
  tool: SchemasAndRun<Args, Context, Returned>,
  where: string,
  refuse: (problem: string) => Error,
): Adapted<Args, Context, Returned> {
  const { inputSchema: input, outputSchema: output } = tool
  const adapted: Adapted<Args, Context, Returned> = {
    inputSchema: input,
    outputSchema: output,
    run: (args, context) => tool.run(args, context),
    checksInput: false,
    checksOutput: false,
  }
  if (isStandardSchema(input)) {
    adapted.inputSchema = jsonSchemaOf(input, 'input', `${where}: inputSchema`)
    const library = input['~standard']
    if (library.validate) {
      adapted.checksInput = true
      adapted.run = (args, context) =>
        after(library.validate!(args), (result) => {
          // Validation may take its time. Who asked may be gone by then, or the time be up: then the tool is not begun.
          const { signal } = context as { signal?: AbortSignal }
          signal?.throwIfAborted()
          return tool.run(validated(result, 'arguments', refuse) as Args, context)
        })
    }
  }
  if (isStandardSchema(output)) {
    adapted.outputSchema = jsonSchemaOf(output, 'output', `${where}: outputSchema`)
    if (output['~standard'].validate) {
      const { run } = adapted
      adapted.checksOutput = true
      adapted.run = (args, context) => after(run(args, context), (returned) => checkOutput(returned, output))
    }
  }
  return adapted
}

const failure = (problem: string) => new TypeError(problem)

/** The result of a tool with its structuredContent validated. Throws TypeError where it is not what was promised. */
function checkOutput<Returned>(returned: Returned, schema: StandardSchema): MaybePromise<Returned> {
  const { isError, structuredContent } = Object(returned) as { isError?: boolean; structuredContent?: unknown }
  if (isError) return returned
  if (structuredContent === undefined) throw failure('structuredContent is missing')
  return after(schema['~standard'].validate!(structuredContent), (result) => ({
    ...returned,
    structuredContent: validated(result, 'structuredContent', failure),
  }))
}
