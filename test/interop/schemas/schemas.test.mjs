// Tools with the schemas of zod, ArkType and valibot: what clients are shown, what is refused, what `run` gets.
// Needs: schemas
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { createClient, createMcpServer, defineTool } from '../../../src/index.ts'
import { handshakeRevisions, newestHandshake } from '../../../src/mcp/revisions/index.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Calls methods of a server with these tools, without a transport. */
function serverOf(...tools) {
  const entries = []
  const server = createMcpServer({ name: 'test', version: '1', tools, log: (entry) => void entries.push(entry) })
  const client = createClient(newestHandshake)
  assert.ok(handshakeRevisions.has(newestHandshake.version))
  const channel = { send() {}, canSend: false }
  const ask = async (method, params) =>
    (await server.handle({ jsonrpc: '2.0', id: 1, method, params }, client, channel)).result
  return {
    entries,
    list: async () => (await ask('tools/list', {})).tools,
    call: (name, args) => ask('tools/call', { name, arguments: args }),
  }
}

const textOf = ({ content }) => content[0].text

const LIBRARIES = {
  zod: z.object({ city: z.string().min(2).describe('Where'), days: z.int().default(3) }),
  arktype: type({ city: 'string >= 2', days: 'number.integer = 3' }),
  valibot: toStandardJsonSchema(
    v.object({ city: v.pipe(v.string(), v.minLength(2)), days: v.optional(v.pipe(v.number(), v.integer()), 3) }),
  ),
}

for (const [library, inputSchema] of Object.entries(LIBRARIES)) {
  const tool = defineTool({ name: 'forecast', inputSchema, run: (args) => JSON.stringify(args) })

  test(`${library}: clients are shown its JSON Schema`, async () => {
    const [{ inputSchema: shown }] = await serverOf(tool).list()
    assert.equal(shown.type, 'object')
    assert.equal(shown.properties.city.type, 'string')
    assert.equal(shown.properties.city.minLength, 2)
    assert.deepEqual(shown.required, ['city'])
    assert.deepEqual(shown, JSON.parse(JSON.stringify(shown)))
  })

  test(`${library}: run gets what the library has made of the arguments`, async () => {
    assert.deepEqual(JSON.parse(textOf(await serverOf(tool).call('forecast', { city: 'Bonn' }))), {
      city: 'Bonn',
      days: 3,
    })
  })

  test(`${library}: what it refuses is told with path and reason`, async () => {
    const result = await serverOf(tool).call('forecast', { city: 'B', days: 'many' })
    assert.equal(result.isError, true)
    assert.match(textOf(result), /^Invalid arguments for forecast: arguments\/city: .+; arguments\/days: .+/)
  })
}

test('what a library transforms and what it waits for reaches run', async () => {
  const inputSchema = z.object({
    on: z
      .string()
      .refine(async (text) => text !== 'never', 'comes never')
      .transform((text) => text.length),
  })
  const { call } = serverOf(defineTool({ name: 'a', inputSchema, run: ({ on }) => `${typeof on} ${on}` }))
  assert.equal(textOf(await call('a', { on: 'monday' })), 'number 6')
  assert.match(textOf(await call('a', { on: 'never' })), /arguments\/on: comes never$/)
})

test('a result is validated, transformed and shown with the schema of its library', async () => {
  const outputSchema = z.object({ at: z.string().transform((text) => text.toUpperCase()), n: z.number().default(1) })
  const tool = (name, structuredContent) =>
    defineTool({ name, inputSchema: z.object({}), outputSchema, run: () => ({ structuredContent }) })
  // A transformation has no JSON Schema of its own for its output.
  assert.throws(() => tool('a', {}), /^TypeError: Tool a: outputSchema has something that JSON Schema cannot say: /)

  const plain = z.object({ at: z.string(), n: z.number().default(1) })
  const outputs = { fits: { at: 'x' }, misfit: { at: 1 }, missing: undefined }
  const tools = Object.entries(outputs).map(([name, structuredContent]) =>
    defineTool({
      name,
      inputSchema: z.object({}),
      outputSchema: plain,
      run: () => ({ content: [], structuredContent }),
    }),
  )
  const fails = defineTool({
    name: 'fails',
    inputSchema: z.object({}),
    outputSchema: plain,
    run: () => ({ content: [], isError: true }),
  })
  const { call, list, entries } = serverOf(...tools, fails)
  assert.deepEqual((await list())[0].outputSchema.properties, {
    at: { type: 'string' },
    n: { default: 1, type: 'number' },
  })
  assert.deepEqual((await call('fits', {})).structuredContent, { at: 'x', n: 1 })
  assert.match(textOf(await call('misfit', {})), /failed/)
  assert.match(textOf(await call('missing', {})), /failed/)
  assert.equal((await call('fails', {})).isError, true)
  const causes = entries.map(({ cause }) => String(cause))
  assert.match(causes[0], /structuredContent\/at: /)
  assert.match(causes[1], /structuredContent is missing/)
})

test('what z.toJSONSchema makes is a JSON Schema, checked as such', async () => {
  const inputSchema = z.toJSONSchema(z.object({ city: z.string() }))
  const { call } = serverOf(defineTool({ name: 'a', inputSchema, run: () => 'ran' }))
  assert.match(textOf(await call('a', {})), /must have required property 'city'.*\(rule: required\)$/)
})

test('a header can repeat an argument of a library', async () => {
  const inputSchema = z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) })
  const { headerParams } = defineTool({ name: 'a', inputSchema, run: () => '' })
  assert.deepEqual(headerParams, [{ name: 'Region', path: ['region'], type: 'string' }])
})

test('the types of arguments and results are those of the library', () => {
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', `file://${ROOT}/`))
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'test/interop/schemas'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  assert.equal(status, 0, stdout)
})

for (const [what, inputSchema, remedy] of [
  ['valibot without its adapter', v.object({ a: v.string() }), /toStandardJsonSchema/],
  ['something that JSON cannot hold', z.object({ a: z.bigint() }), /cannot say/],
  ['what is no object', z.string(), /needs type "object"/],
])
  test(`a definition is refused: ${what}`, () => {
    assert.throws(
      () => defineTool({ name: 'a', inputSchema, run: () => '' }),
      (error) => {
        assert.ok(error instanceof TypeError)
        assert.match(error.message, remedy)
        return true
      },
    )
  })
