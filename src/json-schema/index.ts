import type { CheckedSchema } from './check-schema.ts'
import type { Check } from './validate.ts'

export { checkSchema, type CheckedSchema } from './check-schema.ts'
export type { Check, Checked } from './validate.ts'

/** A check of what problems call `what`, compiled at its first use: until then, nothing of ajv is loaded. */
export function checkAgainst(schema: CheckedSchema, what: string): () => Check | Promise<Check> {
  let check: Check | Promise<Check> | undefined
  const compile = async () => (check = await (await import('./validate.ts')).compile(schema, what))
  return () => (check ??= compile())
}
