// docs/proxies: the real nginx and the real HAProxy, with the configurations of the documentation. Replaced in them are
// ports, addresses of the upstreams and, where a test says so, times: all by the same factor.
// Needs: nginx, haproxy
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http, { type IncomingMessage } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  defineTool,
  serve,
  type HttpRequest,
  type HttpResponse,
  type LogEntry,
  type RunningServer,
  type ServeOptions,
} from '../../src/index.ts'
import { site } from '../../src/app/site.ts'
import { metrics } from '../../src/metrics/index.ts'
import { connectHttpSse, openEvents, post, request, type HttpSse } from '../support/wire.ts'
import { echo } from '../support/tools.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const find = (await import('../../scripts/parts.mjs' as string)) as Record<
  'nginx' | 'haproxy',
  () => string | undefined
>

/** A configuration as documented, but for these words; each must be there. */
function edited(file: string, words: Record<string, string>): string {
  let text = read(`docs/proxies/${file}`)
  for (const [from, to] of Object.entries(words)) {
    assert.ok(text.includes(from), `${file} has no ${from}`)
    text = text.replaceAll(from, to)
  }
  return text
}

/** Where it listens, our servers behind it, a folder of its own, and its 60 s in other words. */
interface Place {
  port: number
  root: string
  hn: string
  folder: string
  timeoutMs: number | undefined
}

const PROXIES = [
  {
    name: 'nginx' as const,
    args: ({ folder }: Place) => ['-p', folder, '-e', 'stderr', '-g', `daemon off; pid ${folder}/pid;`, '-c'],
    config: ({ port, root, hn, folder, timeoutMs }: Place) =>
      edited('nginx.conf', {
        'listen 80;': `listen 127.0.0.1:${port};`,
        '127.0.0.1:3000': root,
        '127.0.0.1:3001': hn,
        'http {\n': [
          'http {',
          'access_log off;',
          ...['client_body', 'proxy', 'fastcgi', 'scgi', 'uwsgi'].map((what) => `${what}_temp_path ${folder}/${what};`),
          // Both are 60 s where nobody names them.
          timeoutMs ? `proxy_read_timeout ${timeoutMs}ms; send_timeout ${timeoutMs}ms;\n` : '',
        ].join('\n'),
      }),
  },
  {
    name: 'haproxy' as const,
    args: () => ['-db', '-f'],
    config: ({ port, root, hn, timeoutMs = 60_000 }: Place) =>
      edited('haproxy.cfg', {
        'bind :80': `bind 127.0.0.1:${port}`,
        '127.0.0.1:3000': root,
        '127.0.0.1:3001': hn,
        'timeout client 60s': `timeout client ${timeoutMs}ms`,
        'timeout server 60s': `timeout server ${timeoutMs}ms`,
      }),
  },
]
type Proxy = (typeof PROXIES)[number]

const steps = new EventEmitter()
const tools = [
  echo,
  // More than all sockets on the way take.
  defineTool({ name: 'floods', inputSchema: { type: 'object' }, run: () => 'x'.repeat(40 * 2 ** 20) }),
  defineTool({
    name: 'silent',
    inputSchema: { type: 'object' },
    async run(_args, { signal }) {
      await once(signal, 'abort')
      return 'nobody hears'
    },
  }),
  // Says one thing, and the rest once the test lets it: `steps` tells what becomes of the call.
  defineTool({
    name: 'steps',
    inputSchema: { type: 'object', properties: { mark: { type: 'string' } } },
    async run({ mark = '' }, { progress, signal }) {
      const aborted = once(signal, 'abort')
      const released = once(steps, `release ${mark}`)
      progress(1, 2)
      steps.emit(`started ${mark}`)
      await Promise.race([released, aborted])
      if (signal.aborted) steps.emit(`aborted ${mark}`)
      progress(2, 2)
      return 'done'
    },
  }),
]

interface Setup {
  /** Of the proxy. */
  url: string
  root: RunningServer
  hn: RunningServer
  stop(): Promise<void>
}

/** Two servers and a proxy before them: one at the root, one at /hn/. */
async function start(proxy: Proxy, given: Partial<ServeOptions> & { timeoutMs?: number } = {}): Promise<Setup> {
  const { timeoutMs, ...options } = given
  const allowedHosts = ['127.0.0.1', 'mcp.example.com']
  const all = { name: 'test', version: '1', tools, port: 0, allowedHosts, fallback: site, log: () => {}, ...options }
  const root = await serve(all)
  const hn = await serve({ ...all, publicUrl: 'https://mcp.example.com/hn' })
  const folder = mkdtempSync(join(tmpdir(), `sse-mcp-${proxy.name}-`))
  chmodSync(folder, 0o755) // nginx that root starts works as somebody else
  const port = await freePort()
  const config = join(folder, 'config')
  const addresses = { root: root.url.slice('http://'.length), hn: hn.url.slice('http://'.length) }
  const place: Place = { port, folder, timeoutMs, ...addresses }
  writeFileSync(config, proxy.config(place))
  const child = spawn(find[proxy.name]()!, [...proxy.args(place), config], { stdio: ['ignore', 'ignore', 'pipe'] })
  const gone = once(child, 'exit')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part))

  const stop = async () => {
    stops.delete(stop)
    child.kill('SIGTERM')
    await gone
    await Promise.all([root.close(), hn.close()])
    rmSync(folder, { recursive: true, force: true })
  }
  stops.add(stop)
  while (!(await listens(port))) {
    assert.equal(child.exitCode, null, said)
    await wait(10)
  }
  return { url: `http://127.0.0.1:${port}`, root, hn, stop }
}

const stops = new Set<() => Promise<void>>()
after(() => Promise.all([...stops].map((stop) => stop())))

async function freePort(): Promise<number> {
  const server = net.createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await once(server.close(), 'close')
  return port
}

async function listens(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1')
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** HTTP+SSE below a prefix: where to post is only known from the endpoint event. */
async function connectBelow(url: string, prefix: string) {
  const stream = await openEvents(`${url}${prefix}/sse`)
  const path = (await stream.event()).data
  return { ...stream, path, post: (body: unknown) => post(url + path, body) }
}

const call = (name: string, args: object, id: number | string = 1, meta: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args, _meta: { progressToken: 'p', ...meta } },
})
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
const textOf = (message: { result: { content: { text: string }[] } }) => message.result.content[0]!.text
const JSON_BODY = { 'content-type': 'application/json' }
const stateless = (name: string, args: object) => ({
  headers: { ...JSON_BODY, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name },
  body: call(name, args, 1, {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }),
})

/** A session of Streamable HTTP, as the header that names it. */
async function session(mcp: string): Promise<Record<string, string>> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }
  const { status, headers } = await post(mcp, { jsonrpc: '2.0', id: 0, method: 'initialize', params })
  assert.equal(status, 200)
  const named = { 'mcp-session-id': String(headers['mcp-session-id']), 'mcp-protocol-version': '2025-11-25' }
  assert.equal((await post(mcp, { jsonrpc: '2.0', method: 'notifications/initialized' }, named)).status, 202)
  return named
}

let marks = 0
const newMark = () => `mark ${++marks}`
// Without comments: what waits for something to push it on waits for ever.
const SOON = { timeout: 60_000 }

for (const proxy of PROXIES) {
  const { name } = proxy
  const shared = start(proxy, { limits: { keepAliveMs: 0 } })
  shared.catch(() => {}) // each test says so itself

  test(`${name}, T-51: an event passes at once, though nothing follows it`, SOON, async () => {
    const { url } = await shared
    const stream = await openEvents(`${url}/sse`)
    assert.match((await stream.event()).data, /^\/messages\?sessionId=/)
    assert.equal(stream.headers['content-type'], 'text/event-stream')
    assert.equal(stream.headers['cache-control'], 'no-cache, no-transform')
    assert.equal(stream.headers['content-encoding'], undefined)
    stream.destroy()
  })

  test(`${name}: events are not held back to be sent together`, SOON, async () => {
    const client = await connectHttpSse((await shared).url)
    for (let i = 0; i < 10; i++) await client.call('ping')
    client.destroy()
  })

  test(`${name}, T-52: a reader who stops is seen by the server, and not swallowed by the proxy`, SOON, async () => {
    const cut = new EventEmitter()
    const log = ({ reason }: LogEntry) => void cut.emit(reason)
    const { url, stop } = await start(proxy, { log, limits: { unreadMs: 300 } })
    const client = await connectHttpSse(url)
    client.pause()
    const seen = once(cut, 'slow-reader')
    await client.post(call('floods', {}))
    await seen
    client.destroy()
    await stop()
  })

  test(`${name}, R-SSE-2: at the root, the endpoint event leads to the server`, SOON, async () => {
    const client: HttpSse = await connectHttpSse((await shared).url)
    assert.equal(textOf(await client.call('tools/call', { name: 'echo', arguments: { text: 'hi' } })), 'hi')
    client.destroy()
  })

  test(
    `${name}, R-SSE-2, T-24: below a prefix, the endpoint event has the prefix, and leads to the server`,
    SOON,
    async () => {
      const client = await connectBelow((await shared).url, '/hn')
      assert.match(client.path, /^\/hn\/messages\?sessionId=[\w-]+$/)
      assert.equal((await client.post(call('echo', { text: 'hi' }))).status, 202)
      assert.equal(textOf(await client.message()), 'hi')
      client.destroy()
    },
  )

  test(`${name}: the OAuth metadata of /hn/mcp comes from the server of /hn/, under its own path`, SOON, async () => {
    const path = '/.well-known/oauth-protected-resource/hn/mcp'
    // Both servers have it, and say which they are.
    const document = (from: HttpRequest, response: HttpResponse) =>
      void response.end(`${(from as IncomingMessage).socket.localPort} ${from.url}`)
    const authorize = () => ({ issuer: 'test', subject: 'test' })
    const { url, hn, stop } = await start(proxy, { auth: { authorize, documents: new Map([[path, document]]) } })
    const { text } = await request('GET', url + path)
    assert.equal(text, `${new URL(hn.url).port} ${path}`)
    await stop()
  })

  for (const prefix of ['', '/hn']) {
    test(`${name}: what is not MCP is there too, at ${prefix}/`, SOON, async () => {
      const health = await request('GET', `${(await shared).url}${prefix}/health`)
      assert.deepEqual([health.status, health.text], [200, '{"status":"ok"}\n'])
    })

    test(`${name}: progress arrives before the answer, at ${prefix}/, in all three ways`, SOON, async () => {
      const { url } = await shared
      const mark = newMark()
      const old = await connectBelow(url, prefix)
      assert.equal((await old.post(call('steps', { mark }))).status, 202)

      const mcp = `${url}${prefix}/mcp`
      const named = { ...JSON_BODY, ...(await session(mcp)) }
      const streamable = await openEvents(mcp, named, JSON.stringify(call('steps', { mark })))
      assert.equal((await streamable.event()).data, '') // with an id, to come back to

      const { headers, body } = stateless('steps', { mark })
      const newest = await openEvents(mcp, headers, JSON.stringify(body))
      for (const stream of [old, streamable, newest]) assert.equal((await stream.message()).params.progress, 1)
      steps.emit(`release ${mark}`)
      for (const stream of [old, streamable, newest]) {
        assert.equal((await stream.message()).params.progress, 2)
        assert.equal(textOf(await stream.message()), 'done')
      }
      await Promise.all([streamable.ended, newest.ended])
      old.destroy()
    })
  }

  test(`${name}, R-SH-17: a stream that broke off is taken up, and a session ended`, SOON, async () => {
    const mcp = `${(await shared).url}/hn/mcp`
    const named = await session(mcp)
    const mark = newMark()
    const body = JSON.stringify(call('steps', { mark }))
    const stream = await openEvents(mcp, { ...JSON_BODY, ...named }, body)
    await stream.event()
    const { lastEventId, data } = await stream.event()
    assert.equal(JSON.parse(data).params.progress, 1)
    stream.destroy()
    steps.emit(`release ${mark}`)
    const again = await openEvents(mcp, { ...named, 'last-event-id': lastEventId })
    assert.equal((await again.message()).params.progress, 2)
    assert.equal(textOf(await again.message()), 'done')
    await again.ended
    assert.equal((await request('DELETE', mcp, named)).status, 204)
    assert.equal((await post(mcp, ping, named)).status, 404)
  })

  test(`${name}, T-53: who leaves a stream is gone for the server too, at once`, SOON, async () => {
    const { url } = await shared
    const mark = newMark()
    const client = await connectBelow(url, '/hn')
    const started = once(steps, `started ${mark}`)
    await client.post(call('steps', { mark }))
    await started
    const aborted = once(steps, `aborted ${mark}`)
    client.destroy()
    await aborted
    assert.equal((await client.post(ping)).status, 404)

    const other = newMark()
    const { headers, body } = stateless('steps', { mark: other })
    const stream = await openEvents(`${url}/mcp`, headers, JSON.stringify(body))
    await stream.message()
    const cancelled = once(steps, `aborted ${other}`)
    stream.destroy()
    await cancelled
  })

  test(`${name}, T-20: the server sees the name that the client called, and refuses others`, SOON, async () => {
    const { url } = await shared
    for (const path of ['/hn/mcp', '/mcp'])
      for (const [host, expected] of [
        ['mcp.example.com', 400], // got in, and has no session
        ['evil.example', 403],
        ['127.0.0.1.evil.example', 403],
      ] as const) {
        const { status, text } = await post(url + path, ping, { host })
        assert.equal(status, expected, `${host} ${path}`)
        if (status === 403) assert.match(JSON.parse(text).error.message, new RegExp(`^Host "${host}" is not allowed`))
      }
    const stranger = await post(`${url}/mcp`, ping, { host: 'mcp.example.com', origin: 'https://evil.example' })
    assert.equal(stranger.status, 403)
    const forged = await post(`${url}/mcp`, ping, { host: 'evil.example', 'x-forwarded-host': 'mcp.example.com' })
    assert.equal(forged.status, 403)
  })

  test(`${name}: a message of nearly 4 MiB arrives, as without a proxy`, SOON, async () => {
    const mcp = `${(await shared).url}/hn/mcp`
    const text = 'x'.repeat(4 * 2 ** 20 - 1024)
    const answer = await post(mcp, call('echo', { text }), await session(mcp))
    assert.equal(textOf(JSON.parse(answer.text)).length, text.length)
  })

  test(
    `${name}: a connection to the server is used again, and one that the server gives up costs no request`,
    SOON,
    async () => {
      const { url, root, stop } = await start(proxy, { limits: { maxRequestsPerSocket: 3 } })
      let connections = 0
      root.server.on('connection', () => connections++)
      // HAProxy shares the connections to a server only with those of its clients that it knows.
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
      for (let i = 0; i < 9; i++) assert.equal(await statusOf(`${url}/mcp`, { agent }), 400) // it has no session
      agent.destroy()
      assert.equal(connections, 3)
      await stop()
    },
  )

  test(`${name}, T-24: TRUST_PROXY=loopback counts clients, by what no client can forge`, SOON, async () => {
    const trusting = await start(proxy, { trustProxy: ['loopback'], limits: { maxRequestsPerMinute: 2 } })
    // The test stands for another proxy on this machine: what it says last in X-Forwarded-For is the client.
    const from = async (forwarded: string) =>
      (await post(`${trusting.url}/hn/mcp`, ping, { 'x-forwarded-for': forwarded })).status
    assert.deepEqual([await from('192.0.2.1'), await from('192.0.2.1'), await from('192.0.2.1')], [400, 400, 429])
    assert.equal(await from('198.51.100.9, 192.0.2.1'), 429)
    assert.equal(await from('192.0.2.2'), 400)
    assert.equal(await from('192.0.2.1, 192.0.2.2'), 400)
    assert.equal(await from('192.0.2.3, 192.0.2.2'), 429)
    await trusting.stop()

    const alone = await start(proxy, { limits: { maxRequestsPerMinute: 2 } })
    const statuses: number[] = []
    for (const client of ['192.0.2.1', '192.0.2.2', '192.0.2.3'])
      statuses.push((await post(`${alone.url}/hn/mcp`, ping, { 'x-forwarded-for': client })).status)
    assert.deepEqual(statuses, [400, 400, 429])
    await alone.stop()
  })

  // Linux alone has all of 127.0.0.0/8.
  const linux = { ...SOON, skip: process.platform !== 'linux' && 'clients of two addresses need Linux' }
  test(
    `${name}, T-24: the proxy tells the address of its client, whatever the client says of itself`,
    linux,
    async () => {
      const { url, stop } = await start(proxy, { trustProxy: ['127.0.0.1'], limits: { maxRequestsPerMinute: 2 } })
      const from = (localAddress: string, forwarded: string) =>
        statusOf(`${url}/mcp`, { localAddress, headers: { 'x-forwarded-for': forwarded } })
      assert.equal(await from('127.0.0.2', '192.0.2.1'), 400)
      assert.equal(await from('127.0.0.2', '192.0.2.2'), 400)
      assert.equal(await from('127.0.0.2', '192.0.2.3'), 429)
      assert.equal(await from('127.0.0.2', '127.0.0.3'), 429)
      assert.equal(await from('127.0.0.3', '127.0.0.2'), 400)
      await stop()
    },
  )

  test(
    `${name}, T-90: a stream ends with the server: told when to come back, and by an end, not a cut`,
    SOON,
    async () => {
      const { url, hn, stop } = await start(proxy)
      const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
      let got = ''
      socket.on('data', (chunk) => (got += chunk.toString()))
      socket.write('GET /hn/sse HTTP/1.1\r\nHost: mcp.example.com\r\n\r\n')
      while (!got.includes('retry: 1000\n\n')) await once(socket, 'data')
      const closed = hn.close()
      while (!got.endsWith('\r\n0\r\n\r\n')) await once(socket, 'data')
      assert.match(got, /retry: 1000\n\n[^]*retry: \d{4}\n\n\r\n0\r\n\r\n$/)
      await closed
      socket.destroy()
      await stop()
    },
  )
}

test('nginx, T-51: with proxy_pass alone, over HTTP/1.0, our header lets events pass', SOON, async () => {
  const [nginx] = PROXIES as [Proxy]
  const bare = (more: string): Proxy => ({
    ...nginx,
    config: (place) =>
      nginx
        .config(place)
        .replace(/ proxy_(http_version|set_header) .*/g, '')
        .replace('server {\n    listen', `server { ${more}\n    listen`),
  })
  // The upstream names are then the Host.
  const allowedHosts = ['sse_mcp', 'sse_mcp_hn']
  const good = await start(bare(''), { allowedHosts })
  const stream = await openEvents(`${good.url}/sse`)
  assert.match((await stream.event()).data, /^\/messages/)
  stream.destroy()

  const deaf = await start(bare('proxy_ignore_headers X-Accel-Buffering;'), {
    allowedHosts,
    limits: { keepAliveMs: 20 },
  })
  const direct = await openEvents(`${deaf.root.url}/sse`, { host: 'sse_mcp' })
  const opened = once(deaf.root.server, 'request')
  let isHeld = true
  const held = openEvents(`${deaf.url}/sse`).finally(() => (isHeld = false))
  await opened
  for (let i = 0; i < 10; i++) await direct.comment()
  assert.ok(isHeld) // not even the status has come, in a time of ten comments
  await deaf.root.close()
  const { raw, ended } = await held
  await ended
  assert.match(raw(), /^event: endpoint\n/) // all of it, at the end
  direct.destroy()
  await Promise.all([good.stop(), deaf.stop()])
})

test('nginx: nobody reads /metrics through it, not even where it says nothing of itself', SOON, async (t) => {
  const [nginx] = PROXIES as [Proxy]
  const shown = metrics()
  t.after(() => shown.close())
  const without = (headers: RegExp): Proxy => ({
    ...nginx,
    config: (place) => nginx.config(place).replace(headers, ''),
  })
  for (const [what, proxy] of [
    ['as documented', nginx],
    ['with the Host alone', without(/ proxy_set_header X-Forwarded-For .*/g)],
    ['with proxy_pass alone', without(/ proxy_(http_version|set_header) .*/g)],
  ] as const) {
    const allowedHosts = ['mcp.example.com', '127.0.0.1', 'sse_mcp', 'sse_mcp_hn']
    const { url, root, stop } = await start(proxy, { fallback: shown.fallback, allowedHosts })
    for (const target of [
      '/metrics',
      '/hn/metrics',
      '//metrics',
      '/hn/..%2fmetrics',
      '/metrics?x',
      '/hn/%2e%2e/metrics',
    ]) {
      const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
      socket.write(`GET ${target} HTTP/1.1\r\nHost: mcp.example.com\r\nConnection: close, X-Forwarded-For\r\n\r\n`)
      let text = ''
      for await (const chunk of socket.setEncoding('latin1')) text += chunk
      assert.match(text, /^HTTP\/1\.1 40[34] /, `${what}: ${target}`)
    }
    assert.equal((await request('GET', `${root.url}/metrics`)).status, 200, 'from this machine')
    await stop()
  }
})

async function statusOf(url: string, options: http.RequestOptions): Promise<number> {
  const headers = { ...JSON_BODY, ...(options.headers as http.OutgoingHttpHeaders) }
  const sent = http.request(url, { agent: false, ...options, headers, method: 'POST' })
  sent.end(JSON.stringify(ping))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return response.statusCode!
}

test('T-24: with a trusted proxy requests are limited, though the server listens on loopback', SOON, async () => {
  const { url, close } = await serve({ name: 't', version: '1', port: 0, log: () => {}, trustProxy: ['loopback'] })
  const headers = { 'x-forwarded-for': '192.0.2.1' }
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  let [status, requests] = [0, 0]
  for (; status !== 429 && requests < 1_200; requests++) status = await statusOf(`${url}/mcp`, { headers, agent })
  agent.destroy()
  assert.ok(status === 429 && requests > 600, `${status} after ${requests}`)
  await close()
})

// 60 s are 4 s, and the 15 s between comments 1 s. In 5 minutes there are 20 comments.
const SHORT = { timeoutMs: 4_000, limits: { keepAliveMs: 1_000 } }
const FIVE_MINUTES = 20

test('T-54: streams that are idle for 5 minutes stay open, by comments alone', { timeout: 300_000 }, async () => {
  async function idle(proxy: Proxy) {
    const { url, stop } = await start(proxy, SHORT)
    const client = await connectHttpSse(url)
    const mcp = `${url}/hn/mcp`
    const named = await session(mcp)
    const standing = await openEvents(mcp, named)
    const mark = newMark()
    const { headers, body } = stateless('steps', { mark })
    const answer = await openEvents(mcp, headers, JSON.stringify(body))
    await answer.message()
    const idlers = [client, standing, answer]
    for (let comments = 0; comments < FIVE_MINUTES; comments++)
      for (const stream of idlers) assert.equal(await stream.comment(), 'keep-alive', proxy.name)

    assert.deepEqual((await client.call('ping')).result, {}, proxy.name)
    steps.emit(`release ${mark}`)
    assert.equal((await answer.message()).params.progress, 2)
    assert.equal(textOf(await answer.message()), 'done')
    assert.equal((await request('DELETE', mcp, named)).status, 204)
    await standing.ended // it was open until now
    client.destroy()
    await stop()
  }
  await Promise.all(PROXIES.map(idle))
})

test('a tool that says nothing for 60 s: the proxy answers 504 (docs/proxies)', { timeout: 300_000 }, async () => {
  async function silent(proxy: Proxy) {
    const { url, stop } = await start(proxy, { ...SHORT, limits: { ...SHORT.limits, drainMs: 1 } })
    const mcp = `${url}/mcp`
    const answer = await post(mcp, call('silent', {}), await session(mcp))
    assert.equal(answer.status, 504, proxy.name)
    await stop()
  }
  await Promise.all(PROXIES.map(silent))
})

test('T-54: without comments the proxy cuts them, 60 s after the last byte', { timeout: 300_000 }, async () => {
  async function cut(proxy: Proxy) {
    const { url, stop } = await start(proxy, { ...SHORT, limits: { keepAliveMs: 0 } })
    const client = await connectHttpSse(url)
    await client.ended
    assert.equal((await post(client.endpoint, ping)).status, 404)
    await stop()
  }
  await Promise.all(PROXIES.map(cut))
})

const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? match[0])

test('docs/proxies says the same in both languages, and its command is that of the configurations', () => {
  const [english, chinese] = ['README.md', 'README.zh-CN.md'].map((file) => read(`docs/proxies/${file}`)) as [
    string,
    string,
  ]
  for (const same of [/^(#+) /gm, /^```[a-z]*\n([\s\S]*?)^```/gm, /`([^`\n]+)`/g, /^(\||- )/gm])
    assert.deepEqual(matches(chinese, same).toSorted(), matches(english, same).toSorted())
  for (const file of ['nginx.conf', 'haproxy.cfg'])
    assert.match(read(`docs/proxies/${file}`), /PUBLIC_URL=https:\/\/mcp\.example\.com\/hn .*TRUST_PROXY=loopback/)
})
