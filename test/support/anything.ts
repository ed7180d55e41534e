// JSON values of every kind, and those that nearly are messages; and a server that has every feature to send them to.
import fc from 'fast-check'
import { definePrompt, defineResource, defineResourceTemplate, defineTool } from '../../src/index.ts'
import type { Json } from './wire.ts'

/** Names that an object has without having listed them, and names that mean something to the language. */
const names = fc.constantFrom(
  'toString',
  'valueOf',
  'toJSON',
  'then',
  '__proto__',
  'constructor',
  'name',
  'uri',
  'type',
  'arguments',
  'cursor',
  '_meta',
  'ref',
  'level',
)
const hostile: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom('tool', 'marked', 'prompt', 'file:///a', 'file:///x/y', 'ref/prompt', 'topstories', '', null, 0),
    fc.dictionary(names, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
})).value

export const anything = fc.oneof(fc.jsonValue(), hostile) as fc.Arbitrary<Json>

const METHODS = [
  'initialize',
  'ping',
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'completion/complete',
  'logging/setLevel',
  'server/discover',
  'subscriptions/listen',
  'notifications/cancelled',
  'notifications/initialized',
  'toString',
  '__proto__',
]
const params = fc.oneof(
  hostile,
  fc.record(
    {
      name: hostile,
      uri: hostile,
      arguments: hostile,
      cursor: hostile,
      ref: fc.oneof(
        hostile,
        fc.record({ type: fc.constantFrom('ref/prompt', 'ref/resource'), name: hostile, uri: hostile }),
      ),
      argument: fc.oneof(hostile, fc.record({ name: fc.constantFrom('who', 'x'), value: fc.string() })),
      context: hostile,
      notifications: hostile,
      level: hostile,
      _meta: fc.oneof(
        hostile,
        fc.record({ progressToken: hostile }),
        fc.dictionary(
          fc.constantFrom(
            'io.modelcontextprotocol/protocolVersion',
            'io.modelcontextprotocol/clientCapabilities',
            'io.modelcontextprotocol/clientInfo',
            'io.modelcontextprotocol/logLevel',
          ),
          hostile,
        ),
      ),
      inputResponses: hostile,
      requestState: hostile,
      protocolVersion: hostile,
      capabilities: hostile,
    },
    { requiredKeys: [] },
  ),
)
const ids = fc.oneof(fc.nat(), fc.string(), hostile)
export const messageLike = fc
  .oneof(
    {
      weight: 5,
      arbitrary: fc.record({ jsonrpc: fc.constant('2.0'), id: ids, method: fc.constantFrom(...METHODS), params }),
    },
    fc.record(
      {
        jsonrpc: fc.oneof(fc.constant('2.0'), hostile),
        id: ids,
        method: fc.oneof(fc.constantFrom(...METHODS), hostile),
        params,
        result: hostile,
        error: fc.oneof(hostile, fc.record({ code: fc.integer(), message: fc.string() })),
        extra: hostile,
      },
      { requiredKeys: [] },
    ),
  )
  .chain((one) => fc.constantFrom<Json>(one, one, one, [one], [one, one])) as fc.Arbitrary<Json>

/** Every feature, each in its simplest form. */
export const features = {
  tools: [
    defineTool({ name: 'tool', inputSchema: { type: 'object' }, run: (args) => JSON.stringify(args) }),
    defineTool({
      name: 'marked',
      inputSchema: {
        type: 'object',
        properties: {
          name: { type: 'string', 'x-mcp-header': 'Name' },
          type: { type: 'object', properties: { level: { type: 'integer', 'x-mcp-header': 'Level' } } },
        },
      },
      run: (_args, { progress }) => {
        progress(1)
        return { structuredContent: {} }
      },
    }),
  ],
  prompts: [
    definePrompt({
      name: 'prompt',
      arguments: [{ name: 'who', complete: (value: string) => [value] }],
      get: ({ who }) => `Hello ${who}`,
    }),
  ],
  resources: [defineResource({ name: 'a', uri: 'file:///a', read: () => 'a' })],
  resourceTemplates: [
    defineResourceTemplate({ name: 'x', uriTemplate: 'file:///x/{name}', read: ({ name }) => String(name) }),
  ],
}
