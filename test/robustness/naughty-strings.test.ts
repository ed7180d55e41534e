// Strings that somewhere were taken for more than text, in every place where a client may put one: it comes back as it
// was, or is refused with the right code, once. The server is a process of its own, so that its whole log is seen.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { after, test } from 'node:test'
import { NAUGHTY } from '../support/naughty-strings.ts'
import { connectHttpSse, type Json } from '../support/wire.ts'

const script = `
  import { createServer } from 'node:http'
  import { createMcpHandler, defineResourceTemplate, defineTool } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)}
  const inputSchema = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] }
  const any = { type: 'object', properties: {} }
  const handler = createMcpHandler({
    name: 'test', version: '1',
    tools: [
      defineTool({ name: 'echo', inputSchema, run: ({ text }) => text }),
      defineTool({ name: 'keys', inputSchema: any, run: (args) => JSON.stringify(args) }),
      defineTool({ name: 'steps', inputSchema: any, run: (args, call) => (call.progress(1), 'done') }),
      defineTool({ name: 'breaks', inputSchema, run: ({ text }) => { throw new Error(text) } }),
    ],
    resourceTemplates: [defineResourceTemplate({ uriTemplate: 'note:///{text}', name: 'note', read: ({ text }) => text })],
  })
  const server = createServer({ joinDuplicateHeaders: true }, handler)
  server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port))`
const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script])
let log = ''
child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
const [first] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
const url = first.trim()
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
const ended = once(child, 'exit')
after(async () => {
  agent.destroy()
  child.kill()
  await ended
})

interface Got {
  status: number
  headers: http.IncomingHttpHeaders
  json: Json
}

async function send(method: string, to: string, headers: http.OutgoingHttpHeaders, body?: object): Promise<Got> {
  const sent = http.request(to, { method, agent, headers: { 'Content-Type': 'application/json', ...headers } })
  sent.end(body && JSON.stringify(body))
  const [response] = (await once(sent, 'response')) as [http.IncomingMessage]
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return {
    status: response.statusCode!,
    headers: response.headers,
    json: text.startsWith('{') ? JSON.parse(text) : text,
  }
}

const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
const opened = await send('POST', `${url}/mcp`, {}, { jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize })
const session = { 'Mcp-Session-Id': opened.headers['mcp-session-id'] as string }
const sse = await connectHttpSse(url)
after(() => sse.destroy())
const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`

type Call = (method: string, params: object, id?: string | number) => Promise<Json>

/** A request over each transport, and the message that answers it. */
const WAYS: Record<string, Call> = {
  'HTTP+SSE': async (method, params, id = 1) => {
    const next = sse.message()
    const { status } = await send('POST', sse.endpoint, {}, { jsonrpc: '2.0', id, method, params })
    assert.equal(status, 202)
    return next
  },
  'Streamable HTTP': async (method, params, id = 1) => {
    const { status, json } = await send('POST', `${url}/mcp`, session, { jsonrpc: '2.0', id, method, params })
    assert.equal(status, 200)
    return json
  },
  stateless: async (method, params, id = 1) => {
    const version = '2026-07-28'
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': version,
      'io.modelcontextprotocol/clientCapabilities': {},
      ...(params as { _meta?: object })._meta,
    }
    const { name, uri = '' } = params as { name?: string; uri?: string }
    const headers = { 'Mcp-Protocol-Version': version, 'Mcp-Method': method, 'Mcp-Name': base64(name ?? uri) }
    const { json } = await send('POST', `${url}/mcp`, headers, {
      jsonrpc: '2.0',
      id,
      method,
      params: { ...params, _meta },
    })
    return json
  },
}

/** Some at once, for the time it takes. */
async function each(strings: readonly string[], work: (text: string) => Promise<void>, size = 8) {
  for (let at = 0; at < strings.length; at += size) await Promise.all(strings.slice(at, at + size).map(work))
}

/** No half of a surrogate pair alone: what UTF-8 can write. */
const isWhole = (text: string) => Buffer.from(text).toString() === text
const isControl = (character: string) => character < ' ' || character === '\u007f'
const shown = (text: string) => JSON.stringify(text.slice(0, 60))
const textOf = (json: Json) => json.result?.content?.[0]?.text as unknown

test('there are 150 strings and more, each once', () => {
  assert.ok(NAUGHTY.length >= 150, `${NAUGHTY.length}`)
  assert.equal(new Set(NAUGHTY).size, NAUGHTY.length)
})

for (const [way, call] of Object.entries(WAYS)) {
  const atOnce = way === 'HTTP+SSE' ? 1 : 8 // it has one stream for all answers

  test(`${way}: as an argument and back, unchanged`, () =>
    each(
      NAUGHTY,
      async (text) => {
        const json = await call('tools/call', { name: 'echo', arguments: { text } })
        assert.deepEqual([textOf(json), json.result?.isError], [text, undefined], shown(text))
      },
      atOnce,
    ))

  test(`${way}: as an id, and back as it was`, () =>
    each(
      NAUGHTY.filter(({ length }) => length <= 1024),
      async (text) => {
        const { id } = await call('tools/call', { name: 'echo', arguments: { text: 'a' } }, text)
        assert.equal(id, text, shown(text))
      },
      atOnce,
    ))
}

test('as an id of more than 1,024 characters: no message', () =>
  each(
    NAUGHTY.filter(({ length }) => length > 1024),
    async (id) => {
      const { status, json } = await send('POST', `${url}/mcp`, session, { jsonrpc: '2.0', id, method: 'ping' })
      assert.deepEqual([status, json.error.code, json.id], [400, -32600, undefined])
    },
  ))

// What follows is the same code behind all three: it is asked over one of them.
const call = WAYS['Streamable HTTP']!

test('as a key of the arguments and back, unchanged', () =>
  each(NAUGHTY, async (text) => {
    const args = Object.fromEntries([[text, text]])
    const json = await call('tools/call', { name: 'keys', arguments: args })
    assert.equal(textOf(json), JSON.stringify(args), shown(text))
  }))

test('as the name of a tool: -32602', () =>
  each(NAUGHTY, async (text) => {
    const { error } = await call('tools/call', { name: text, arguments: {} })
    assert.equal(error?.code, -32602, shown(text))
  }))

test('as the URI of a resource: there is none', () =>
  each(NAUGHTY, async (text) => {
    const { error } = await call('resources/read', { uri: text })
    assert.ok([-32602, -32002].includes(error?.code), `${shown(text)} ${JSON.stringify(error)}`)
  }))

test('percent-encoded in the URI of a resource: its reader gets it, or there is none', () =>
  each(
    NAUGHTY.filter((text) => isWhole(text) && text.length < 500),
    async (text) => {
      const uri = `note:///${encodeURIComponent(text)}`
      const { result, error } = await call('resources/read', { uri })
      if (result) assert.deepEqual(result.contents[0], { ...result.contents[0], uri, text }, shown(text))
      else assert.ok([-32602, -32002].includes(error?.code), `${shown(text)} ${JSON.stringify(error)}`)
    },
  ))

test('as a method: -32601; above 256 characters it is no message', async () => {
  const calls = [
    (method: string) => send('POST', `${url}/mcp`, session, { jsonrpc: '2.0', id: 7, method }),
    async (method: string) => {
      if (method.length > 256)
        return sse
          .post({ jsonrpc: '2.0', id: 7, method })
          .then(({ status, text }) => ({ status, json: JSON.parse(text) as Json }))
      return { status: 200, json: await WAYS['HTTP+SSE']!(method, {}, 7) }
    },
  ]
  for (const call of calls)
    for (const method of NAUGHTY) {
      const { status, json } = await call(method)
      const expected = method.length > 256 ? [400, -32600, 7] : [200, -32601, 7]
      assert.deepEqual([status, json.error?.code, json.id], expected, shown(method))
    }
})

test('as a notification nobody knows: 202 and silence', () =>
  each(NAUGHTY, async (text) => {
    const { status, json } = await send('POST', `${url}/mcp`, session, {
      jsonrpc: '2.0',
      method: `notifications/${text}`.slice(0, 256),
    })
    assert.deepEqual([status, json], [202, ''], shown(text))
  }))

test('as a progress token it comes back with the progress', async () => {
  const tokens = NAUGHTY.filter(({ length }) => length <= 256)
  for (let at = 0; at < tokens.length; at += 32) {
    const some = tokens.slice(at, at + 32)
    for (const [id, progressToken] of some.entries()) {
      const params = { name: 'steps', _meta: { progressToken } }
      await send('POST', sse.endpoint, {}, { jsonrpc: '2.0', id, method: 'tools/call', params })
    }
    const messages: Json[] = []
    for (let count = 0; count < 2 * some.length; count++) messages.push(await sse.message())
    assert.deepEqual(
      messages.filter(({ method }) => method === 'notifications/progress').map(({ params }) => params),
      some.map((progressToken) => ({ progressToken, progress: 1 })),
    )
    const answered = messages.filter(({ result }) => result !== undefined).map(({ id }) => id as number)
    assert.deepEqual(
      answered.toSorted((a, b) => a - b),
      some.map((_, id) => id),
    )
  }
})

// What a header can carry: bytes, here UTF-8, without control characters.
const HEADERS = NAUGHTY.filter((text) => ![...text.replaceAll('\t', '')].some(isControl)).map((text) =>
  Buffer.from(text).toString('latin1'),
)

test('as a session: 404, or 400 where there is nothing in it', async () => {
  for (const value of HEADERS) {
    const { status } = await send(
      'POST',
      `${url}/mcp`,
      { 'Mcp-Session-Id': value },
      { jsonrpc: '2.0', id: 1, method: 'ping' },
    )
    assert.equal(status, value.length > 16_000 ? 431 : 404, shown(value))
  }
  for (const text of NAUGHTY.filter(isWhole)) {
    const to = `${url}/messages?sessionId=${encodeURIComponent(text)}`
    const { status } = await send('POST', to, {}, { jsonrpc: '2.0', id: 1, method: 'ping' })
    assert.equal(status, to.length > 16_000 ? 431 : 404, shown(text))
  }
})

test('as Last-Event-ID: unknown, and no stream', () =>
  each(HEADERS, async (value) => {
    const { status } = await send('GET', `${url}/mcp`, {
      ...session,
      Accept: 'text/event-stream',
      'Last-Event-ID': value,
    })
    assert.equal(status, value.length > 16_000 ? 431 : 400, shown(value))
  }))

const NAMES = [
  'Origin',
  'Host',
  'Accept',
  'Mcp-Protocol-Version',
  'Mcp-Method',
  'Mcp-Name',
  'Content-Type',
  'Authorization',
]

test('as Origin, Host, Accept, version, method and name: a refusal below 500, or an answer', async () => {
  for (const [at, name] of NAMES.entries())
    await each(
      HEADERS.filter((_, i) => name === 'Origin' || i % 3 === at % 3), // a third of them each
      async (value) => {
        const headers = { ...session, [name]: value }
        const { status } = await send('POST', `${url}/mcp`, headers, { jsonrpc: '2.0', id: 1, method: 'ping' })
        assert.ok(status < 500, `${name} ${shown(value)} ${status}`)
        if (name === 'Origin' && value !== 'http://127.0.0.1/')
          assert.ok([403, 431].includes(status), `${shown(value)} ${status}`)
      },
    )
})

test('as a path: an answer below 500', () =>
  each(NAUGHTY.filter(isWhole), async (text) => {
    const { status } = await send('GET', `${url}/${encodeURIComponent(text)}?${encodeURIComponent(text)}`, {})
    assert.ok(status >= 200 && status < 500, `${shown(text)} ${status}`)
  }))

test('as the text of an error inside of a tool: the caller does not see it', () =>
  each(NAUGHTY, async (text) => {
    const json = await WAYS['Streamable HTTP']!('tools/call', { name: 'breaks', arguments: { text } })
    assert.deepEqual(
      [textOf(json), json.result.isError],
      ["The tool breaks failed. The server's log has the cause.", true],
    )
  }))

test('the server lives; each line of its log is one entry of JSON, and no control character in it is raw', async () => {
  assert.deepEqual((await WAYS['Streamable HTTP']!('ping', {})).result, {})
  child.kill()
  await ended
  const lines = log.split('\n').filter((line) => line !== '')
  const failed = lines.filter((line) => (JSON.parse(line) as { reason: string }).reason === 'tool-failed')
  assert.equal(failed.length, NAUGHTY.length)
  for (const line of lines) assert.doesNotMatch(line, /[\p{C}\p{Zl}\p{Zp}]/u)
})
