// `npm start`: what it prints, that it answers, how soon, and how it ends.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import net from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connectHttpSse, request } from '../support/wire.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
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

test('it prints where page, laboratory, course and lessons are, where to point clients, and that is where it answers', async () => {
  const child = start([], { PORT: '0' })
  try {
    const { text, url } = await banner(child)
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
    const first = ['page 页面', `${url}/lab/`, 'course/README.en.md', 'course/README.zh.md', 'npm run lesson']
    const places = [...first, 'Inspector', 'Cherry Studio', `curl -N ${url}/sse`].map((what) => text.indexOf(what))
    assert.ok(!places.includes(-1), text)
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
      'what one learns with comes first, clients after',
    )
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

test('the URL that it shows has the first of the allowed hosts, with the port that stands there, if one does', async () => {
  for (const [hosts, shown] of [
    ['mcp.example', /^http:\/\/mcp\.example:\d+$/],
    ['127.0.0.1:3999,other.example', /^http:\/\/127\.0\.0\.1:3999$/],
    ['[::1]:3999', /^http:\/\/\[::1\]:3999$/],
    ['::1', /^http:\/\/\[::1\]:\d+$/],
  ] as const) {
    const child = start([], { PORT: '0', ALLOWED_HOSTS: hosts })
    try {
      assert.match((await banner(child)).url, shown)
    } finally {
      await end(child)
    }
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

test('METRICS=yes: /metrics is there, beside the page; without it there is none', async () => {
  for (const [env, status] of [
    [{ METRICS: 'yes' }, 200],
    [{}, 404],
    [{ METRICS: 'yes', PUBLIC_URL: 'https://mcp.example' }, 403], // behind a proxy everybody comes from this machine
  ] as const) {
    const child = start([], { PORT: '0', ...env })
    try {
      const { url } = await banner(child)
      assert.equal((await request('GET', `${url}/metrics`)).status, status)
      assert.equal((await request('GET', `${url}/`)).status, 200)
    } finally {
      await end(child)
    }
  }
})

for (const [what, code] of [
  ['an exception that nobody caught', "throw new Error('boom')"],
  ['a rejection that nobody handled', "Promise.reject(new Error('boom'))"],
] as const)
  test(`T-63: ${what} is one line in the log and a shutdown in good order, with exit code 1`, async () => {
    const onInput = `process.stdin.once('data',()=>{${code}})`
    const child = spawn(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(onInput)}`, MAIN], {
      cwd: ROOT,
      env: { ...process.env, HN_SOURCE: 'snapshot', PORT: '0' },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let errors = ''
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk))
    const client = await connectHttpSse((await banner(child)).url)
    const exited = once(child, 'exit')
    child.stdin!.write('now\n')
    await client.ended
    assert.match(client.raw(), /retry: \d+\n\n$/)
    assert.deepEqual(await exited, [1, null])
    const { level, reason, cause } = JSON.parse(errors.trim())
    assert.deepEqual([level, reason], ['error', 'crash'])
    assert.match(cause, /^Error: boom\n/)
  })

test(
  'T-90: SIGTERM ends it with code 0, a second signal at once with 1',
  { skip: process.platform === 'win32' },
  async () => {
    const child = start([], { PORT: '0' })
    const client = await connectHttpSse((await banner(child)).url)
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await client.ended
    assert.deepEqual(await exited, [0, null])

    const stubborn = start([], { PORT: '0' })
    const { url } = await banner(stubborn)
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    // Half a request: its connection is not idle, so the first signal waits for it.
    socket.write(
      'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    )
    await request('GET', `${url}/health`)
    const gone = once(stubborn, 'exit')
    stubborn.kill('SIGTERM')
    await refused(url)
    stubborn.kill('SIGINT')
    assert.deepEqual(await gone, [1, null])
    socket.destroy()
  },
)

/** Fulfilled once nobody listens there any more. */
async function refused(url: string): Promise<void> {
  for (;;) {
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
    try {
      await once(socket, 'connect')
    } catch {
      return
    }
    socket.destroy()
  }
}

test(
  'a tool that does not catch the end of its call is a line of the log; any other rejection ends the process',
  { skip: process.platform === 'win32' && 'no signals' },
  async () => {
    // What a tool would do: the reason of a call that was cancelled, and a mistake of its own.
    const preload = (rejected: string) =>
      `--import=data:text/javascript,${encodeURIComponent(`
      const { RequestContext } = await import(${JSON.stringify(new URL('dist/mcp/request/context.js', `file://${ROOT}`).href)})
      const context = new RequestContext({ jsonrpc: '2.0', id: 1, method: 'tools/call' }, {}, {}, {})
      context.cancel()
      process.on('SIGUSR2', () => Promise.reject(${rejected}))`)}`
    const child = start([], { PORT: '0', NODE_OPTIONS: preload('context.signal.reason') })
    try {
      const { url } = await banner(child)
      let log = ''
      child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (log += chunk))
      child.kill('SIGUSR2')
      while (!log.includes('\n')) await once(child.stderr!, 'data')
      assert.equal((JSON.parse(log) as { reason: string }).reason, 'tool-after-end')
      assert.equal((await request('GET', `${url}/health`)).status, 200)
    } finally {
      await end(child)
    }
    const other = start([], { PORT: '0', NODE_OPTIONS: preload("new Error('a mistake')") })
    try {
      await banner(other)
      const exit = once(other, 'exit')
      other.kill('SIGUSR2')
      assert.equal((await exit)[0], 1)
    } finally {
      await end(other)
    }
  },
)
