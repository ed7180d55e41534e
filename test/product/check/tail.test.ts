// `sse-mcp tail`: what an event stream says, when it breaks, and how it ends.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { tail } from '../../../src/cli/tail.ts'

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))

async function start(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`
}

/** Runs it until it ends, or until `enough` of what it has said. */
async function run(args: string[], enough: (text: string) => boolean = () => false) {
  const interrupt = new AbortController()
  let text = ''
  let errors = ''
  const out = (line: string) => {
    text += `${line}\n`
    if (enough(text)) interrupt.abort()
  }
  const code = await tail(args, { out, error: (line) => (errors += `${line}\n`), signal: interrupt.signal })
  return { code, text, errors }
}

const STREAM = ': hello\nretry: 7\n\nid: 1\nevent: endpoint\ndata: /messages\n\nid: 2\ndata: a\ndata: b\n\n'

test('it shows events with type, id and data, comments, and the reconnection time', async () => {
  const url = await start((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(STREAM)
  })
  const { code, text } = await run(['--once', url])
  assert.equal(code, 0)
  assert.equal(
    text,
    `< 200 text/event-stream
~ : hello
~ retry: 7
~ event: endpoint  id: 1
  data: /messages
~ event: message  id: 2
  data: a
  data: b
! the server has ended the stream
`,
  )
})

test('it comes back after the time that the stream has set, a tenth of a second at least, with the last id and the headers that it was given', async () => {
  const asked: unknown[] = []
  const url = await start(({ headers }, response) => {
    asked.push([headers['last-event-id'], headers['x-who'], headers.accept])
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(STREAM)
  })
  const args = ['--header', 'X-Who: me', '--last-event-id', 'ö', url]
  const { code, text } = await run(args, (said) => said.split('< 200').length === 3)
  assert.equal(code, 0)
  assert.match(text, /! the server has ended the stream; again in 100 ms/)
  assert.deepEqual(asked, [
    [Buffer.from('ö').toString('latin1'), 'me', 'text/event-stream'],
    ['2', 'me', 'text/event-stream'],
  ])
})

test('for machines each thing is a line of JSON, and the pieces are counted', async () => {
  const url = await start((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('data: \u001b[31m\u2028é\n\n')
  })
  const { text } = await run(['--once', '--json', '--pieces', url])
  const lines = text.trim().split('\n')
  assert.doesNotMatch(lines.join(''), /[\p{Cc}\p{Zl}]/u)
  const [open, bytes, event, end] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.deepEqual(open, { what: 'open', status: 200, type: 'text/event-stream' })
  assert.deepEqual(bytes, { what: 'bytes', count: 18 })
  assert.deepEqual(event, { what: 'event', type: 'message', id: '', data: '\u001b[31m\u2028é' })
  assert.equal(end!['what'], 'end')
})

test('what a stranger sends never moves the terminal', async () => {
  const evil = '\u001b]0;owned\u0007\u009b31m\u202e\u200b\ufeff'
  const url = await start((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.end(`: ${evil}\nid: ${evil}\nevent: ${evil}\ndata: ${evil}\n\n`)
  })
  const { text } = await run(['--once', url])
  assert.doesNotMatch(text.replaceAll('\n', ''), /\p{C}/u)
  assert.equal(text.split('\\u001b]0;owned\\u0007\\u009b31m\\u202e\\u200b\\ufeff').length, 5)
})

for (const [status, type, todo] of [
  [401, 'text/plain', /401 text\/plain: no\\u001b\n.*Authorization: Bearer/],
  [404, 'text/plain', /404.*\n.*\/sse, or \/mcp/],
  [405, 'text/plain', /405.*\n.*POST alone/],
  [503, 'text/plain', /503.*\n.*later/],
  [200, 'text/html', /200 text\/html.*\n.*no event stream/],
] as const)
  test(`${status} ${type} is said, with what to do`, async () => {
    const url = await start((_request, response) =>
      response.writeHead(status, { 'Content-Type': type }).end('no\u001b'),
    )
    const { code, text, errors } = await run([url])
    assert.equal(code, 1)
    assert.equal(text, '')
    assert.match(errors, todo)
  })

test('where nobody listens it says so, and does not try for ever', async () => {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const { code, errors } = await run([`http://127.0.0.1:${port}/`])
  assert.equal(code, 1)
  assert.match(errors, /nobody listens there/)
})

test('Ctrl-C ends it cleanly', { skip: process.platform === 'win32' && 'no signals' }, async () => {
  const url = await start((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: first\n\n')
  })
  const child = spawn(process.execPath, [MAIN, 'tail', url], { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  let said = ''
  child.stdout.setEncoding('utf8')
  while (!said.includes('first')) said += String((await once(child.stdout, 'data'))[0])
  child.kill('SIGINT')
  const [code] = (await once(child, 'exit')) as [number]
  assert.equal(code, 0)
  assert.equal(errors, '')
})
