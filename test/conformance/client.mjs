// Drives the laboratory's client as a scenario of the official suite asks: `node client.mjs URL`, with the scenario in
// MCP_CONFORMANCE_SCENARIO. Fails when the client does.
import { createParser } from '../../dist/sse/index.js'
import { createClient } from '../../web/laboratory/mcp-client.js'

const {
  MCP_CONFORMANCE_SCENARIO: scenario,
  MCP_CONFORMANCE_PROTOCOL_VERSION: version = '2025-11-25',
  MCP_CONFORMANCE_CONTEXT: context = '{}',
} = process.env
const { toolCalls } = JSON.parse(context) // those that the scenario wants, if it says
const url = process.argv.at(-1)

const client = createClient({
  base: new URL(url).origin,
  url,
  transport: version < '2026' ? 'http' : 'stateless',
  revision: version,
  createParser,
  capabilities: { elicitation: {}, roots: {}, sampling: {} },
  onRequest: async (method, { requestedSchema }) =>
    method === 'roots/list' ? { roots: [] } : { action: 'accept', content: defaultsOf(requestedSchema) },
})

/** What a form is filled in with before anybody has touched it. */
function defaultsOf({ properties }) {
  const all = Object.entries(properties).map(([name, property]) => [name, property.default])
  return Object.fromEntries(all.filter(([, value]) => value !== undefined))
}

/** Arguments that a schema would accept. */
const SAMPLES = { string: 'text', number: 1.5, integer: 2, boolean: true, object: {}, array: [] }
const argumentsFor = ({ properties = {} }) =>
  Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, SAMPLES[type] ?? 'text']))

await client.connect()
if (scenario.startsWith('elicitation')) await client.listen() // that server asks on the stream for what concerns no request
const has = (name) => client.serverCapabilities?.[name]
if (scenario !== 'initialize') {
  const { tools } = await client.request('tools/list')
  const calls = tools.map(({ name, inputSchema }) => ({ name, arguments: argumentsFor(inputSchema) }))
  for (const call of toolCalls ?? (scenario === 'json-schema-ref-no-deref' ? [] : calls))
    await client.request('tools/call', call)
}
if (has('resources')) {
  const { resources } = await client.request('resources/list')
  for (const { uri } of resources) await client.request('resources/read', { uri })
}
if (has('prompts')) {
  const { prompts } = await client.request('prompts/list')
  for (const { name } of prompts) await client.request('prompts/get', { name })
}
await client.close()
