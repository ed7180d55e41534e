import type { ErrorObject, Options, ValidateFunction } from 'ajv'
import type { JsonSchema } from './schema.ts'

/** A checked value, with defaults filled in, or what is wrong with it: the path and the rule. */
export type Checked = { value: unknown } | { problem: string }
export type Check = (value: unknown) => Checked

const DRAFT_07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/
const DRAFT_2020_12 = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/

/** Whether we can check against the dialect that a schema names. None named means 2020-12. */
export function isKnownDialect({ $schema }: JsonSchema): boolean {
  return $schema === undefined || DRAFT_07.test($schema) || DRAFT_2020_12.test($schema)
}

/**
 * A check of what problems call `what`, compiled at its first use: ajv takes longer to load than all else together.
 */
export function checkAgainst(schema: JsonSchema, what: string): () => Check | Promise<Check> {
  let check: Check | Promise<Check> | undefined
  return () => (check ??= compile(schema, what).then((compiled) => (check = compiled)))
}

async function compile(schema: JsonSchema, what: string): Promise<Check> {
  const ajv = DRAFT_07.test(schema.$schema ?? '')
    ? new (await import('ajv')).Ajv(OPTIONS)
    : new (await import('ajv/dist/2020.js')).Ajv2020(OPTIONS)
  const validate: ValidateFunction = ajv.compile(schema)
  // Defaults are written into what is checked, and that belongs to the caller.
  const writes = JSON.stringify(schema).includes('"default"')
  return (given) => {
    const value = writes ? structuredClone(given) : given
    return validate(value) ? { value } : { problem: describe(validate.errors?.[0], what) }
  }
}

// strict refuses legal tool schemas; coercion and removal would let a tool see what the caller never sent.
const OPTIONS: Options = {
  strict: false,
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: true,
  allErrors: false,
  validateFormats: false,
  logger: false,
  verbose: true, // errors bring the schema along, to name the values that are allowed
}

function describe(error: ErrorObject | null | undefined, what: string): string {
  if (!error) return `${what} does not fit the schema`
  const { instancePath, keyword, message = 'is not allowed', params, parentSchema } = error
  const missing = (parentSchema as JsonSchema).properties?.[params['missingProperty'] as string]?.enum
  const allowed = params['allowedValues'] ?? params['allowedValue'] ?? params['additionalProperty'] ?? missing
  const detail = allowed === undefined ? '' : `: ${JSON.stringify(allowed).slice(0, 512)}`
  return `${what}${instancePath} ${message}${detail} (rule: ${keyword})`
}
