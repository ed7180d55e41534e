// The configurations of docs/proxies and examples/cluster for several nodes, with the real nginx and the real HAProxy.
// Replaced in them are ports and addresses.
// Needs: nginx, haproxy, redis-server
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { defineTool, serve } from '../../src/index.ts'
import { connectHttpSse, post, request } from '../support/wire.ts'
import { call, freePort, initialize, inSession, SECRET, startNode, startRedis, until } from './support.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const find = (await import('../../scripts/parts.mjs' as string)) as Record<
  'nginx' | 'haproxy',
  () => string | undefined
>
const whoOf = (name: string) => defineTool({ name: 'who', inputSchema: { type: 'object' }, run: () => name })

/** Starts a proxy with a file of ours before three servers. Returns its URL. */
async function startProxy(name: 'nginx' | 'haproxy', file: string, servers: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `sse-mcp-${name}-`))
  chmodSync(folder, 0o755)
  const port = await freePort()
  let text = readFileSync(join(ROOT, file), 'utf8')
  const replace = (from: string, to: string) => {
    assert.ok(text.includes(from), `${file} has no ${from}`)
    text = text.replaceAll(from, to)
  }
  for (const [at, url] of servers.entries()) replace(`127.0.0.1:300${at + 1}`, new URL(url).host)
  if (name === 'haproxy') replace('bind :80', `bind 127.0.0.1:${port}`)
  else {
    replace(text.includes('listen 8080;') ? 'listen 8080;' : 'listen 80;', `listen 127.0.0.1:${port};`)
    const temporary = ['client_body', 'proxy', 'fastcgi', 'scgi', 'uwsgi'].map(
      (what) => `${what}_temp_path ${folder}/${what};`,
    )
    replace('http {\n', ['http {', 'access_log off;', ...temporary, ''].join('\n'))
  }
  const config = join(folder, 'config')
  writeFileSync(config, text)
  const args =
    name === 'nginx'
      ? ['-p', folder, '-e', 'stderr', '-g', `daemon off; pid ${folder}/pid;`, '-c', config]
      : ['-db', '-f', config]
  const child = spawn(find[name]()!, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const exit = once(child, 'exit')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part))
  after(async () => {
    child.kill('SIGTERM')
    await exit
    rmSync(folder, { recursive: true, force: true })
  })
  await until(async () => {
    assert.equal(child.exitCode, null, said)
    const socket = net.connect(port, '127.0.0.1')
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    return isOpen
  })
  return `http://127.0.0.1:${port}`
}

const who = async (url: string, session: string) =>
  JSON.parse((await call(url, session, 'tools/call', { name: 'who' })).text).result.content[0].text as string

for (const [name, file] of [
  ['nginx', 'docs/proxies/nginx-nodes.conf'],
  ['haproxy', 'docs/proxies/haproxy-nodes.cfg'],
] as const)
  test(`${name} without an engine: a session stays with the node that its id names, over both transports; a forged name is 404`, async () => {
    const servers = await Promise.all(
      ['n1', 'n2', 'n3'].map((nodeId) =>
        serve({
          name: 'test',
          version: '1',
          port: 0,
          nodeId,
          serverSecret: SECRET,
          tools: [whoOf(nodeId)],
          log: () => {},
        }),
      ),
    )
    after(() => Promise.all(servers.map(({ close }) => close())))
    const url = await startProxy(
      name,
      file,
      servers.map((server) => server.url),
    )
    const seen = new Set<string>()
    for (let n = 0; n < 9; n++) {
      const session = await initialize(url)
      const [nodeId] = session.split('.')
      seen.add(nodeId!)
      for (let times = 0; times < 3; times++) assert.equal(await who(url, session), nodeId)
      assert.equal((await request('DELETE', `${url}/mcp`, inSession(session))).status, 204)
      assert.equal((await call(url, session, 'ping')).status, 404)
    }
    assert.deepEqual([...seen].toSorted(), ['n1', 'n2', 'n3'])
    for (let n = 0; n < 3; n++) {
      const client = await connectHttpSse(url)
      const { result } = await client.call('tools/call', { name: 'who' })
      assert.equal(new URL(client.endpoint).searchParams.get('sessionId')!.split('.')[0], result.content[0].text)
      client.destroy()
    }
    for (const forged of ['n1.x', 'n4.x', '..', 'n1', 'any.x'])
      assert.equal((await call(url, forged, 'ping')).status, 404, forged)
    assert.equal((await post(`${url}/messages?sessionId=n2.x`, { jsonrpc: '2.0', id: 1, method: 'ping' })).status, 404)
  })

test('nginx before an engine: whatever node it chooses, the session is served; a node that is gone is passed over', async () => {
  const redis = await startRedis()
  const nodes = await Promise.all(
    ['n1', 'n2', 'n3'].map((nodeId) => startNode(redis, nodeId, { tools: [whoOf(nodeId)] })),
  )
  const url = await startProxy(
    'nginx',
    'examples/cluster/nginx.conf',
    nodes.map((node) => node.url),
  )
  const session = await initialize(url)
  const seen = new Set<string>()
  for (let n = 0; n < 12; n++) seen.add(await who(url, session))
  assert.deepEqual([...seen].toSorted(), ['n1', 'n2', 'n3'])
  const client = await connectHttpSse(url)
  for (let n = 0; n < 6; n++) assert.ok((await client.call('tools/call', { name: 'who' })).result)
  client.destroy()
  await nodes[0]!.close()
  for (let n = 0; n < 12; n++) assert.notEqual(await who(url, session), 'n1')
})
