// The examples of mounting (examples/mount), each started as its reader starts it: on Node, Deno, Bun and workerd.
// Needs: frameworks, runtimes
// Runs once: it is about other people's programs.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { bun, deno, ROOT, workerd } from '../../../scripts/parts.mjs'
import { initialize, send, speaksMcp } from '../../support/speaks-mcp.mjs'

const { connect } = await import(new URL('../../../dist/testing/index.js', import.meta.url).href)
const { revisions } = await import(new URL('../../../dist/mcp/revisions/index.js', import.meta.url).href)
const { build } = await import('esbuild')

/** A project in which everything is installed that the examples import. */
const project = mkdtempSync(join(tmpdir(), 'sse-mcp-mounts-'))
after(() => rmSync(project, { recursive: true, force: true }))
cpSync(join(ROOT, 'examples/mount'), project, { recursive: true })
writeFileSync(join(project, 'package.json'), '{"type":"module"}')
const frameworks = fileURLToPath(new URL('../frameworks/node_modules/', import.meta.url))
for (const [name, folder] of Object.entries({
  'sse-mcp': ROOT,
  express: join(frameworks, 'express5'),
  ...Object.fromEntries(
    ['compression', 'helmet', 'fastify', '@fastify/compress', '@fastify/helmet', 'hono', '@hono/node-server'].map(
      (each) => [each, join(frameworks, each)],
    ),
  ),
})) {
  const link = join(project, 'node_modules', name)
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(folder, link, 'junction')
}

/**
 * Starts a program in the project; returns the URL that it prints, or with the port that workerd tells on descriptor 3,
 * and what it has written to standard error.
 */
async function start(t, command, args) {
  const env = { ...process.env, PORT: '0', NODE_OPTIONS: '', NO_COLOR: '1' }
  const child = spawn(command, args, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await exited
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text))
  const found = new Promise((resolve) => {
    for (const output of [child.stdout, child.stdio[3]])
      createInterface({ input: output }).on('line', (line) => {
        const [url] = /http:\S+\/mcp/.exec(line) ?? []
        if (url) resolve(url)
        else if (line.startsWith('{"event":"listen"')) resolve(`http://127.0.0.1:${JSON.parse(line).port}/mcp`)
      })
  })
  const url = await Promise.race([found, exited])
  if (typeof url !== 'string') throw new Error(`${command} ${args.join(' ')} ended: ${errors}`)
  return { url, errors: () => errors }
}

async function bundle() {
  await build({
    absWorkingDir: project,
    entryPoints: ['worker.mjs'],
    outfile: join(project, 'bundle.js'),
    bundle: true,
    format: 'esm',
    external: ['node:*', 'cloudflare:*'],
  })
}

/** The status of a POST with any head, as `fetch` would not send it; it waits for the answer before it ends the body. */
async function statusOf(url, headers, isWhole = true) {
  const all = { 'Content-Type': 'application/json', ...headers }
  const request = http.request(url, { method: 'POST', agent: false, headers: all })
  const body = JSON.stringify(initialize)
  if (isWhole) request.end(body)
  else request.write(body)
  const [response] = await once(request, 'response')
  request.on('error', () => {}).destroy()
  return response.statusCode
}

/** An event stream of which nothing is read after its endpoint event. */
async function paused(url) {
  const request = http.get(url, { agent: false })
  const [response] = await once(request, 'response')
  const [chunk] = await once(response, 'data')
  response.socket.pause()
  response.pause()
  response.on('error', () => {})
  return {
    endpoint: /data: (.*)/.exec(String(chunk))[1],
    destroy: () => response.destroy(),
    reset: () => response.socket.resetAndDestroy(),
  }
}

const DENO = ['run', '--allow-net', '--allow-env', '--allow-read', 'deno.mjs']
const WORKERD = ['serve', 'workerd.capnp', '--socket-addr', 'http=127.0.0.1:0', '--control-fd=3']
for (const [name, command, args, what = {}] of [
  ['node-http.mjs', process.execPath, ['node-http.mjs']],
  ['express.mjs', process.execPath, ['express.mjs']],
  ['fastify.mjs', process.execPath, ['fastify.mjs']],
  ['hono-node.mjs', process.execPath, ['hono-node.mjs']],
  ['deno.mjs', deno(), DENO],
  ['bun.mjs', bun(), ['bun.mjs']],
  ['worker.mjs', workerd(), WORKERD, { prepare: bundle }],
])
  test(`examples/mount/${name}`, { skip: !command && 'there is no package of it for this platform' }, async (t) => {
    await what.prepare?.()
    const { url, errors } = await start(t, command, args)
    const base = url.slice(0, -'/mcp'.length)
    const path = new URL(base).pathname.replace(/\/$/, '')

    await t.test('serves every transport', () => speaksMcp(base, path))

    for (const { version: revision } of revisions)
      await t.test(`a tool is called in ${revision}`, async () => {
        const client = await connect(fetch, {
          revision,
          url: revision === revisions.at(-1).version ? `${base}/sse` : url,
        })
        const { content } = await client.callTool('hello', { who: 'you' })
        assert.deepEqual(content, [{ type: 'text', text: 'Hello, you!' }])
        const long = await client.callTool('hello', { who: 'é'.repeat(40_000) })
        assert.equal(long.content[0].text.length, 40_008)
        await client.close()
      })

    await t.test('refuses the Host and the Origin of a stranger', async () => {
      assert.equal(await statusOf(url, {}), 200)
      assert.equal(await statusOf(url, { Host: 'evil.example' }), 403)
      assert.equal(await statusOf(url, { Origin: 'http://evil.example' }), 403)
    })

    await t.test('a stream is not compressed, and nothing of it is kept back', async () => {
      const response = await fetch(`${base}/sse`, { headers: { 'Accept-Encoding': 'gzip, br' } })
      assert.equal(response.headers.get('content-encoding'), null)
      const reader = response.body.getReader()
      assert.match(new TextDecoder().decode((await reader.read()).value), /event: endpoint/)
      await reader.cancel()
    })

    await t.test('a client who leaves ends its session, and is no error of the server', async () => {
      const stream = await paused(`${base}/sse`)
      stream.reset()
      const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
      while ((await send(new URL(stream.endpoint, url), ping)).status === 202);
      assert.doesNotMatch(errors(), /Error/)
    })

    // Express says that a body is too large, but no sooner than it has all of it.
    if (name === 'express.mjs') assert.equal((await send(url, 'x'.repeat(5 * 2 ** 20))).status, 413)
    else
      await t.test('a body that will be too large is refused before it is there', async () => {
        assert.equal(await statusOf(url, { 'Content-Length': String(5 * 2 ** 20) }, false), 413)
      })

    await t.test('a reader who stops is cut off once too much waits for it', async () => {
      const stream = await paused(`${base}/sse`)
      let posts = 0
      let status
      do {
        const params = { name: 'hello', arguments: { who: 'x'.repeat(90_000) } }
        status = (
          await send(new URL(stream.endpoint, url), { jsonrpc: '2.0', id: ++posts, method: 'tools/call', params })
        ).status
      } while (status === 202 && posts < 1_000)
      stream.destroy()
      assert.equal(status, 404, `after ${posts} answers of 90 kB`)
      t.diagnostic(`cut after ${posts} answers of 90 kB`)
    })

    await t.test('the rest of the app is its own', async () => {
      const response = await fetch(new URL('/', url))
      assert.equal(await response.text(), 'mine')
    })
  })

test("Hono's own fetch, without any server", async (t) => {
  const { app } = await import(pathToFileURL(join(project, 'hono.mjs')).href)
  for (const { version: revision } of revisions) {
    const path = revision === revisions.at(-1).version ? 'sse' : 'mcp'
    const client = await connect((request) => app.fetch(request), { revision, url: `http://localhost/api/${path}` })
    t.after(() => client.close())
    assert.deepEqual((await client.callTool('hello', { who: 'you' })).content, [{ type: 'text', text: 'Hello, you!' }])
  }
  assert.equal(await (await app.request('http://localhost/')).text(), 'mine')
  assert.equal((await app.request('http://evil.example/api/sse')).status, 403)
})
