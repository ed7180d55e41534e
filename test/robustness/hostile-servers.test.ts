// `sse-mcp check` and `tail` at servers that mean harm: they end, keep little in memory, and hand no header on.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { tail } from '../../src/cli/tail.ts'
import type { Json } from '../support/wire.ts'

process.env['CHECK_PATIENCE_MS'] = '200' // before the stages are loaded
const { check } = await import('../../src/cli/check.ts')

const SSE = { 'Content-Type': 'text/event-stream' }

async function start(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`
}

/** Runs a command until it ends, or until `enough` of what it has said. */
async function run(command: typeof tail, args: string[], enough: (text: string) => boolean = () => false) {
  const interrupt = new AbortController()
  const lines: string[] = []
  const out = (line: string) => {
    lines.push(line)
    if (enough(lines.join('\n'))) interrupt.abort()
  }
  const code = await command(args, { out, error: out, signal: interrupt.signal })
  return { code, text: lines.join('\n') }
}

/** Writes for ever what its reader takes. */
function flood(response: ServerResponse, text: string): void {
  response.write(text, (error) => !error && flood(response, text))
}

test('tail follows no redirect: the headers that it was given are for one server', async () => {
  const asked: unknown[] = []
  const other = await start(({ headers }, response) => {
    asked.push(headers)
    response.writeHead(200, SSE).end()
  })
  const url = await start((_request, response) => response.writeHead(302, { Location: other }).end())
  const { code, text } = await run(tail, ['--header', 'X-Key: secret', url])
  assert.deepEqual([code, text], [1, `302, Location: ${other}\nAsk there.`])
  assert.deepEqual(asked, [])
})

test('a refusal that drips for ever is told all the same', async () => {
  const url = await start((_request, response) => void response.writeHead(404, { 'Content-Type': 'a/b' }).write('no'))
  const { code, text } = await run(tail, [url])
  assert.equal(code, 1)
  assert.match(text, /^404 a\/b: no\n/)
})

for (const [what, id] of [
  ['that no header may have', '\u0001a'],
  ['that would arrive without its blank', 'a '],
  ['that would make the head too long', 'a'.repeat(5_000)],
] as const)
  test(`tail comes back without an id ${what}`, async () => {
    const ids: unknown[] = []
    const url = await start(({ headers }, response) => {
      ids.push(headers['last-event-id'])
      response.writeHead(200, SSE).end(`retry: 0\nid: ${id}\ndata: a\n\n`)
    })
    await run(tail, [url], (said) => said.split('< 200').length === 3)
    assert.deepEqual(ids, [undefined, undefined])
  })

test('of an event as long as a book a person sees the beginning, in printable characters', async () => {
  const url = await start((_request, response) =>
    response.writeHead(200, SSE).end(`event: ${'e'.repeat(1e5)}\ndata: ${'\u001b'.repeat(1e5)}\n\n`),
  )
  const { text } = await run(tail, ['--once', url])
  assert.match(text, /… \(100000 characters\)/)
  assert.match(text, /… \(100009 characters\)/)
  assert.ok(text.length < 500_000, `${text.length} characters`)
})

/** A server that answers `initialize` and `server/discover` in every revision, and anything else by `rest`. */
const speaks =
  (rest: (response: ServerResponse) => void, name = 'x'): RequestListener =>
  async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    if (!/"(initialize|server\/discover)"/.test(body)) return rest(response)
    const { id, params } = JSON.parse(body) as Json
    const serverInfo = { name, version: '1' }
    const result = { protocolVersion: params.protocolVersion, supportedVersions: ['2026-07-28'], serverInfo }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  }

for (const [what, listener] of Object.entries<RequestListener>({
  'events without end': (_request, response) => flood(response.writeHead(200, SSE), 'data:\n\n'.repeat(5_000)),
  'a body without end': (_request, response) =>
    flood(response.writeHead(200, { 'Content-Type': 'application/json' }), 'x'.repeat(50_000)),
  'an event now and then, and never the answer': (_request, response) => {
    const drip = setInterval(() => response.write('data: {"jsonrpc":"2.0","id":"other","result":{}}\n\n'), 50)
    response.writeHead(200, SSE).once('close', () => clearInterval(drip))
  },
}))
  test(`check ends at a server that sends ${what}`, async () => {
    const { code, text } = await run(check, ['--transport', 'stateless', await start(listener)])
    assert.equal(code, 1)
    assert.ok(text.length < 200_000, `${text.length} characters`)
  })

test('check keeps little of each of its conversations, and of a name as long as a book', async () => {
  const name = '\u001b]0;x'.repeat(100_000)
  const listener = speaks((response) => flood(response.writeHead(200, SSE), 'data:\n\n'.repeat(5_000)), name)
  const { code, text } = await run(check, ['--json', '--transport', 'stateless', await start(listener)])
  assert.equal(code, 1)
  const { spoken } = JSON.parse(text) as { spoken: { server: { name: string }; checks: { wire: string[] }[] }[] }
  assert.ok(spoken[0]!.server.name.length <= 101)
  for (const { wire } of spoken[0]!.checks) assert.ok(wire.length <= 1_001, `${wire.length} lines`)
})
