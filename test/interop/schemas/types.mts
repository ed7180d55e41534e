// The types that defineTool infers from the schemas of libraries. It is compiled, never run.
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { defineTool } from '../../../src/index.ts'

/** Compiles where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_proof: Same<A, B>): void => {}

defineTool({
  name: 'zod',
  inputSchema: z.object({
    city: z.string(),
    days: z.number().default(3),
    on: z.string().transform((text) => text.length),
  }),
  outputSchema: z.object({ sum: z.number(), more: z.string().optional() }),
  run(args, { signal }) {
    same<typeof args, { city: string; days: number; on: number }>(true)
    same<typeof signal, AbortSignal>(true)
    return { structuredContent: { sum: args.days + args.on } }
  },
})

defineTool({
  name: 'arktype',
  inputSchema: type({ city: 'string', 'days?': 'number' }),
  run(args) {
    same<typeof args.city, string>(true)
    same<typeof args.days, number | undefined>(true)
    return args.city
  },
})

defineTool({
  name: 'valibot',
  inputSchema: toStandardJsonSchema(v.object({ city: v.string(), days: v.optional(v.number(), 3) })),
  async run(args) {
    same<typeof args, { city: string; days: number }>(true)
    return args.city
  },
})

defineTool({
  name: 'json',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  outputSchema: z.object({ length: z.number() }),
  run(args) {
    same<typeof args.city, string>(true)
    return { structuredContent: { length: args.city.length } }
  },
})

defineTool({
  name: 'wrong_output',
  inputSchema: z.object({}),
  outputSchema: z.object({ sum: z.number() }),
  // @ts-expect-error the sum is a number
  run: () => ({ structuredContent: { sum: 'one' } }),
})

defineTool({
  name: 'wrong_argument',
  inputSchema: z.object({ city: z.string() }),
  // @ts-expect-error there is no such argument
  run: ({ town }) => town,
})

/** A schema that comes from elsewhere keeps its type. */
export const toolOf = <S extends z.ZodObject>(schema: S) =>
  defineTool({ name: 'generic', inputSchema: schema, run: (args) => JSON.stringify(args) })
