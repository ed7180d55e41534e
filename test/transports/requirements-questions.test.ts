// What a tool may ask its client, by a request in a session and by input_required without: R-EL-…, R-LC-9, R-MR-….
import assert from 'node:assert/strict'
import { after, test, type TestContext } from 'node:test'
import { defineTool, serve, type InputRequests, type RunningServer, type ServeOptions } from '../../src/index.ts'
import { openEvents, post, type Json, type OpenStream } from '../support/wire.ts'

const META = 'io.modelcontextprotocol/'
const requestedSchema = { type: 'object', properties: { city: { type: 'string' } } }
const form = { method: 'elicitation/create', params: { message: 'Which city?', requestedSchema } }
const link = {
  method: 'elicitation/create',
  params: { mode: 'url', message: 'Sign in.', url: 'https://example.com/sign-in', elicitationId: 'e1' },
}
const sample = {
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: { type: 'text', text: 'Hello' } }], maxTokens: 5 },
}
const weather = { name: 'weather', inputSchema: { type: 'object' } }
const sampleWithTools = { method: sample.method, params: { ...sample.params, tools: [weather] } }

let open = 0
const asking = (name: string, questions: InputRequests, timeoutMs = 60_000) =>
  defineTool({
    name,
    timeoutMs,
    inputSchema: { type: 'object' },
    async run(_args, { ask }) {
      open++
      try {
        return JSON.stringify(await ask(questions))
      } finally {
        open--
      }
    },
  })
const options = {
  name: 'test',
  version: '1',
  port: 0,
  serverSecret: 'the same for both',
  tools: [
    asking('form', { it: form }),
    asking('link', { it: link }),
    asking('sample', { it: sample }),
    asking('sample-with-tools', { it: sampleWithTools }),
    asking('roots', { it: { method: 'roots/list' } }),
    asking('impatient', { it: form }, 50),
  ],
}
const { url, close } = await serve(options)
after(close)
const mcp = `${url}/mcp`
const json = { 'content-type': 'application/json' }

/** A server for one test. */
async function serveFor(t: TestContext, more: ServeOptions): Promise<RunningServer> {
  const running = await serve(more)
  t.after(() => running.close())
  return running
}

async function session(capabilities: object, version = '2025-11-25'): Promise<Record<string, string>> {
  const params = { protocolVersion: version, capabilities, clientInfo: { name: 'x', version: '1' } }
  const answer = await post(mcp, { jsonrpc: '2.0', id: 0, method: 'initialize', params })
  const opened = { 'mcp-session-id': String(answer.headers['mcp-session-id']) }
  await post(mcp, { jsonrpc: '2.0', method: 'notifications/initialized' }, opened)
  return opened
}

const callOf = (name: string) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })

/** The first message that a call in a session leads to: the question, or the result. The stream of it is left open. */
async function first(name: string, opened: Record<string, string>): Promise<{ message: Json; stream: OpenStream }> {
  const stream = await openEvents(
    mcp,
    { ...opened, ...json, accept: 'text/event-stream' },
    JSON.stringify(callOf(name)),
  )
  for (;;) {
    const { data } = await stream.event()
    if (data !== '') return { message: JSON.parse(data), stream }
  }
}

/** The same call in 2026-07-28. */
async function modern(name: string, clientCapabilities: object, more: object = {}, at = mcp): Promise<Json> {
  const version = '2026-07-28'
  const _meta = { [`${META}protocolVersion`]: version, [`${META}clientCapabilities`]: clientCapabilities }
  const body = { ...callOf(name), params: { name, _meta, ...more } }
  const headers = { 'mcp-protocol-version': version, 'mcp-method': 'tools/call', 'mcp-name': name }
  return JSON.parse((await post(at, body, headers)).text)
}

type Rule = readonly [declared: object, asked: string, mayAsk: boolean]

const MODES: readonly Rule[] = [
  [{ elicitation: {} }, 'form', true],
  [{ elicitation: { form: {} } }, 'form', true],
  [{ elicitation: { form: {}, url: {} } }, 'form', true],
  [{ elicitation: { url: {} } }, 'form', false],
  [{ elicitation: {} }, 'link', false],
  [{ elicitation: { form: {} } }, 'link', false],
  [{ elicitation: { url: {} } }, 'link', true],
]
const KINDS: readonly Rule[] = [
  [{ sampling: {} }, 'sample', true],
  [{ sampling: {} }, 'sample-with-tools', false],
  [{ sampling: { tools: {} } }, 'sample-with-tools', true],
  [{ elicitation: {}, sampling: {} }, 'roots', false],
  [{ roots: {} }, 'roots', true],
]

async function checkSession([declared, name, mayAsk]: Rule): Promise<void> {
  const { message, stream } = await first(name, await session(declared))
  assert.equal('method' in message, mayAsk, JSON.stringify(message))
  if (!mayAsk) assert.equal(message.result.isError, true)
  stream.destroy()
}

const inWords = ([declared, name, mayAsk]: Rule) =>
  `who declares ${JSON.stringify(declared)} is ${mayAsk ? '' : 'not '}asked: ${name}`

for (const rule of MODES) test(`R-EL-1, R-EL-2: ${inWords(rule)}`, () => checkSession(rule))

for (const rule of KINDS) test(`R-EL-1: ${inWords(rule)}`, () => checkSession(rule))

for (const rule of [...MODES, ...KINDS])
  test(`R-MR-3: in the request, ${inWords(rule)}`, async () => {
    const [declared, name, mayAsk] = rule
    const { result, error } = await modern(name, declared)
    assert.equal(result?.resultType, mayAsk ? 'input_required' : undefined, JSON.stringify(result))
    if (!mayAsk) assert.equal(error.code, -32021)
  })

test('R-EL-10: a question goes out as the tool wrote it, and nothing is added to it', async () => {
  const opened = await session({ elicitation: { form: {}, url: {} }, sampling: { tools: {} } })
  for (const [name, question] of [
    ['form', form],
    ['link', link],
    ['sample', sample],
    ['sample-with-tools', sampleWithTools],
  ] as const) {
    const { message, stream } = await first(name, opened)
    const { jsonrpc, id, ...sent } = message
    assert.deepEqual([jsonrpc, typeof id], ['2.0', 'string'])
    assert.deepEqual(sent, question)
    stream.destroy()
  }
})

test('R-LC-9: while the client is asked the tool’s time stands; after ten minutes the question is given up', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const opened = await session({ elicitation: {} })
  const { message, stream } = await first('impatient', opened)
  assert.equal(message.method, 'elicitation/create')
  t.mock.timers.tick(10 * 60_000 - 1) // the tool has 50 ms
  for (let progress = 1; progress <= 3; progress++) {
    const params = { progressToken: message.id, progress }
    await post(mcp, { jsonrpc: '2.0', method: 'notifications/progress', params }, opened)
  }
  t.mock.timers.tick(1)
  const cancelled = await stream.message()
  assert.equal(cancelled.method, 'notifications/cancelled')
  assert.equal(cancelled.params.requestId, message.id)
  const { id, result: said } = await stream.message()
  assert.deepEqual([id, said.isError], [1, true])
  assert.match(said.content[0].text, /did not answer within 10 minutes/)
  const late = { jsonrpc: '2.0', id: message.id, result: { action: 'accept', content: { city: 'Rome' } } }
  assert.equal((await post(mcp, late, opened)).status, 202)
  await stream.ended
})

const city = { action: 'accept', content: { city: 'Rome' } }

test('R-MR-4: another process with the same key goes on where the first one asked; one without does not', async (t) => {
  const { result } = await modern('form', { elicitation: {} })
  const answered = { inputResponses: { it: city }, requestState: result.requestState }
  const other = await serveFor(t, options)
  const done = await modern('form', { elicitation: {} }, answered, `${other.url}/mcp`)
  assert.deepEqual(JSON.parse(done.result.content[0].text), { it: city })
  const { serverSecret: _none, ...alone } = options
  const stranger = await serveFor(t, alone)
  assert.equal((await modern('form', { elicitation: {} }, answered, `${stranger.url}/mcp`)).error.code, -32602)
})

test('R-MR-6: a state expires after ten minutes', async (t) => {
  const { result } = await modern('form', { elicitation: {} })
  const answered = { inputResponses: { it: city }, requestState: result.requestState }
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 9 * 60_000 })
  assert.equal((await modern('form', { elicitation: {} }, answered)).result.resultType, 'complete')
  t.mock.timers.setTime(Date.now() + 2 * 60_000)
  assert.equal((await modern('form', { elicitation: {} }, answered)).error.code, -32602)
})

test('R-MR-8: after a question nothing of the call is left, and nothing waits for the retry', async () => {
  const before = open
  for (let n = 0; n < 5; n++) {
    const { result } = await modern('form', { elicitation: {} })
    assert.equal(result.resultType, 'input_required')
    assert.equal(open, before, 'the tool has ended')
  }
})
