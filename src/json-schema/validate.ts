import type { ErrorObject, KeywordDefinition, KeywordErrorDefinition, Options, SchemaValidateFunction } from 'ajv'
import type { JSONType } from 'ajv/dist/compile/rules.js'
import type { CheckedSchema } from './check-schema.ts'
import { areUnique, isEqual, isMultipleOf } from './json-value.ts'
import { toRegExp } from './pattern.ts'

/** The result of a check: the value with defaults filled in, or the problem, with its path and its rule. */
export type Checked = { value: unknown } | { problem: string }
/** A compiled schema. */
export type Check = (value: unknown) => Checked

/**
 * Compiles a schema with ajv, whose loading takes longer than all else together: nothing imports this file before the
 * first call of a tool. Problems call the value `what`.
 */
export async function compile({ schema, isDraft07 }: CheckedSchema, what: string): Promise<Check> {
  const ajv = isDraft07
    ? new (await import('ajv')).Ajv(OPTIONS)
    : new (await import('ajv/dist/2020.js')).Ajv2020(OPTIONS)
  for (const rule of OWN_RULES) ajv.removeKeyword(rule.keyword as string).addKeyword(rule)
  const validate = ajv.compile(schema)
  // Defaults are written into what is checked, and that belongs to the caller.
  const writes = JSON.stringify(schema).includes('"default"')
  return (given) => {
    const value = writes ? structuredClone(given) : given
    return validate(value) ? { value } : { problem: describe(validate.errors?.[0], what) }
  }
}

// The options of ajv. `strict` would refuse legal schemas; by coercion and removal a tool would see what nobody sent.
const OPTIONS: Options = {
  strict: false,
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: true,
  allErrors: false,
  validateFormats: false,
  validateSchema: false, // checkSchema has
  meta: false,
  ownProperties: true, // no object has a property `constructor` because all inherit one
  code: {
    regExp: Object.assign((pattern: string) => toRegExp(pattern)!, { code: 'toRegExp' }),
    process: ownPropertiesToo,
  },
  logger: false,
  verbose: true, // errors bring the schema along, to name the values that are allowed
}

/** Has the code that ajv generates ask for own properties in the two places where `ownProperties` forgets it. */
function ownPropertiesToo(code: string): string {
  return code
    .replace(
      /\bif\(((data\d*)\.(?!__proto__)(\w+)) === undefined\)/g,
      'if($1 === undefined || !Object.hasOwn($2, "$3"))',
    )
    .replace(/\b(props\d+ = (?:props\d+ \|\| )?)\{\}/g, '$1Object.create(null)')
}

type Message = KeywordErrorDefinition['message']

const ruleOf = (keyword: string, type: JSONType[], message: Message, validate: SchemaValidateFunction) =>
  ({ keyword, type, errors: false, error: { message }, validate }) as const

// Rules in place of ajv's, which count in binary fractions, take inherited members for a part of a value, or cost the
// square of the length.
const OWN_RULES: readonly KeywordDefinition[] = [
  ruleOf(
    'multipleOf',
    ['number'],
    ({ schema }) => `must be multiple of ${schema}`,
    (step, value) => isMultipleOf(value, step),
  ),
  ruleOf('uniqueItems', ['array'], 'must NOT have duplicate items', (wanted, list) => !wanted || areUnique(list)),
  ruleOf('enum', [], 'must be equal to one of the allowed values', (all: [], value) =>
    all.some((one) => isEqual(one, value)),
  ),
  ruleOf('const', [], 'must be equal to constant', isEqual),
]

/** The sentence for an error of ajv's: the path, what is wrong, and the values that are allowed. */
function describe(error: ErrorObject | null | undefined, what: string): string {
  if (!error) return `${what} does not fit the schema`
  const { instancePath, keyword, message = 'is not allowed', params, parentSchema } = error
  const schema = parentSchema as { enum?: unknown; const?: unknown; properties?: Record<string, { enum?: unknown }> }
  const missing = schema.properties?.[params['missingProperty'] as string]?.enum
  const allowed =
    keyword === 'enum' || keyword === 'const' ? schema[keyword] : (params['additionalProperty'] ?? missing)
  const detail = allowed === undefined ? '' : `: ${JSON.stringify(allowed).slice(0, 512)}`
  return `${what}${instancePath} ${message}${detail} (rule: ${keyword})`
}
