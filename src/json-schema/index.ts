import type { CheckedSchema } from './check-schema.ts'
import type { Check } from './validate.ts'

export { checkSchema, type CheckedSchema } from './check-schema.ts'
export type { Check } from './validate.ts'

/**
 * A check against a schema, compiled at its first use: until then nothing of ajv is loaded. Problems call the value
 * `what`.
 */
export function checkAgainst(schema: CheckedSchema, what: string): () => Check | Promise<Check> {
  let check: Check | Promise<Check> | undefined
  const compile = async () => (check = await (await import('./validate.ts')).compile(schema, what))
  return () => (check ??= compile())
}
