// Schemas of libraries that behave badly: a call still ends, in its time, and with a sentence.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, createMcpServer, defineTool, type LogEntry, type Tool } from '../../../src/index.ts'
import { newestHandshake } from '../../../src/mcp/revisions/index.ts'
import type { StandardSchema } from '../../../src/schema-adapters/index.ts'
import type { Json } from '../../support/wire.ts'

type Validate = (value: unknown) => Json

const json = () => ({ type: 'object' })

/** A schema of a library that validates like this. */
const schemaOf = (
  validate?: Validate,
  vendor = 'mine',
  jsonSchema: object | undefined = { input: json, output: json },
) =>
  ({
    '~standard': { version: 1, vendor, ...(jsonSchema && { jsonSchema }), ...(validate && { validate }) },
  }) as unknown as StandardSchema

async function call(tool: Tool, args: object = {}): Promise<{ text: string; isError: boolean; causes: string[] }> {
  const entries: LogEntry[] = []
  const log = (entry: LogEntry): void => void entries.push(entry)
  const server = createMcpServer({ name: 'test', version: '1', tools: [tool], log })
  const params = { name: tool.name, arguments: args }
  const channel = { send() {}, canSend: false }
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params } as const
  const { result } = (await server.handle(message, createClient(newestHandshake), channel)) as Json
  return {
    text: result.content[0].text,
    isError: result.isError === true,
    causes: entries.map(({ cause }) => String(cause)),
  }
}

const toolOf = (validate?: Validate, timeoutMs = 60_000) =>
  defineTool({
    name: 'a',
    inputSchema: schemaOf(validate),
    timeoutMs,
    run: (args: unknown) => `ran with ${JSON.stringify(args)}`,
  })

const GARBAGE: [string, Validate][] = [
  ['nothing', () => undefined],
  ['a text', () => 'fine'],
  ['an object without a value', () => ({})],
  ['issues that are no list', () => ({ issues: 'all of it' })],
  ['issues that are none', () => ({ issues: [undefined] })],
  ['a promise of nothing', async () => undefined],
]
for (const [what, validate] of GARBAGE)
  test(`a validator that returns ${what} is a failure of the tool`, async () => {
    const { text, isError, causes } = await call(toolOf(validate))
    assert.equal(isError, true)
    assert.match(text, /^The tool a failed\./)
    assert.equal(causes.length, 1)
  })

for (const [what, validate] of [
  [
    'throws',
    () => {
      throw new Error('secret')
    },
  ],
  ['rejects', () => Promise.reject(new Error('secret'))],
] as [string, Validate][])
  test(`a validator that ${what} is a failure of the tool, and its text goes to the log alone`, async () => {
    const { text, causes } = await call(toolOf(validate))
    assert.match(text, /^The tool a failed\./)
    assert.match(causes[0]!, /secret/)
  })

test('a validator that never ends is stopped by the timeout of the tool', async () => {
  const { text, isError } = await call(toolOf(() => new Promise(() => {}), 20))
  assert.deepEqual([text, isError], ['The tool a took longer than 0.02 s and was stopped.', true])
})

test('a tool is not begun when its validator ends after the time of the call', async () => {
  let runs = 0
  let validated!: (result: object) => void
  const tool = defineTool({
    name: 'a',
    inputSchema: schemaOf(() => new Promise((resolve) => (validated = resolve))),
    timeoutMs: 20,
    run: () => `run ${++runs}`,
  })
  assert.match((await call(tool)).text, /took longer than 0\.02 s/)
  validated({ value: {} })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(runs, 0)
})

test('a validator of results that never ends is stopped as well', async () => {
  const tool = defineTool({
    name: 'a',
    inputSchema: { type: 'object' },
    outputSchema: schemaOf(() => new Promise(() => {})),
    timeoutMs: 20,
    run: () => ({ structuredContent: {} }),
  })
  assert.match((await call(tool)).text, /took longer than 0\.02 s/)
})

test('issues are told by path, the first five, and clipped', async () => {
  const issues = [
    { message: 'one', path: ['list', 0, { key: 'name' }] },
    { message: 'two', path: [Symbol('s')] },
    { message: 'three' },
    { message: 'four', path: [] },
    { message: 'x'.repeat(2000), path: ['long'] },
    { message: 'six' },
  ]
  const { text } = await call(toolOf(() => ({ issues })))
  const start =
    'arguments/list/0/name: one; arguments/Symbol(s): two; arguments: three; arguments: four; arguments/long: x'
  assert.ok(text.startsWith(`Invalid arguments for a: ${start}`))
  assert.equal(text.length, 'Invalid arguments for a: '.length + 1024)
  const short = await call(toolOf(() => ({ issues: issues.map(({ message }) => ({ message: message.slice(0, 5) })) })))
  assert.match(short.text, /; and 1 more$/)
})

test('a list of no issues is a refusal too', async () => {
  assert.equal((await call(toolOf(() => ({ issues: [] })))).text, 'Invalid arguments for a: arguments is not valid')
})

test('a schema that does not validate is checked by its JSON Schema', async () => {
  const input = () => ({ type: 'object', properties: { n: { type: 'number' } }, required: ['n'] })
  const inputSchema = schemaOf(undefined, 'mine', { input, output: input })
  const tool = defineTool({ name: 'a', inputSchema, run: () => 'ran' })
  assert.match((await call(tool)).text, /^Invalid arguments for a: arguments must have required property 'n'/)
  assert.equal((await call(tool, { n: 1 })).text, 'ran')
})

test('a definition that is an object of a class keeps its this', async () => {
  class Greeting {
    readonly name = 'a'
    readonly inputSchema = schemaOf((value) => ({ value }))
    readonly #text = 'private'
    run(): string {
      return this.#text
    }
  }
  assert.equal((await call(defineTool(new Greeting()))).text, 'private')
})

for (const [vendor, remedy] of [
  ['zod', /zod 4\.2/],
  ['arktype', /arktype 2\.1\.28/],
  ['valibot', /@valibot\/to-json-schema/],
  ['mine', /has to implement Standard JSON Schema/],
] as const)
  test(`a schema of ${vendor} without a JSON Schema is refused with what to do`, () => {
    const inputSchema = {
      '~standard': { version: 1, vendor, validate: (value: unknown) => ({ value }) },
    } as StandardSchema
    assert.throws(
      () => defineTool({ name: 'a', inputSchema, run: () => '' }),
      (error) => {
        assert.ok(error instanceof TypeError)
        assert.match(error.message, /^Tool a: inputSchema has no JSON Schema, which clients need\. /)
        assert.match(error.message, remedy)
        return true
      },
    )
  })

for (const [what, broken] of [
  [
    'throws',
    () => {
      throw new Error('no bigint')
    },
  ],
  ['returns nothing', () => undefined],
  ['returns a text', () => 'object'],
] as const)
  test(`a JSON Schema that cannot be had is a TypeError: its library ${what}`, () => {
    const inputSchema = schemaOf((value) => ({ value }), 'mine', { input: broken, output: broken })
    assert.throws(() => defineTool({ name: 'a', inputSchema, run: () => '' }), /^TypeError: Tool a: inputSchema /)
  })
