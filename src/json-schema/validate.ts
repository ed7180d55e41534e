import type { ErrorObject, KeywordDefinition, KeywordErrorDefinition, Options, SchemaValidateFunction } from 'ajv'
import type { JSONType } from 'ajv/dist/compile/rules.js'
import type { CheckedSchema } from './check-schema.ts'
import { areUnique, isEqual, isMultipleOf } from './json-value.ts'
import { toRegExp } from './pattern.ts'

/** A checked value, with defaults filled in, or what is wrong with it: the path and the rule. */
export type Checked = { value: unknown } | { problem: string }
export type Check = (value: unknown) => Checked

/** Loads ajv, which takes longer than all else together, so nothing imports this before the first call. */
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

// strict refuses legal tool schemas; coercion and removal would let a tool see what the caller never sent.
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

/** The same for defaults and for properties evaluated so far, where ajv forgets it. */
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

// ajv's own count in binary fractions, take what objects inherit for a part of them, or cost the square of the length.
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
