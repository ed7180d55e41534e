// What the compiler must accept and what it must refuse; checked by `npm run types`, never run.
import { createServer } from 'node:http'
import {
  createMcpHandler,
  definePrompt,
  defineResource,
  defineResourceTemplate,
  defineTool,
  serve,
  type JsonSchema,
} from '../../src/index.ts'
import { createParser, openStream } from '../../src/sse/index.ts'

// The arguments' types come from the schema.
export const hello = defineTool({
  name: 'hello',
  inputSchema: {
    type: 'object',
    properties: {
      who: { type: 'string' },
      times: { type: 'integer', default: 1 },
      loud: { type: 'boolean' },
    },
    required: ['who'],
  },
  run({ who, times, loud }) {
    const text: string = who
    const count: number = times // a default is filled in before the tool runs
    // @ts-expect-error it may be absent
    const yes: boolean = loud
    return text.repeat(count) + String(yes)
  },
})

defineTool({
  name: 'shapes',
  inputSchema: {
    type: 'object',
    properties: {
      unit: { enum: ['c', 'f'] },
      days: {
        type: 'array',
        items: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
      },
      else: {},
    },
    required: ['unit', 'days', 'else'],
  },
  run({ unit, days, else: anything }) {
    const one: 'c' | 'f' = unit
    const n: number = days[0]!.n
    // @ts-expect-error unit is never 'k'
    if (unit === 'k') return ''
    // @ts-expect-error what the schema does not say is unknown
    anything.toFixed()
    return `${one}${n}`
  },
})

// All that JSON Schema allows: several types, schemas that are true or false.
defineTool({
  name: 'several',
  inputSchema: {
    type: 'object',
    properties: {
      who: { type: ['string', 'null'] },
      ids: { type: ['array', 'integer'], items: { type: 'string' }, default: 1 },
      any: true,
      never: false,
      map: { type: 'object', additionalProperties: { type: 'string' } },
      list: { type: 'array' },
      pair: { type: 'array', prefixItems: [{ type: 'string' }, true], items: false },
    },
    required: ['who', 'any', 'map', 'list'],
    additionalProperties: false,
    anyOf: [true, { required: ['ids'] }],
  },
  run({ who, ids, any, map, list, pair }) {
    const name: string | null = who
    const some: number | string[] = ids
    const two: unknown[] | undefined = pair
    // @ts-expect-error what stands where in a list is not followed
    two?.[0].toFixed()
    // @ts-expect-error nor here
    pair?.[0].toFixed()
    const item: unknown = map['x'] ?? list[0]
    // @ts-expect-error it may be null
    who.length.toFixed()
    // @ts-expect-error a schema that is true says nothing
    any.toFixed()
    return `${name}${String(some)}${String(two)}${String(item)}`
  },
})
// @ts-expect-error no such type
defineTool({ name: 'strng', inputSchema: { type: 'object', properties: { a: { type: 'strng' } } }, run: () => '' })
// @ts-expect-error no such type, in a list
defineTool({ name: 'strng', inputSchema: { type: 'object', properties: { a: { type: ['strng'] } } }, run: () => '' })

// What z.toJSONSchema(…) returns, as zod declares it: known at run time alone.
type ZodJson = boolean | ZodJsonSchema
type ZodJsonSchema = {
  [keyword: string]: unknown
  $schema?: 'https://json-schema.org/draft/2020-12/schema' | 'http://json-schema.org/draft-07/schema#'
  $defs?: Record<string, ZodJsonSchema>
  type?: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null' | 'integer'
  properties?: Record<string, ZodJson>
  items?: ZodJson | ZodJson[]
  additionalProperties?: ZodJson
  required?: string[]
  enum?: (string | number | boolean | null)[]
  const?: string | number | boolean | null
  default?: unknown
}
declare const fromZod: ZodJsonSchema & { '~standard': { version: 1 } }
// The same of @types/json-schema: an interface, without other keywords.
interface JsonSchema7 {
  $schema?: string | undefined
  type?: 'object' | 'string' | ('object' | 'string')[] | undefined
  properties?: { [name: string]: JsonSchema7 | boolean } | undefined
  items?: JsonSchema7 | boolean | (JsonSchema7 | boolean)[] | undefined
  required?: string[] | undefined
  enum?: unknown[] | undefined
  default?: unknown
}
declare const fromInterface: JsonSchema7
declare const wide: JsonSchema
declare const unknownKeywords: Record<string, unknown>
for (const inputSchema of [fromZod, fromInterface, wide])
  defineTool({
    name: 'wide',
    inputSchema,
    outputSchema: fromZod,
    run(args) {
      const value: unknown = args['anything']
      // @ts-expect-error nothing is known of it
      args['anything'].length.toFixed()
      return { structuredContent: { value } }
    },
  })
defineTool({ name: 'record', inputSchema: unknownKeywords as JsonSchema, run: (args) => String(args['x']) })
defineTool({ name: 'bare', inputSchema: { type: 'object' }, run: (args) => String(args['x']) })

defineTool({
  name: 'typo',
  inputSchema: { type: 'object', properties: { who: { type: 'string' } }, required: ['who'] },
  // @ts-expect-error `whom` is not in the schema
  run: ({ whom }) => `${whom}`,
})

defineTool({
  name: 'returns',
  inputSchema: { type: 'object', properties: {} },
  // @ts-expect-error a number is no result
  run: () => 7,
})

// What a tool promises of its output, it has to keep.
const weatherSchema = {
  type: 'object',
  properties: { degrees: { type: 'number' } },
  required: ['degrees'],
} as const
defineTool({
  name: 'weather',
  inputSchema: { type: 'object', properties: {} },
  outputSchema: weatherSchema,
  run: () => ({ structuredContent: { degrees: 21 } }),
})
defineTool({
  name: 'weather',
  inputSchema: { type: 'object', properties: {} },
  outputSchema: weatherSchema,
  // @ts-expect-error degrees are a number
  run: () => ({ structuredContent: { degrees: 'warm' } }),
})

// A prompt's values have the names of its arguments; a resource's variables those of its template.
definePrompt({
  name: 'greet',
  arguments: [{ name: 'who', required: true, complete: (value) => [value] }, { name: 'how' }],
  get({ who, how }) {
    const text: string = who
    // @ts-expect-error it may be absent
    const way: string = how
    return text + way
  },
})
definePrompt({
  name: 'typo',
  arguments: [{ name: 'who', required: true }],
  // @ts-expect-error no argument is called `whom`
  get: ({ whom }) => whom,
})
defineResourceTemplate({
  uriTemplate: 'test://{user}/{+path}',
  name: 'files',
  complete: { user: (value) => [value] },
  read({ user, path }) {
    const text: string = user + path
    return new TextEncoder().encode(text)
  },
})
defineResourceTemplate({
  uriTemplate: 'test://{user}',
  name: 'typo',
  // @ts-expect-error no variable is called `users`
  complete: { users: () => [] },
  // @ts-expect-error nor `usr`
  read: ({ usr }) => usr,
})
// @ts-expect-error a resource has a URI
defineResource({ name: 'nowhere', read: () => '' })

// A tool sees nothing of HTTP.
defineTool({
  name: 'call',
  inputSchema: { type: 'object', properties: {} },
  async run(_args, call) {
    call.signal.throwIfAborted()
    call.progress(1, 2, 'half')
    call.log('info', { deadline: call.deadline, who: call.principal?.subject })
    // @ts-expect-error no such level
    call.log('loud', '')
    // @ts-expect-error no request, no response, no headers
    void call.request
    const { name } = await call.ask({ name: { method: 'elicitation/create', params: { message: 'Who?' } } })
    return { content: [{ type: 'text', text: JSON.stringify(name) }] }
  },
})

// The three ways in.
export const whole = () => serve({ name: 'demo', version: '1.0.0', tools: [hello] })

const mcp = createMcpHandler({
  name: 'demo',
  version: '1.0.0',
  tools: [hello],
  allowedHosts: ['api.example.com'],
})
export const mounted = createServer((request, response) => {
  void mcp(request, response, () => response.end('the rest of my site'))
})

export const alone = createServer((_request, response) => {
  const stream = openStream(response, { keepAliveMs: 10_000 })
  const timer = setInterval(() => stream.send({ event: 'tick', data: new Date().toISOString() }), 1000)
  stream.closed.addEventListener('abort', () => clearInterval(timer))
})

const parser = createParser({
  onEvent: ({ type, data, lastEventId }) => console.log(type, data, lastEventId),
})
parser.feed('data: a\n\n')
parser.feed(new Uint8Array([10]))
// @ts-expect-error an event has type and lastEventId, as the standard names them
createParser({ onEvent: ({ event, id }) => console.log(event, id) })
