// Every call of ours that can fail fails once, as in curl's torture tests: first the calls of a whole conversation are
// counted, then the conversation is held again and again, each time with another one failing. Whatever happens to
// that client, the process lives and the next client is served.
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import fs from 'node:fs/promises'
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { defineTool, serve, type RunningServer } from '../../src/index.ts'
import { createHackerNews } from '../../src/tools/hacker-news.ts'
import { connectHttpSse, openEvents, post, request, type HttpSse, type Json } from '../support/wire.ts'
import { openGate } from '../support/gate.ts'

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url))
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const { setTimeout: wait, clearTimeout: stopWaiting } = globalThis

// What can fail: where it is, and how it fails. A response also breaks: the connection is gone at that moment.
type Way = 'throws' | 'rejects' | 'breaks'
const PRIMITIVES: [holder: any, name: string, ways: Way[]][] = [
  ...['writeHead', 'write', 'end', 'flushHeaders', 'setHeader'].map((name): [any, string, Way[]] => [
    http.ServerResponse.prototype,
    name,
    ['throws', 'breaks'],
  ]),
  [JSON, 'parse', ['throws']],
  [JSON, 'stringify', ['throws']],
  [globalThis, 'setTimeout', ['throws']],
  [globalThis, 'setInterval', ['throws']],
  [globalThis, 'structuredClone', ['throws']],
  [Buffer, 'byteLength', ['throws']],
  [Buffer, 'concat', ['throws']],
  [crypto, 'randomUUID', ['throws']],
  [crypto, 'createHmac', ['throws']],
  [fs, 'readFile', ['rejects']],
]

/** The n-th call of one primitive from one line of the product. */
interface Point {
  call: string
  way: Way
}

/** Counts the product's calls while `work` runs, and lets one of them fail. */
async function withFault(
  fault: Point | undefined,
  work: (isHit: () => boolean) => Promise<void>,
): Promise<{ points: Point[]; hit: boolean }> {
  const points: Point[] = []
  const counts = new Map<string, number>()
  let hit = false
  Error.stackTraceLimit = 40
  const undo = PRIMITIVES.map(([holder, name, ways]) => {
    const own = Object.getOwnPropertyDescriptor(holder, name)
    const real = holder[name]
    holder[name] = function (this: any, ...args: unknown[]) {
      const where = callerInSource()
      if (where === undefined) return real.apply(this, args)
      const site = `${name} at ${where}`
      const count = (counts.get(site) ?? 0) + 1
      counts.set(site, count)
      const call = `${site}, call ${count}`
      for (const way of ways) points.push({ call, way })
      if (call !== fault?.call) return real.apply(this, args)
      hit = true
      const error = new Error(`fault: ${call}`)
      if (fault.way === 'rejects') return Promise.reject(error)
      if (fault.way === 'throws') throw error
      this.socket?.destroy()
      return real.apply(this, args)
    }
    return () => {
      if (own) Object.defineProperty(holder, name, own)
      else delete holder[name]
    }
  })
  syncBuiltinESMExports()
  try {
    await work(() => hit)
  } finally {
    for (const each of undo) each()
    syncBuiltinESMExports()
    Error.stackTraceLimit = 10
  }
  return { points, hit }
}

/** Where in the product the call comes from; undefined when it is the tests' own. */
function callerInSource(): string | undefined {
  const frames = callSites().filter((site) => !site.getFunctionName()?.match(/^(callSites|callerInSource)$/))
  // The first one is the wrapper.
  const at = frames.slice(1).find((site) => fileOf(site).startsWith(ROOT) && !fileOf(site).includes('node_modules'))
  if (!at || !fileOf(at).startsWith(SOURCE)) return undefined
  const raw = `${fileOf(at)}:${at.getLineNumber()}:${at.getColumnNumber()}`
  // The lines of the sources are slow to find: they are looked up once.
  if (!places.has(raw)) {
    const line = new Error().stack!.split('\n').find((each) => each.includes(SOURCE))!
    places.set(raw, line.slice(line.indexOf(SOURCE) + SOURCE.length).replace(/\)$/, ''))
  }
  return places.get(raw)
}

const places = new Map<string, string>()
const fileOf = (site: NodeJS.CallSite) => (site.getFileName() ?? '').replace('file://', '').replace(/\?.*/, '')

/** The stack as Node sees it. */
function callSites(): NodeJS.CallSite[] {
  const { prepareStackTrace } = Error
  Error.prepareStackTrace = (_error, sites) => sites
  const { stack } = new Error() as unknown as { stack: NodeJS.CallSite[] }
  Error.prepareStackTrace = prepareStackTrace
  return stack
}

const gate = openGate()
const nothing = { type: 'object', properties: {} } as const

const start = (name: string): Promise<RunningServer> =>
  serve({
    name: 'test',
    version: '1',
    port: 0,
    log() {},
    limits: {
      maxSessions: 1, // a session that a fault leaves behind would keep the next client out
      keepAliveMs: name === 'keep-alive' ? 20 : 60_000,
      drainMs: 100,
      shutdownMs: 300,
    },
    tools: [
      createHackerNews({ source: 'snapshot' }),
      defineTool({
        name: 'steps',
        inputSchema: { type: 'object', properties: { n: { type: 'integer', default: 2 } } },
        async run(_args, { progress }) {
          progress(1)
          await gate.opened
          progress(2)
          return 'done'
        },
      }),
      defineTool({ name: 'large', inputSchema: nothing, run: () => 'x'.repeat(70_000) }),
    ],
  })

const ask = (method: string, params: object = {}, id: number | string = 1) => ({ jsonrpc: '2.0', id, method, params })
const hello = (protocolVersion: string) => ({
  protocolVersion,
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
})
const STORIES = { name: 'get-hackernews-top-stories', arguments: { type: 'topstories', amount: 2 } }
const textOf = (message: Json): string => message.result.content[0].text

const META = 'io.modelcontextprotocol/'
const VERSION = '2026-07-28'
const _meta = { [`${META}protocolVersion`]: VERSION, [`${META}clientCapabilities`]: {} }
async function stateless(url: string, method: string, params: { name?: string } = {}): Promise<Json> {
  const headers = {
    'mcp-protocol-version': VERSION,
    'mcp-method': method,
    ...(params.name && { 'mcp-name': params.name }),
  }
  return JSON.parse((await post(`${url}/mcp`, ask(method, { ...params, _meta }), headers)).text)
}

/** Posts a request, which must be taken, and waits for its answer on the stream. */
async function call(client: HttpSse, method: string, params?: object): Promise<Json> {
  const next = client.message()
  next.catch(() => {}) // who fails before does not wait for it
  assert.equal((await client.post(ask(method, params))).status, 202)
  return next
}

/** Whole conversations: each throws where anything is not as it should be. */
const CONVERSATIONS: Record<string, (url: string) => Promise<void>> = {
  async 'HTTP+SSE'(url) {
    const client = await connectHttpSse(url)
    assert.equal((await call(client, 'initialize', hello('2024-11-05'))).result.protocolVersion, '2024-11-05')
    await client.post({ jsonrpc: '2.0', method: 'notifications/initialized' })
    assert.equal((await call(client, 'tools/list')).result.tools.length, 3)
    assert.equal((await call(client, 'tools/call', STORIES)).result.content.length, 3)
    client.destroy()
    await client.ended
  },

  async 'Streamable HTTP'(url) {
    gate.close()
    const { headers } = await post(`${url}/mcp`, ask('initialize', hello('2025-11-25')))
    const session = { 'mcp-session-id': String(headers['mcp-session-id']) }
    const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' }
    assert.equal((await post(`${url}/mcp`, initialized, session)).status, 202)
    const steps = ask('tools/call', { name: 'steps', _meta: { progressToken: 1 } })
    const json = { 'content-type': 'application/json', ...session }
    const lost = await openEvents(`${url}/mcp`, json, JSON.stringify(steps))
    const { lastEventId } = await lost.event()
    lost.destroy()
    await lost.ended
    const again = await openEvents(`${url}/mcp`, { ...session, 'last-event-id': lastEventId })
    assert.equal((await again.message()).params.progress, 1)
    gate.open()
    assert.equal((await again.message()).params.progress, 2)
    assert.equal(textOf(await again.message()), 'done')
    await again.ended
    assert.equal((await request('DELETE', `${url}/mcp`, session)).status, 204)
  },

  async stateless(url) {
    assert.deepEqual((await stateless(url, 'server/discover')).result.supportedVersions, [VERSION])
    assert.equal((await stateless(url, 'tools/call', STORIES)).result.content.length, 3)
    assert.equal(textOf(await stateless(url, 'tools/call', { name: 'large' })).length, 70_000)
  },

  async 'keep-alive'(url) {
    const stream = await openEvents(`${url}/sse`)
    assert.equal((await stream.event()).type, 'endpoint')
    assert.equal(await stream.comment(), 'keep-alive')
    stream.destroy()
    await stream.ended
  },

  async refusals(url) {
    const page = { origin: 'http://localhost' }
    assert.equal(JSON.parse((await post(`${url}/mcp`, '{')).text).error.code, -32700)
    assert.equal((await post(`${url}/mcp`, ask('ping'), { 'mcp-session-id': 'x', ...page })).status, 404)
    assert.equal((await post(`${url}/messages?sessionId=x`, ask('ping'))).status, 404)
    assert.equal((await request('GET', `${url}/nothing`)).status, 404)
    assert.equal((await request('PUT', `${url}/mcp`)).status, 405)
    assert.equal((await request('OPTIONS', `${url}/mcp`, page)).status, 204)
  },
}

const CLIENT_PATIENCE_MS = 200

/** Waits no longer than a client would, counted from the fault. */
async function inTime(work: Promise<void>, isHit: () => boolean): Promise<'well' | 'failed' | 'hung'> {
  const outcome = work.then(() => 'well' as const).catch(() => 'failed' as const)
  for (let rounds = 300, left = 1; left > 0; left -= isHit() ? 1 : 0) {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => (timer = wait(() => resolve('late'), CLIENT_PATIENCE_MS)))
    const how = await Promise.race([outcome, late])
    stopWaiting(timer)
    if (how !== 'late') return how
    if (--rounds === 0) break
  }
  return 'hung'
}

/** The next client; where there is no room yet, because the work of the last one is not over, it comes back. */
async function next(url: string, hold: (url: string) => Promise<void>): Promise<void> {
  for (let tries = 1_000; ; tries--) {
    try {
      return await hold(url)
    } catch (error) {
      if (tries === 0) throw error
      gate.open()
      await sleep(20)
    }
  }
}

/** What would have ended the process. The test runner's own listeners are put aside for that long. */
async function collectingCrashes(work: (crashes: string[]) => Promise<void>): Promise<void> {
  const crashes: string[] = []
  const events = ['uncaughtException', 'unhandledRejection'] as const
  const restore = events.map((event) => {
    const others = process.listeners(event as 'uncaughtException')
    const note = (error: unknown) => void crashes.push(`${event}: ${(error as Error)?.message ?? String(error)}`)
    process.removeAllListeners(event)
    process.on(event, note)
    return () => {
      process.off(event, note)
      for (const other of others) process.on(event, other as never)
    }
  })
  try {
    await work(crashes)
  } finally {
    for (const each of restore) each()
  }
}

for (const [name, hold] of Object.entries(CONVERSATIONS))
  test(`faults: every call that can fail fails once (${name}); the process lives, and the next client is served`, async (t) => {
    const first = await start(name)
    await hold(first.url) // what is loaded once is loaded
    const counted = await withFault(undefined, () => hold(first.url))
    await first.close()
    // Node does not throw where text is written, and a timer has nobody who would catch it.
    const points = counted.points.filter(
      ({ call: it, way }) =>
        name !== 'keep-alive' || (it.startsWith('write at') && way === 'breaks' && /call [123]$/.test(it)),
    )
    assert.ok(points.length >= 3, `${points.length} points`)

    const failures: string[] = []
    const counts = { well: 0, failed: 0, hung: 0 }
    const hung: string[] = []
    await collectingCrashes(async (crashes) => {
      for (const point of points) {
        const label = `${point.call} ${point.way}`
        const server = await start(name)
        let how: keyof typeof counts = 'well'
        const { hit } = await withFault(point, async (isHit) => {
          how = await inTime(hold(server.url), isHit)
          gate.open()
          server.server.closeAllConnections() // this client leaves
          await sleep(2)
        })
        counts[how]++
        if (how === ('hung' as string)) hung.push(label)
        if (!hit) failures.push(`${label}: was not reached`)
        await next(server.url, hold).catch((error: Error) => failures.push(`${label}: next client: ${error.message}`))
        await server.close()
        await sleep(0)
        for (const crash of crashes.splice(0)) failures.push(`${label}: ${crash}`)
      }
    })
    t.diagnostic(`${points.length} fault points; the client's conversation went ${JSON.stringify(counts)}`)
    if (hung.length > 0) t.diagnostic(`left waiting: ${hung.join('; ')}`)
    assert.deepEqual(failures, [])
  })

test('faults: a snapshot that cannot be read once is read the next time', async () => {
  // Each import with another query is a module that has read nothing yet.
  let imported = 0
  const fresh = async () => {
    const file = new URL(`../../src/tools/hacker-news-snapshot.ts?${++imported}`, import.meta.url)
    return (await import(file.href)) as typeof import('../../src/tools/hacker-news-snapshot.ts')
  }
  const counting = await fresh()
  const { points } = await withFault(undefined, async () => void (await counting.readSnapshot()))
  const some = points.filter(({ call }) => /call [12]$/.test(call))
  assert.ok(some.length >= 3, JSON.stringify(some))
  for (const point of some) {
    const { readSnapshot } = await fresh()
    const { hit } = await withFault(point, () => assert.rejects(readSnapshot(), /fault/))
    // The query moves no line, but it is part of the name.
    assert.ok(hit, point.call)
    assert.ok((await readSnapshot()).items.size > 0, point.call)
  }
})
