// Tools that return one kind of content each, and those that say something on the way.
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTool, ToolError, type ChangeBus, type Tool } from '../../src/index.ts'
import { PIXEL } from './resources.ts'

/** A millisecond of silence. */
const SILENCE = 'UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQgAAACAgICAgICAgA=='

const NO_ARGUMENTS = { type: 'object', additionalProperties: false } as const

/** How long a step of the slow tools takes, in milliseconds. */
const STEP_MS = 50

const simpleText = defineTool({
  name: 'test_simple_text',
  description: 'Returns text',
  inputSchema: NO_ARGUMENTS,
  run: () => 'This is a simple text response for testing.',
})

const image = defineTool({
  name: 'test_image_content',
  description: 'Returns a picture',
  inputSchema: NO_ARGUMENTS,
  run: () => ({ content: [{ type: 'image', data: PIXEL, mimeType: 'image/png' }] }),
})

const audio = defineTool({
  name: 'test_audio_content',
  description: 'Returns a sound',
  inputSchema: NO_ARGUMENTS,
  run: () => ({ content: [{ type: 'audio', data: SILENCE, mimeType: 'audio/wav' }] }),
})

const embeddedResource = defineTool({
  name: 'test_embedded_resource',
  description: 'Returns a resource as part of the result',
  inputSchema: NO_ARGUMENTS,
  run: () => ({
    content: [
      {
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      },
    ],
  }),
})

const mixedContent = defineTool({
  name: 'test_multiple_content_types',
  description: 'Returns text, a picture and a resource',
  inputSchema: NO_ARGUMENTS,
  run: () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      { type: 'image', data: PIXEL, mimeType: 'image/png' },
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: JSON.stringify({ test: 'data', value: 123 }),
        },
      },
    ],
  }),
})

const error = defineTool({
  name: 'test_error_handling',
  description: 'Fails, and says why',
  inputSchema: NO_ARGUMENTS,
  run() {
    throw new ToolError('This tool intentionally returns an error for testing')
  },
})

const progress = defineTool({
  name: 'test_tool_with_progress',
  description: 'Says how far it has come',
  inputSchema: NO_ARGUMENTS,
  async run(_args, call) {
    call.progress(0, 100, 'started')
    await sleep(STEP_MS, undefined, call)
    call.progress(50, 100, 'half done')
    await sleep(STEP_MS, undefined, call)
    call.progress(100, 100, 'done')
    return 'Told of its progress.'
  },
})

/** Two names: one suite asks for it in a session that has set a level, the other in a request that has not. */
const logging = ['test_tool_with_logging', 'test_logging_tool'].map((name) =>
  defineTool({
    name,
    description: 'Logs what it does, to a client that wants to know',
    inputSchema: NO_ARGUMENTS,
    async run(_args, call) {
      call.log('info', 'Tool execution started')
      await sleep(STEP_MS, undefined, call)
      call.log('info', 'Tool processing data')
      await sleep(STEP_MS, undefined, call)
      call.log('info', 'Tool execution completed')
      return 'Logged what it did.'
    },
  }),
)

const reconnection = defineTool({
  name: 'test_reconnection',
  description: 'Ends its connection before it is done: the client comes back for the result',
  inputSchema: NO_ARGUMENTS,
  async run(_args, call) {
    call.releaseConnection(500)
    await sleep(2 * STEP_MS, undefined, call)
    return 'You came back for this.'
  },
})

/** Published as it is, keyword by keyword. */
const wholeSchema = defineTool({
  name: 'json_schema_2020_12_tool',
  description: 'Takes arguments that only JSON Schema 2020-12 can describe',
  inputSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
      address: {
        $anchor: 'addressDef',
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
      },
    },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  },
  run: ({ name = 'somebody', contactMethod = 'any way' }) => `${name} can be reached by ${contactMethod}.`,
})

const mirroredArgument = defineTool({
  name: 'test_mirrored_argument',
  description: 'Takes an argument that a header repeats, so that a proxy can route by it',
  inputSchema: {
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
  },
  run: ({ region = 'nowhere' }) => `Routed to ${region}.`,
})

/** They change nothing: what matters is that whoever listens is told. */
export const triggers = (changes: () => ChangeBus): Tool[] =>
  (['tool', 'prompt'] as const).map((what) =>
    defineTool({
      name: `test_trigger_${what}_change`,
      description: `Tells clients that the list of ${what}s has changed`,
      inputSchema: NO_ARGUMENTS,
      run() {
        changes().publish({ kind: `${what}sListChanged` })
        return 'Told.'
      },
    }),
  )

export const tools: Tool[] = [
  simpleText,
  image,
  audio,
  embeddedResource,
  mixedContent,
  error,
  progress,
  ...logging,
  reconnection,
  wholeSchema,
  mirroredArgument,
]
