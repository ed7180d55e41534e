// What plain JavaScript gets wrong is a TypeError with a sentence: where it is defined, or when the server is made.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createMcpHandler,
  definePrompt,
  defineResource,
  defineResourceTemplate,
  defineTool,
  serve,
  type ServeOptions,
} from '../../../src/index.ts'
import type { FetchOptions } from '../../../src/fetch/index.ts'
import { OPTION_NAMES } from '../../../src/mcp/options.ts'
import { connectHttpSse, type Json } from '../../support/wire.ts'

const empty = { type: 'object' } as const
const fun = () => ''
const tool = (name: string) => defineTool({ name, inputSchema: empty, run: fun })
const prompt = (name: string) => definePrompt({ name, get: fun })
const resource = (uri: string) => defineResource({ uri, name: 'x', read: fun })
const template = (uriTemplate: string) => defineResourceTemplate({ uriTemplate, name: 'x', read: fun })

const refuses = (work: () => unknown, message: RegExp) => assert.throws(work, { name: 'TypeError', message })

for (const [what, define, faults] of [
  [
    'defineTool',
    defineTool,
    [
      [undefined, /needs \{ name, inputSchema, run \}/],
      ['hello', /needs \{ name/],
      [{ inputSchema: empty, run: fun }, /^Tool name undefined: use 1 to 64/],
      [{ name: 7, inputSchema: empty, run: fun }, /^Tool name 7/],
      [{ name: 'a b', inputSchema: empty, run: fun }, /^Tool name "a b"/],
      [{ name: 'x', run: fun }, /^Tool x needs an inputSchema\. Without arguments: \{ type: 'object' \}/],
      [{ name: 'x', inputSchema: null, run: fun }, /^Tool x: inputSchema must be a JSON Schema, an object/],
      [{ name: 'x', inputSchema: 'object', run: fun }, /^Tool x: inputSchema must be a JSON Schema/],
      [{ name: 'x', inputSchema: true, run: fun }, /^Tool x: inputSchema must be a JSON Schema/],
      [{ name: 'x', inputSchema: [], run: fun }, /^Tool x: inputSchema must be a JSON Schema/],
      [{ name: 'x', inputSchema: {}, run: fun }, /^Tool x: the inputSchema needs type "object"/],
      [{ name: 'x', inputSchema: { type: 'string' }, run: fun }, /^Tool x: the inputSchema needs type "object"/],
      [{ name: 'x', inputSchema: { type: ['object', 'null'] }, run: fun }, /needs type "object"/],
      [{ name: 'x', inputSchema: { a: { type: 'string' } }, run: fun }, /needs type "object"/],
      [{ name: 'x', inputSchema: empty }, /^Tool x: run must be a function, \(args, context\)/],
      [{ name: 'x', inputSchema: empty, run: 'fun' }, /^Tool x: run must be a function/],
      [{ name: 'x', inputSchema: empty, outputSchema: null, run: fun }, /^Tool x: outputSchema must be a JSON Schema/],
    ],
  ],
  [
    'definePrompt',
    definePrompt,
    [
      [undefined, /needs \{ name, get \}/],
      [{ get: fun }, /A prompt needs a name/],
      [{ name: 'x' }, /^Prompt x: get must be a function/],
      [{ name: 'x', get: fun, arguments: { a: {} } }, /^Prompt x: arguments must be a list/],
      [{ name: 'x', get: fun, arguments: ['a'] }, /^Prompt x: each of its arguments needs a name/],
      [{ name: 'x', get: fun, arguments: [undefined] }, /each of its arguments needs a name/],
      [{ name: 'x', get: fun, arguments: [{ name: 'a', complete: ['b'] }] }, /^Prompt x: complete must be a function/],
      [{ name: 'x', get: fun, arguments: [{ name: 'a' }, { name: 'a' }] }, /^Two arguments of the prompt x .*"a"/],
    ],
  ],
  [
    'defineResource',
    defineResource,
    [
      [undefined, /needs \{ uri, name, read \}/],
      [{ name: 'x', read: fun }, /^Resource undefined: not a URI/],
      [{ uri: 7, name: 'x', read: fun }, /^Resource 7: not a URI/],
      [{ uri: 'a:b', read: fun }, /^Resource a:b needs a name/],
      [{ uri: 'a:b', name: 'x' }, /^Resource a:b: read must be a function/],
    ],
  ],
  [
    'defineResourceTemplate',
    defineResourceTemplate,
    [
      [undefined, /needs \{ uriTemplate, name, read \}/],
      [{ name: 'x', read: fun }, /needs a uriTemplate/],
      [{ uriTemplate: 'a:{b}', read: fun }, /^Template a:\{b\} needs a name/],
      [{ uriTemplate: 'a:{b}', name: 'x' }, /^Template a:\{b\}: read must be a function/],
      [{ uriTemplate: 'a:{b}', name: 'x', read: fun, complete: { b: ['c'] } }, /complete has functions/],
    ],
  ],
] as [string, (definition: never) => unknown, [unknown, RegExp][]][])
  test(`${what} says what is missing or wrong`, () => {
    for (const [definition, message] of faults) refuses(() => define(definition as never), message)
  })

const named = { name: 'x', version: '1' }

test('serve rejects, and createMcpHandler throws, with a sentence for each option that is wrong', async () => {
  for (const [options, message] of [
    [undefined, /needs options: \{ name: 'mine', version: '1\.0\.0'/],
    [null, /needs options/],
    [[], /needs options/],
    [{ version: '1' }, /option name is missing/],
    [{ name: '', version: '1' }, /option name is missing/],
    [{ name: 'x' }, /option version is missing/],
    [{ name: 'x', version: 1 }, /option version is missing/],
    [{ ...named, tools: tool('a') }, /option tools must be a list/],
    [{ ...named, tools: { a: tool('a') } }, /option tools must be a list/],
    [{ ...named, prompts: 'x' }, /option prompts must be a list/],
    [{ ...named, allowedHosts: 'x.example' }, /option allowedHosts must be a list/],
    [{ ...named, log: console }, /option log must be a function/],
    [{ ...named, fallback: '/srv' }, /option fallback must be a function/],
    [{ ...named, auth: 'secret' }, /option auth must be an object, as bearerToken\(\)/],
    [{ ...named, publicUrl: 'nowhere' }, /option publicUrl must be a URL/],
    [{ ...named, publicUrl: 'mcp.example.com:443/api' }, /option publicUrl must be a URL of http or https/],
    [{ ...named, trustProxy: 'loopback' }, /option trustProxy must be a list/],
    [{ ...named, addressOf: 5 }, /option addressOf must be a function/],
    [{ ...named, serverSecret: 5 }, /option serverSecret must be a text or bytes/],
    [{ ...named, serverSecret: '' }, /option serverSecret must be a text or bytes/],
    [{ ...named, authToken: 'x'.repeat(32) }, /^There is no option authToken\. There are name, version, .*\bauth\b/],
    [{ ...named, tool: [] }, /^There is no option tool\./],
    [{ ...named, tools: [{ name: 'a', inputSchema: empty, run: fun }] }, /make each with defineTool/],
    [{ ...named, tools: [undefined] }, /make each with defineTool/],
    [{ ...named, tools: [tool('a'), tool('b'), tool('a')] }, /^Two tools are called "a"/],
    [{ ...named, prompts: [prompt('a'), prompt('a')] }, /^Two prompts are called "a"/],
    [{ ...named, prompts: [{ name: 'a' }] }, /^Prompt a: get must be a function/],
    [{ ...named, resources: [resource('a:b'), resource('a:b')] }, /^Two resources have the URI "a:b"/],
    [{ ...named, resources: [{ uri: 'a:b', name: 'x' }] }, /^Resource a:b: read must be/],
    [{ ...named, resourceTemplates: [template('a:{b}'), template('a:{b}')] }, /^Two .* have the uriTemplate "a:\{b\}"/],
    [{ ...named, resourceTemplates: [{ uriTemplate: 'a:{b}', read: fun }] }, /make each with defineResourceTemplate/],
  ] as [Json, RegExp][]) {
    refuses(() => createMcpHandler(options), message)
    const listening = options && !Array.isArray(options) ? { ...options, port: 0 } : options
    await assert.rejects(serve(listening), { name: 'TypeError', message })
  }
})

test('the list of options has those of all functions, and no other', () => {
  // Each option once: TypeScript knows them all.
  const all: Record<keyof ServeOptions | keyof FetchOptions, true> = {
    name: true,
    version: true,
    title: true,
    description: true,
    icons: true,
    websiteUrl: true,
    instructions: true,
    tools: true,
    resources: true,
    resourceTemplates: true,
    prompts: true,
    extensions: true,
    listChanged: true,
    pageSize: true,
    serverSecret: true,
    nodeId: true,
    changes: true,
    limits: true,
    log: true,
    auth: true,
    admit: true,
    allowedHosts: true,
    allowedOrigins: true,
    anyUrl: true,
    publicUrl: true,
    addressOf: true,
    engine: true,
    fallback: true,
    bodyMs: true,
    port: true,
    host: true,
    trustProxy: true,
    allowUnauthorized: true,
  }
  assert.deepEqual(OPTION_NAMES.toSorted(), Object.keys(all).toSorted())
})

test('serve rejects a port and a host that are none, before it listens', async () => {
  for (const port of ['abc', '', '80x', -1, 65_536, 1.5, Number.NaN, null, true, {}])
    await assert.rejects(serve({ ...named, port } as unknown as ServeOptions), {
      name: 'TypeError',
      message: /option port must be a whole number from 0 to 65535/,
    })
  for (const host of [7, '', null, ['127.0.0.1']])
    await assert.rejects(serve({ ...named, port: 0, host } as unknown as ServeOptions), {
      name: 'TypeError',
      message: /option host must be/,
    })
})

test('definitions may be objects of a class: their methods are theirs', async () => {
  class Hello {
    name = 'hello'
    uri = 'a:hello'
    inputSchema = empty
    greeting = 'Hello'
    run() {
      return this.greeting
    }
    get() {
      return this.greeting
    }
    read() {
      return this.greeting
    }
  }
  const one = new Hello()
  const { url, close } = await serve({
    ...named,
    port: 0,
    tools: [defineTool(one)],
    prompts: [definePrompt(one)],
    resources: [defineResource(one)],
  })
  const client = await connectHttpSse(url)
  assert.equal((await client.call('tools/call', { name: 'hello' })).result.content[0].text, 'Hello')
  assert.equal((await client.call('prompts/get', { name: 'hello' })).result.messages[0].content.text, 'Hello')
  assert.equal((await client.call('resources/read', { uri: 'a:hello' })).result.contents[0].text, 'Hello')
  client.destroy()
  await close()
})

test('a header that repeats an argument called constructor is asked for where there is one', async () => {
  const inputSchema = { type: 'object', properties: { constructor: { type: 'string', 'x-mcp-header': 'C' } } } as const
  const { paramMismatch } = await import('../../../src/mcp/transports/mirrored-headers.ts')
  const { headerParams } = defineTool({ name: 'x', inputSchema, run: fun })
  assert.equal(paramMismatch({}, headerParams, {}), undefined)
  assert.match(paramMismatch({}, headerParams, JSON.parse('{"constructor":"a"}'))!, /Mcp-Param-C/)
})
