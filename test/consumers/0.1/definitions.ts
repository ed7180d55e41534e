// Tools, resources and prompts, as the author of a server writes them.
import { definePrompt, defineResource, defineResourceTemplate, defineTool, ToolError } from 'sse-mcp'
import type { HandlerContext, JsonSchema, Prompt, Resource, ResourceTemplate, Tool } from 'sse-mcp'

const greet = defineTool({
  name: 'greet',
  title: 'Greet',
  description: 'Greets somebody, as often as you like',
  annotations: { readOnlyHint: true, openWorldHint: false },
  inputSchema: {
    type: 'object',
    properties: {
      who: { type: 'string', minLength: 1 },
      times: { type: 'integer', default: 1, maximum: 10 },
      tone: { enum: ['kind', 'cold'] },
    },
    required: ['who'],
  },
  run({ who, times, tone }) {
    const name: string = who
    const count: number = times
    const how: 'kind' | 'cold' | undefined = tone
    // @ts-expect-error an argument that is not required may be absent
    const always: 'kind' | 'cold' = tone
    if (always === 'cold') throw new ToolError('Be kind: leave `tone` away.')
    return `Hello, ${name}!${how ? ` (${how})` : ''} `.repeat(count).trim()
  },
})

const sum = defineTool({
  name: 'sum',
  description: 'Adds numbers',
  timeoutMs: 5_000,
  inputSchema: {
    type: 'object',
    properties: { numbers: { type: 'array', items: { type: 'number' } } },
    required: ['numbers'],
  },
  outputSchema: { type: 'object', properties: { total: { type: 'number' } }, required: ['total'] },
  run: ({ numbers }) => ({ structuredContent: { total: numbers.reduce((total, one) => total + one, 0) } }),
})

const work = defineTool({
  name: 'work',
  description: 'Says how far it has come',
  inputSchema: { type: 'object' },
  async run(_args, call: HandlerContext) {
    call.progress(1, 2, 'half')
    call.log('info', { deadline: call.deadline, who: call.principal?.subject }, 'consumer')
    call.signal.throwIfAborted()
    call.progress(2, 2)
    return { content: [{ type: 'text', text: 'done' }] }
  },
})

const order = defineTool({
  name: 'order',
  description: 'Asks its user for a size',
  inputSchema: { type: 'object' },
  async run(_args, { ask }) {
    const requestedSchema = { type: 'object', properties: { size: { type: 'string' } } }
    const { size } = await ask({
      size: { method: 'elicitation/create', params: { message: 'What size?', requestedSchema } },
    })
    const { action, content } = size as { action: string; content?: { size?: unknown } }
    return action === 'accept' ? `A ${String(content?.size)} one.` : 'None, then.'
  },
})

// A schema that is known at run time alone, as that of another library.
const schema: JsonSchema = JSON.parse('{"type":"object","properties":{"any":{"type":"string"}}}') as JsonSchema
const loose = defineTool({ name: 'loose', inputSchema: schema, run: (args) => JSON.stringify(args) })

export const tools: Tool[] = [greet, sum, work, order, loose]

export const resources: Resource[] = [
  defineResource({ uri: 'note://one', name: 'one', mimeType: 'text/plain', read: () => 'The first note.' }),
  defineResource({ uri: 'note://bytes', name: 'bytes', read: () => new Uint8Array([1, 2, 3]) }),
]

export const resourceTemplates: ResourceTemplate[] = [
  defineResourceTemplate({
    uriTemplate: 'note://by/{author}/{+path}',
    name: 'notes',
    complete: {
      author: (value, { principal }) => (principal ? [] : ['ada', 'alan'].filter((a) => a.startsWith(value))),
    },
    read({ author, path }, { signal }) {
      signal.throwIfAborted()
      const text: string = `${author}: ${path}`
      return [{ uri: `note://by/${author}/${path}`, text }]
    },
  }),
]

export const prompts: Prompt[] = [
  definePrompt({
    name: 'review',
    description: 'Asks for a review',
    arguments: [{ name: 'what', required: true, complete: () => ['code', 'prose'] }, { name: 'how' }],
    get({ what, how }) {
      const certain: string = what
      const perhaps: string | undefined = how
      return {
        messages: [{ role: 'user', content: { type: 'text', text: `Review ${certain}, ${perhaps ?? 'well'}.` } }],
      }
    },
  }),
]
