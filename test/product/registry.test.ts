// server.json, by which the MCP registry knows the server: whole, and true of the program that it names.
// Runs once: it reads files, whatever the Node.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SETTINGS, variableOf } from '../../src/app/settings.ts'
import { checkAgainst, checkSchema } from '../../src/json-schema/index.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const json = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
const server = json('server.json')
const manifest = json('package.json')

// What the registry asks of the members that we have (docs of the registry, "server.json"), and no other members.
const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength })
const closed = (properties: Record<string, object>, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
})
const variable = closed(
  {
    name: { type: 'string', pattern: '^[A-Z][A-Z_]*$' },
    description: text(200),
    format: { enum: ['string', 'number', 'boolean', 'filepath'] },
    choices: { type: 'array', items: { type: 'string' } },
    default: { type: 'string' },
  },
  ['format', 'choices'],
)
const SCHEMA = closed({
  $schema: { const: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json' },
  name: { type: 'string', pattern: '^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$', minLength: 3, maxLength: 200 },
  title: text(100),
  description: text(100),
  version: text(255),
  packages: {
    type: 'array',
    items: closed({
      registryType: { const: 'npm' },
      registryBaseUrl: { const: 'https://registry.npmjs.org' },
      identifier: text(214),
      version: text(255),
      runtimeHint: { enum: ['npx'] },
      transport: closed({ type: { enum: ['streamable-http', 'sse'] }, url: text(255) }),
      environmentVariables: { type: 'array', items: variable },
    }),
  },
})

test('server.json is as the registry wants it', async () => {
  const check = await checkAgainst(checkSchema(SCHEMA, 'schema'), 'server.json')()
  const checked = check(server)
  assert.ok(!('problem' in checked), JSON.stringify(checked))
})

test('it names this package and this version', () => {
  const [one, ...more] = server.packages
  assert.deepEqual(more, [])
  assert.deepEqual([server.version, one.version, one.identifier], [manifest.version, manifest.version, manifest.name])
})

test('its variables are settings of the program, with the defaults that it has', () => {
  const known = new Map([...SETTINGS].map(([name, [, without]]) => [variableOf(name), without]))
  const [{ environmentVariables, transport }] = server.packages
  for (const { name, default: value } of environmentVariables) assert.equal(value, known.get(name), name)
  const names = environmentVariables.map(({ name }: { name: string }) => name)
  for (const [, used] of transport.url.matchAll(/\{(\w+)\}/g)) assert.ok(names.includes(used), used)
})
