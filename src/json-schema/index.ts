import type { CheckedSchema } from './check-schema.ts'
import type { Check } from './validate.ts'

export { checkSchema, type CheckedSchema } from './check-schema.ts'
export type { Check } from './validate.ts'

/**
 * A check against a schema, compiled at its first use: until then nothing of ajv is loaded. Problems call the value
 * `what`. A failure is not kept: ajv's file may not have opened for want of file descriptors, and will the next time.
 */
export function checkAgainst(schema: CheckedSchema, what: string): () => Check | Promise<Check> {
  let check: Check | Promise<Check> | undefined
  const compile = async () => {
    try {
      return (check = await (await import('./validate.ts')).compile(schema, what))
    } catch (error) {
      check = undefined
      throw error
    }
  }
  return () => (check ??= compile())
}
