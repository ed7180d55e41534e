import type { CheckedSchema } from './check-schema.ts'
import type { Check } from './validate.ts'

export { checkSchema, type CheckedSchema } from './check-schema.ts'
export type { Check } from './validate.ts'

/**
 * A check against a schema, compiled at its first use: until then nothing of ajv is loaded. Problems call the value
 * `what`. A failure is not kept: want of memory or of file descriptors passes. (That a file did not open, Node 20 keeps
 * by itself, for as long as the process lives; Node 26 does not.)
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
