// `npm start`: what it prints, that it answers, how soon, and how it ends.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connectHttpSse, request } from './support/wire.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MAIN = join(ROOT, 'dist', 'main.js')

function start(args: string[] = [], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], {
    cwd: ROOT,
    env: { ...process.env, HN_SOURCE: 'snapshot', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** What the process prints until it has said all of it, and its URL. */
async function banner(child: ChildProcess): Promise<{ text: string; url: string }> {
  let text = ''
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  while (!text.includes('Ctrl-C')) await once(child.stdout!, 'data')
  return { text, url: /http:\/\/\S+?(?=\/\s)/.exec(text)![0] }
}

async function end(child: ChildProcess): Promise<void> {
  child.kill()
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

test('it prints where to point the page, the Inspector and Cherry Studio, and that is where it answers', async () => {
  const child = start([], { PORT: '0' })
  try {
    const { text, url } = await banner(child)
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
    for (const who of ['Inspector', 'Cherry Studio', `${url}/sse`]) assert.ok(text.includes(who), who)
    assert.equal((await request('GET', `${url}/`)).status, 200)
    assert.deepEqual(JSON.parse((await request('GET', `${url}/health`)).text), { status: 'ok' })
    const client = await connectHttpSse(url)
    const { result } = await client.call('tools/list')
    assert.deepEqual(
      result.tools.map((tool: { name: string }) => tool.name),
      ['get-hackernews-top-stories'],
    )
    client.destroy()
  } finally {
    await end(child)
  }
})

test('--port and --host win over PORT and HOST', async () => {
  const child = start(['--port', '0', '--host', '::1'], { PORT: '1', HOST: '203.0.113.1' })
  try {
    assert.match((await banner(child)).url, /^http:\/\/\[::1\]:\d+$/)
  } finally {
    await end(child)
  }
})

for (const [why, args, env, says] of [
  ['a port that is none', ['--port', 'x'], {}, /PORT/],
  ['a port out of range', ['--port', '65536'], {}, /PORT/],
  ['an unknown flag', ['--prot', '1'], {}, /--prot/],
  ['another address without names', ['--host', '0.0.0.0'], {}, /ALLOWED_HOSTS/],
  ['an unknown source', [], { HN_SOURCE: 'both' }, /HN_SOURCE/],
  ['a base URL in clear text', [], { HN_BASE_URL: 'http://hn.example' }, /HN_BASE_URL/],
] as const)
  test(`it does not start with ${why}, and says so in one line without a stack`, async () => {
    const child = start([...args], { PORT: '0', ...env })
    let text = ''
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    const [code] = await once(child, 'close')
    assert.equal(code, 1)
    assert.match(text, says)
    assert.doesNotMatch(text, /\n\s+at /)
  })

test('a port that is taken is named', async () => {
  const other = createServer()
  await once(other.listen(0, '127.0.0.1'), 'listening')
  const { port } = other.address() as AddressInfo
  const child = start(['--port', String(port)])
  let text = ''
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const [code] = await once(child, 'close')
  other.close()
  assert.equal(code, 1)
  assert.match(text, new RegExp(`${port}.*PORT`))
})

test(
  'SIGTERM ends it in good order, open streams and all',
  { skip: process.platform === 'win32' && 'Windows has no SIGTERM' },
  async () => {
    const child = start([], { PORT: '0' })
    const { url } = await banner(child)
    const client = await connectHttpSse(url)
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    assert.equal(code, 0)
    await client.ended
  },
)

// A bare server of node:http that answers `initialize` with a constant: nothing on Node can start sooner.
const FLOOR = `
  require('node:http').createServer((request, response) => {
    if (request.method === 'POST') { request.resume(); response.writeHead(202).end('Accepted'); stream.write('event: message\\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\\n\\n') }
    else { stream = response; response.writeHead(200, { 'Content-Type': 'text/event-stream' }); response.write('event: endpoint\\ndata: /messages?sessionId=1\\n\\n') }
  }).listen(0, '127.0.0.1', function () { console.log('http://127.0.0.1:' + this.address().port + '/ Ctrl-C') })
  let stream`

test('its first initialize is answered within twice the time of a bare node:http server', async () => {
  const firstAnswer = async (args: string[]) => {
    const began = performance.now()
    const child = spawn(process.execPath, args, {
      env: { ...process.env, PORT: '0', HN_SOURCE: 'snapshot' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const { url } = await banner(child)
    const client = await connectHttpSse(url)
    const { id } = await client.call('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    })
    assert.equal(id, 1)
    const took = performance.now() - began
    client.destroy()
    await end(child)
    return took
  }
  const floor: number[] = []
  const ours: number[] = []
  for (let round = 0; round < 7; round++) {
    floor.push(await firstAnswer(['-e', FLOOR]))
    ours.push(await firstAnswer([MAIN]))
  }
  const ratio = Math.min(...ours) / Math.min(...floor)
  assert.ok(ratio < 2, `${ratio.toFixed(2)} times the floor`)
})
