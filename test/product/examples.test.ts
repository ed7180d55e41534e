// The examples of the README, started as a reader starts them.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { serve } from '../../src/index.ts'
import { createHackerNews } from '../../src/tools/hacker-news.ts'
import { connectHttpSse, openEvents, post, request, type Json } from '../support/wire.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What curl would send. */
function curls(readme: string): { url: string; headers: Record<string, string>; body: string | undefined }[] {
  const commands =
    readFileSync(`${ROOT}${readme}`, 'utf8')
      .replaceAll('\\\n', '')
      .match(/^curl .*$/gm) ?? []
  return commands.map((command) => ({
    url: /http:[^' ]+/.exec(command)![0],
    headers: Object.fromEntries(
      [...command.matchAll(/-H '([^:']+): ([^']+)'/g)].map(([, name, value]) => [name, value]),
    ),
    body: /-d '([^']+)'/.exec(command)?.[1],
  }))
}

/** The URL that an example prints. */
async function start(example: string): Promise<string> {
  const child = spawn(process.execPath, [`examples/${example}/server.mjs`], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  after(async () => {
    child.kill()
    await once(child, 'exit')
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return line
}

const TYPES = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const text = (result: Json) => result.content[0].text as string

test('the five-line server greets', async () => {
  const url = await start('hello')
  const version = '2026-07-28'
  const name = 'hello'
  const answer = await post(url, stateless(version, name, { who: 'you', times: 2 }), headersOf(version, name))
  assert.equal(text(JSON.parse(answer.text).result), 'Hello, you! Hello, you!')
})

test('R-EL-5, R-MR-11: the server that asks: by a request on the call’s own stream until 2025-11-25', async () => {
  const url = await start('ask')
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: { elicitation: {} },
    clientInfo: { name: 't', version: '1' },
  }
  const hello = await post(url, { jsonrpc: '2.0', id: 1, method: 'initialize', params })
  const session = { ...TYPES, 'mcp-session-id': hello.headers['mcp-session-id'] as string }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'make-tea' } })
  const stream = await openEvents(url, session, body)
  await stream.event() // primes the stream
  const question = await stream.message()
  assert.equal(question.method, 'elicitation/create')
  assert.equal(question.params.message, 'How many lumps of sugar?')
  const { type, properties } = question.params.requestedSchema
  const types = Object.values<{ type: string }>(properties).map((property) => property.type)
  assert.deepEqual([type, types], ['object', ['integer']], 'a flat form')
  const result = { action: 'accept', content: { lumps: 2 } }
  assert.equal((await post(url, { jsonrpc: '2.0', id: question.id, result }, session)).status, 202)
  assert.equal(text((await stream.message()).result), 'Tea with 2 lumps of sugar.')
  await stream.ended
})

test('R-MR-11: the same server asks by input_required in 2026-07-28, and declining is an answer too', async () => {
  const url = await start('ask')
  const version = '2026-07-28'
  const call = (more: object) => post(url, stateless(version, 'make-tea', {}, more), headersOf(version, 'make-tea'))
  const { inputRequests, requestState } = JSON.parse((await call({})).text).result
  assert.equal(inputRequests.sugar.method, 'elicitation/create')
  const answers = (sugar: object) => call({ inputResponses: { sugar }, requestState })
  const accepted = await answers({ action: 'accept', content: { lumps: 3 } })
  assert.equal(text(JSON.parse(accepted.text).result), 'Tea with 3 lumps of sugar.')
  assert.equal(text(JSON.parse((await answers({ action: 'decline' })).text).result), 'No tea, then.')
})

test('the server of notes: resources, a template, a prompt, completion, and a change that its subscriber hears of', async () => {
  const client = await connectHttpSse(new URL('..', `${await start('notes')}/`).href.replace(/\/$/, ''))
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } }
  const { capabilities } = (await client.call('initialize', params)).result
  assert.deepEqual(Object.keys(capabilities).toSorted(), ['completions', 'logging', 'prompts', 'resources', 'tools'])
  const read = async (uri: string) => (await client.call('resources/read', { uri })).result?.contents[0].text
  assert.deepEqual(
    [await read('note:///'), await read('note:///tea'), await read('note:///x')],
    ['tea', 'Water first.', undefined],
  )
  const { messages } = (await client.call('prompts/get', { name: 'explain', arguments: { title: 'tea' } })).result
  assert.equal(messages[0].content.text, 'Explain this note: Water first.')
  const argument = { name: 'title', value: 't' }
  for (const ref of [
    { type: 'ref/prompt', name: 'explain' },
    { type: 'ref/resource', uri: 'note:///{title}' },
  ])
    assert.deepEqual((await client.call('completion/complete', { ref, argument })).result.completion.values, ['tea'])
  await client.call('resources/subscribe', { uri: 'note:///tea' })
  const changed = await client.call('tools/call', { name: 'write', arguments: { title: 'tea', text: 'Milk first.' } })
  const messagesNow = [changed, await client.message()]
  const updated = messagesNow.find(({ method }) => method === 'notifications/resources/updated')
  assert.deepEqual(updated.params, { uri: 'note:///tea' })
  client.destroy()
})

test('the channel tells all who are watching, and those who come back what they missed', async () => {
  const url = new URL('events', await start('channel')).href
  const first = await openEvents(url)
  assert.deepEqual([(await first.event()).type, first.headers['content-type']], ['watching', 'text/event-stream'])
  const second = await openEvents(url)
  const { data, lastEventId } = await second.event()
  assert.deepEqual([data, (await first.event()).data], ['2', '2'])
  second.destroy()
  assert.equal((await first.event()).data, '1')
  const again = await openEvents(url, { 'last-event-id': lastEventId })
  assert.deepEqual([(await again.event()).data, (await again.event()).data], ['1', '2'])
  for (const stream of [first, again]) stream.destroy()
  assert.match((await request('GET', new URL('/', url).href)).text, /EventSource\('\/events'\)/)
})

for (const readme of ['docs/by-hand.md', 'docs/by-hand.zh-CN.md'])
  test(`the curl commands of ${readme} do what stands beside them`, async () => {
    const server = await serve({ name: 't', version: '1', tools: [createHackerNews({ source: 'snapshot' })], port: 0 })
    after(() => server.close())
    const [sse, message, opening, call, alone] = curls(readme)
    const here = (url: string) => url.replace('http://127.0.0.1:3000', server.url)
    const stream = await openEvents(here(sse!.url))
    const { data } = await stream.event()
    const posted = await request('POST', server.url + data, message!.headers, message!.body)
    assert.equal(message!.url, `http://127.0.0.1:3000${data.replace(/=.*/, '=SESSION')}`)
    assert.equal(posted.text, 'Accepted')
    assert.equal(JSON.parse(text((await stream.message()).result)).type, 'story')
    const opened = await request('POST', here(opening!.url), opening!.headers, opening!.body)
    const session = { ...call!.headers, 'Mcp-Session-Id': opened.headers['mcp-session-id'] as string }
    const called = await request('POST', here(call!.url), session, call!.body)
    assert.equal(JSON.parse(text(JSON.parse(called.text).result)).type, 'story')
    const answer = await request('POST', here(alone!.url), alone!.headers, alone!.body)
    assert.equal(JSON.parse(text(JSON.parse(answer.text).result)).type, 'story')
    stream.destroy()
  })

function stateless(version: string, name: string, args: object, more: object = {}): object {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
  }
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, ...more, _meta } }
}

const headersOf = (version: string, name: string) => ({
  ...TYPES,
  'mcp-protocol-version': version,
  'mcp-method': 'tools/call',
  'mcp-name': name,
})
