import type { CheckedSchema } from './check-schema.ts'

export { checkSchema, type CheckedSchema } from './check-schema.ts'

/** A checked value, with defaults filled in, or what is wrong with it: the path and the rule. */
export type Checked = { value: unknown } | { problem: string }
export type Check = (value: unknown) => Checked

/** A check of what problems call `what`, compiled at its first use: until then, nothing of ajv is loaded. */
export function checkAgainst(schema: CheckedSchema, what: string): () => Check | Promise<Check> {
  let check: Check | Promise<Check> | undefined
  const compile = async () => (check = await (await import('./validate.ts')).compile(schema, what))
  return () => (check ??= compile())
}
