// `sse-mcp check`: our own server passes in every revision, servers with a planted mistake do not, and what is no server
// is told what to do.
// Runs once: it is about other people's servers.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { definePrompt, defineResource, defineTool, serve } from '../../../src/index.ts'
import { bearerToken } from '../../../src/auth/index.ts'
import type { Check } from '../../../src/cli/stages.ts'
import { startMutant, type Mistake } from './mutant.ts'

process.env['CHECK_PATIENCE_MS'] = '20000' // before the stages are loaded
const { check } = await import('../../../src/cli/check.ts')

const greet = defineTool({
  name: 'greet',
  description: 'Greets somebody',
  annotations: { readOnlyHint: true },
  inputSchema: { type: 'object', properties: { who: { type: 'string' } }, required: ['who'] },
  run: ({ who }) => `Hello, ${who}!`,
})
const erase = defineTool({
  name: 'erase',
  description: 'Changes the world',
  inputSchema: { type: 'object', properties: {} },
  run: () => (erased++, 'gone'),
})
let erased = 0
const prompt = definePrompt({
  name: 'hello',
  arguments: [{ name: 'who', required: true, complete: () => ['Ada'] }],
  get: ({ who }) => `Greet ${who}.`,
})
const resource = defineResource({ uri: 'test://a', name: 'a', read: () => 'A' })
const options = {
  name: 'checked',
  version: '7.0.0',
  tools: [greet, erase],
  prompts: [prompt],
  resources: [resource],
  listChanged: true,
  log: () => {},
  port: 0,
}
const { url, close } = await serve(options)
after(close)

async function run(...args: string[]) {
  const lines: string[] = []
  const errors: string[] = []
  const signal = new AbortController().signal
  const code = await check(args, { out: (line) => lines.push(line), error: (line) => errors.push(line), signal })
  return { code, text: lines.join('\n'), errors }
}

interface Result {
  name: string
  outcome: string
  level: string
  rule: string
  section: string
  reason?: string
  wire: string[]
}
interface Report {
  ok: boolean
  server: { name: string }
  spoken: { transport: string; version: string; checks: Result[] }[]
  counts: Record<string, number>
}
const report = async (...args: string[]) => JSON.parse((await run('--json', ...args)).text) as Report

test('our own server passes every check in every revision, and without a warning', async () => {
  const call = ['--call', 'greet', '--arguments', '{"who":"you"}']
  const { code, text } = await run(url, ...call)
  assert.equal(code, 0, text)
  assert.match(text, /checked 7\.0\.0/)
  for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'])
    assert.match(text, new RegExp(`^${version}, .+: \\d+ passed, 0 failed`, 'm'))
  assert.doesNotMatch(text, /[✗⚠]/)
  // The oldest revision has no word for completions.
  assert.deepEqual(text.match(/–.*/g), [
    '– a completion for a prompt that it does not have is -32602: it does not declare completions',
  ])
  assert.equal(erased, 0, 'the other tool was left alone')
})

test('a tool that does not say that it only reads is not called', async () => {
  const running = await serve({ ...options, tools: [erase] })
  try {
    const { code, text } = await run(running.url)
    assert.equal(code, 0, text)
    assert.match(text, /– .+: no tool says readOnlyHint: none is called/)
    assert.equal(erased, 0)
  } finally {
    await running.close()
  }
})

test('each check names its level, its sentence and its section, and shows the wire to machines', async () => {
  const { spoken, counts, ok } = await report(url)
  assert.ok(ok && counts['failed'] === 0)
  for (const { checks, version, transport } of spoken)
    for (const { name, level, rule, section, outcome, wire } of checks) {
      assert.match(level, /^(MUST|SHOULD)$/)
      assert.ok(rule.length > 20, name)
      assert.match(section, /^https:\/\/(modelcontextprotocol\.io\/specification\/|www\.rfc-editor\.org\/rfc\/)/, name)
      if (transport === 'Streamable HTTP' && section.includes('modelcontextprotocol'))
        assert.ok(section.includes(version))
      if (outcome === 'passed')
        assert.ok(
          wire.some((line) => line.startsWith('> ')),
          name,
        )
    }
})

/** What a planted mistake is found by, on one transport. */
const MISTAKES: [string, transport: string, found: RegExp, Mistake][] = [
  ['lets the page of a stranger in', 'sse', /✗ the page of a stranger/, { asked: (headers) => delete headers.origin }],
  ['lets the page of a stranger in', 'http', /✗ the page of a stranger/, { asked: (headers) => delete headers.origin }],
  [
    'lets the page of a stranger in',
    'stateless',
    /✗ the page of a stranger/,
    { asked: (headers) => delete headers.origin },
  ],
  [
    'makes a text of an id that is a number',
    'http',
    /✗ an answer repeats the id with its type/,
    { said: (_status, body) => ({ body: body.replace('"id":7,', '"id":"7",') }) },
  ],
  [
    'calls its events otherwise',
    'sse',
    /✗ answers are events of type message/,
    { said: (_status, body) => ({ body: body.replaceAll('event: message', 'event: rpc') }) },
  ],
  [
    'answers a notification',
    'http',
    /✗ a notification gets 202 without a body/,
    { said: (status) => (status === 202 ? { status: 200, body: '{}' } : {}) },
  ],
  [
    'looks at no version header',
    'http',
    /✗ a version header that it does not know gets 400/,
    { asked: (headers) => delete headers['mcp-protocol-version'] },
  ],
  [
    'fails at what is no JSON',
    'stateless',
    /✗ what is no JSON is refused/,
    { said: (_status, body) => (body.includes('-32700') ? { status: 500, body: 'SyntaxError' } : {}) },
  ],
  [
    'does not end its sessions',
    'http',
    /✗ DELETE ends the session/,
    { instead: (method) => (method === 'DELETE' ? 204 : undefined) },
  ],
  [
    'believes the headers without comparing',
    'stateless',
    /✗ a header that does not repeat the body/,
    {
      asked(headers, body) {
        const [, method] = /"method":"([^"]+)"/.exec(body) ?? []
        if (method !== undefined) headers['mcp-method'] = method
      },
    },
  ],
  [
    'has a tool without a schema of type object',
    'stateless',
    /✗ each tool has a name of its own, and a schema/,
    {
      said: (_status, body) => ({
        body: body.replace('"inputSchema":{"type":"object"', '"inputSchema":{"type":"array"'),
      }),
    },
  ],
  [
    'says 400 where a session is unknown',
    'http',
    /⚠ a request without its session gets 400, one of an unknown session 404/,
    { said: (status) => (status === 404 ? { status: 400 } : {}) },
  ],
]

for (const [what, transport, found, mistake] of MISTAKES)
  test(`a server that ${what} is found out, ${transport}`, async () => {
    const mutant = await startMutant(url, mistake)
    try {
      const { code, text } = await run(mutant.url, '--transport', transport)
      assert.match(text, found)
      assert.match(text, /(MUST|SHOULD): .+\n +https:.+\n +[><~] /, 'the sentence, the section, the wire')
      assert.equal(code, text.includes('✗') ? 1 : 0)
    } finally {
      mutant.close()
    }
  })

test('a proxy without a mistake changes nothing', async () => {
  const mutant = await startMutant(url, {})
  try {
    const { code, text } = await run(mutant.url)
    assert.equal(code, 0, text)
    assert.doesNotMatch(text, /[✗⚠]/)
  } finally {
    mutant.close()
  }
})

test('a token is sent with each request, and shown nowhere; without it one is told to bring it', async () => {
  const token = 'a-token-that-is-long-enough-for-this'
  const running = await serve({ ...options, auth: bearerToken(token) })
  try {
    const { code, text } = await run(running.url, '--header', `Authorization: Bearer ${token}`, '--verbose')
    assert.equal(code, 0, text)
    assert.ok(!text.includes(token))
    const without = await run(running.url)
    assert.equal(without.code, 1)
    assert.match(without.text, /--header 'Authorization: Bearer …'/)
  } finally {
    await running.close()
  }
})

test('what is no MCP server, and where nobody listens, is told so; nothing of it moves the terminal', async () => {
  const server = createServer((_request, response) => response.end('\u001b]0;owned\u0007 \u009b31m'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const nowhere = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`
  const { code, text } = await run(nowhere)
  assert.equal(code, 1)
  assert.match(text, /no revision of MCP/)
  assert.match(text, /\\u001b\]0;owned\\u0007 \\u009b31m/)
  assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}/u)
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
  const gone = await run(nowhere)
  assert.equal(gone.code, 1)
  assert.match(gone.text, /Nobody answers there/)
})

test('Ctrl-C ends it before the next check', async () => {
  const lines: string[] = []
  const out = (line: string) => void lines.push(line)
  assert.equal(await check([url], { out, error: out, signal: AbortSignal.abort() }), 130)
  assert.doesNotMatch(lines.join('\n'), /✓/)
})

test('Ctrl-C ends it while a server does not answer, and asks no more', async (t) => {
  const interrupt = new AbortController()
  let asked = 0
  const silent = createServer(() => (asked++, interrupt.abort())).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.after(() => silent.close())
  const nowhere = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/mcp`
  const out = () => assert.fail('nothing is told')
  assert.equal(await check([nowhere], { out, error: out, signal: interrupt.signal }), 130)
  assert.equal(asked, 1)
})

test('a check that is interrupted ends, and one that goes on after its time sends nothing', async (t) => {
  const { Conversation, runCheck } = await import('../../../src/cli/stages.ts')
  const interrupt = new AbortController()
  const silent = createServer(() => interrupt.abort()).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.after(() => silent.close())
  const mcp = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/mcp`
  const waits: Check = { en: '', zh: '', run: async (talk) => void (await talk.request('GET', mcp)) }
  const target = { mcp, sse: mcp, version: '', headers: {}, capabilities: {}, anyStatus: true as const }
  const { outcome, lines } = await runCheck(waits, target, interrupt.signal)
  assert.deepEqual([outcome, lines[0]], ['failed', '> GET /mcp'])
  const talk = new Conversation()
  talk.atEnd(async () => void (await talk.request('DELETE', url)))
  await talk.leave()
  assert.equal(talk.lines[0], '> DELETE /', 'it says goodbye')
  await assert.rejects(talk.request('GET', url), /The conversation is over/)
})

test('what cannot be asked is said in one sentence', async () => {
  await assert.rejects(run('nowhere'), /no URL/)
  await assert.rejects(run(), /sse-mcp check URL/)
  for (const name of ['stdio', 'toString'])
    await assert.rejects(run(url, '--transport', name), /sse, http or stateless/)
  await assert.rejects(run(url, '--arguments', '{}'), /needs --call/)
  await assert.rejects(run(url, '--call', 'greet', '--arguments', '[]'), /JSON object/)
  await assert.rejects(run(url, '--header', 'nonsense'), /'Name: value'/)
  await assert.rejects(run(url, '--patience', 'soon'), /number of seconds/)
  assert.match((await run('--help')).text, /--call NAME/)
})
