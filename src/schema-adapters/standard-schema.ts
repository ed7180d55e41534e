// The interfaces of Standard Schema and Standard JSON Schema (https://standardschema.dev), as far as they are used
// here. The specification has libraries copy them, so that no package is needed.

/** A schema of a library: zod, ArkType, valibot and others. Some have types alone, all others the member `~standard`. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    /** The name of the library. */
    readonly vendor: string
    /** The types of the values before and after validation. They exist for the compiler alone. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    /** The JSON Schemas of these values. */
    readonly jsonSchema?: {
      input(options: { target: string }): Record<string, unknown>
      output(options: { target: string }): Record<string, unknown>
    }
    validate?(value: unknown): StandardResult<Output> | Promise<StandardResult<Output>>
  }
}

/** What a validation returns: the value, perhaps transformed, or what is wrong with it. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** Something that is wrong, and where. */
export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The type of the values before or after validation, as a library's schema names it; `unknown` where it does not. */
export type InferStandard<S, Name extends 'input' | 'output'> = S extends { '~standard': { types?: infer Types } }
  ? NonNullable<Types> extends Record<Name, infer T>
    ? T
    : unknown
  : never

/** Whether a value is a schema of a library. Those of ArkType are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  const schema = Object(value) as object
  // What zod's toJSONSchema makes is JSON, and hides the schema that it was made of.
  const isJson = Object.getPrototypeOf(schema) === Object.prototype && !Object.keys(schema).includes('~standard')
  return !isJson && typeof (schema as Partial<StandardSchema>)['~standard'] === 'object'
}

/** What to do about a schema without a JSON Schema, by library. */
const REMEDIES: Readonly<Record<string, string>> = {
  zod: 'Use zod 4.2 or newer, or pass z.toJSONSchema(schema).',
  arktype: 'Use arktype 2.1.28 or newer, or pass schema.toJsonSchema().',
  valibot: 'Pass toStandardJsonSchema(schema), of the package @valibot/to-json-schema.',
}
const REMEDY =
  'Its library has to implement Standard JSON Schema; else pass the JSON Schema, with zod z.toJSONSchema(schema).'

/** The JSON Schema of a library's schema, for the values before or after validation. Throws TypeError, which says what to do, where there is none. */
export function jsonSchemaOf(schema: StandardSchema, side: 'input' | 'output', where: string): object {
  const { vendor, jsonSchema } = schema['~standard']
  if (typeof jsonSchema?.[side] !== 'function')
    throw new TypeError(`${where} has no JSON Schema, which clients need. ${REMEDIES[vendor] ?? REMEDY}`)
  try {
    const json = jsonSchema[side]({ target: 'draft-2020-12' })
    return JSON.parse(JSON.stringify(json)) as object // libraries leave things of their own in it
  } catch (error) {
    throw new TypeError(`${where} has something that JSON Schema cannot say: ${String((error as Error)?.message)}`, {
      cause: error,
    })
  }
}

/** The value that a library has validated. Throws what `refuse` makes of its issues, in one sentence. */
export function validated(result: unknown, what: string, refuse: (problem: string) => Error): unknown {
  const { issues } = Object(result) as { issues?: unknown }
  if (Array.isArray(issues)) throw refuse(describe(issues as StandardIssue[], what))
  if (issues || !Object.hasOwn(Object(result), 'value'))
    throw new TypeError(`The schema library has validated ${what} and returned neither a value nor a list of issues.`)
  return (result as { value: unknown }).value
}

/** Issues that are told; what follows is often a consequence of the first ones. */
const MAX_ISSUES = 5

function describe(issues: readonly StandardIssue[], what: string): string {
  const told = issues.slice(0, MAX_ISSUES).map(({ message, path = [] }) => {
    const names = [...path].map((part) => `/${String(typeof part === 'object' ? part.key : part)}`)
    return `${what}${names.join('')}: ${message}`
  })
  const more = issues.length - told.length
  if (told.length === 0) return `${what} is not valid`
  return told.join('; ') + (more > 0 ? `; and ${more} more` : '')
}
