// What holds for every input, checked on generated ones: doors, ids, arguments, sessions, guard, replay, stream.
// A failure prints the seed and the path that bring it back: put them into the second argument of fc.assert.
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { after, mock, test } from 'node:test'
import fc from 'fast-check'
import { createGuard, defineTool, serve, type LogEntry } from '../../src/index.ts'
import { createClient, type InFlightRequest } from '../../src/mcp/request/client.ts'
import { limitsFrom } from '../../src/bounds/limits.ts'
import { newest } from '../../src/mcp/revisions/index.ts'
import { createSessionStore, type Session } from '../../src/mcp/transports/session-store.ts'
import { createParser, createEventStore, encodeEvent, openStream, type EventLog } from '../../src/sse/index.ts'
import { createHackerNews } from '../../src/tools/hacker-news.ts'
import {
  connectHttpSse,
  openEvents,
  post,
  request as send,
  type Answer,
  type Json,
  type OpenStream,
} from '../support/wire.ts'

fc.configureGlobal({ includeErrorInReport: true })
// What speaks on one connection is not made smaller after a failure: the connection has changed.
const ON_ONE_STREAM = { endOnFailure: true }

const META = 'io.modelcontextprotocol/'
const STATELESS = '2026-07-28'
const WITH_SESSION = ['2025-03-26', '2025-06-18', '2025-11-25']

/** What the gated tool is doing, by the mark that each call brings. */
interface Run {
  open: () => void
  begun: Promise<void>
  begin: () => void
  over: Promise<'done' | 'aborted'>
  end: (how: 'done' | 'aborted') => void
}
const runs = new Map<string, Run>()

const logged: LogEntry[] = []
const hackerNews = createHackerNews({ source: 'snapshot' })
const { url, close } = await serve({
  name: 'test',
  version: '1',
  port: 0,
  log: (entry) => void logged.push(entry),
  tools: [
    hackerNews,
    defineTool({
      name: 'echo',
      inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
      run: ({ text = '' }) => text,
    }),
    defineTool({
      name: 'gated',
      inputSchema: { type: 'object', properties: { mark: { type: 'string' } }, required: ['mark'] },
      async run({ mark }, { progress, signal }) {
        const run = runs.get(mark)!
        const opened = new Promise<void>((resolve) => (run.open = resolve))
        progress(1)
        run.begin()
        await Promise.race([opened, once(signal, 'abort')])
        run.end(signal.aborted ? 'aborted' : 'done')
        return mark
      },
    }),
    defineTool({
      name: 'tells',
      inputSchema: { type: 'object', properties: {} },
      run(_args, { progress }) {
        progress(1)
        return 'told'
      },
    }),
  ],
})
after(close)
const mcp = `${url}/mcp`

const unexpected = () => logged.filter(({ reason }) => reason === 'internal-error')
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const request = (id: unknown, method: string, params?: object) => ({ jsonrpc: '2.0', id, method, params })
const initialize = (id: unknown, protocolVersion: string) =>
  request(id, 'initialize', { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '1' } })
const _meta = { [`${META}protocolVersion`]: STATELESS, [`${META}clientCapabilities`]: {} }
const modern = (id: unknown, method: string, params: object = {}) =>
  request(id, method, { ...params, _meta: { ..._meta, ...(params as { _meta?: object })._meta } })
const modernHeaders = (method: string, name?: string) => ({
  'mcp-protocol-version': STATELESS,
  'mcp-method': method,
  ...(name !== undefined && { 'mcp-name': name }),
})

async function openSession(version: string): Promise<Record<string, string>> {
  const { headers } = await post(mcp, initialize('init', version))
  const session = { 'mcp-session-id': String(headers['mcp-session-id']) }
  await post(mcp, { jsonrpc: '2.0', method: 'notifications/initialized' }, session)
  return session
}

async function openHttpSse() {
  const client = await connectHttpSse(url)
  await client.call('initialize', initialize(0, '2024-11-05').params, 'init')
  return client
}

/** The messages of an answer, be it JSON or a stream. */
function messagesOf({ headers, text }: Answer): Json[] {
  if (text === '') return []
  if (headers['content-type'] !== 'text/event-stream') return [JSON.parse(text)].flat()
  const messages: Json[] = []
  createParser({ onEvent: ({ data }) => void (data && messages.push(JSON.parse(data))) }).feed(text)
  return messages
}

// 6. Any JSON value.

/** Real messages. subscriptions/listen is none of them: its answer comes with the end of the server. */
const REAL: object[] = [
  request(1, 'ping'),
  request('a', 'tools/list', {}),
  request(2, 'tools/call', { name: 'echo', arguments: { text: 'hi' }, _meta: { progressToken: 1 } }),
  request(3, 'tools/call', { name: 'get-hackernews-top-stories', arguments: { type: 'topstories', amount: 1 } }),
  request(4, 'tools/call', { name: 'tells', arguments: {}, _meta: { progressToken: 'p' } }),
  initialize(5, '2025-11-25'),
  request(6, 'logging/setLevel', { level: 'info' }),
  { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1, reason: 'x' } },
  { jsonrpc: '2.0', id: 7, result: {} },
  { jsonrpc: '2.0', id: 7, error: { code: -1, message: 'no' } },
  modern(8, 'server/discover'),
  modern(9, 'tools/call', { name: 'echo', arguments: { text: 'hi' } }),
]

const key = fc.constantFrom(
  'id',
  'method',
  'params',
  'jsonrpc',
  'result',
  '_meta',
  '__proto__',
  'constructor',
  '0',
  'x',
)
const anyJson = fc.oneof(fc.jsonValue(), fc.constantFrom(null, -0, 1e21, 0.5, '', [], {}, '\ud800', 2 ** 53))

/** Replaces, removes or adds something at any place of a value. */
function mutate(value: unknown, path: number[], name: string, by: unknown): unknown {
  if (typeof value !== 'object' || value === null || path.length === 0) return by
  const keys = Object.keys(value)
  const [first = 0, ...rest] = path
  if (Array.isArray(value)) return [...value, by]
  const entries = keys.map((each, i) =>
    i === first % (keys.length + 1)
      ? [each, mutate((value as Json)[each], rest, name, by)]
      : [each, (value as Json)[each]],
  )
  if (first % (keys.length + 1) === keys.length) entries.push([name, by])
  return Object.fromEntries(entries.filter(([, content]) => content !== undefined))
}

const mutated = fc
  .record({
    real: fc.constantFrom(...REAL),
    path: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }),
    name: key,
    by: fc.oneof({ weight: 3, arbitrary: anyJson }, { weight: 1, arbitrary: fc.constant(undefined) }),
  })
  .map(({ real, path, name, by }) => mutate(real, path, name, by))
const body = fc
  .oneof(
    { weight: 2, arbitrary: anyJson },
    { weight: 5, arbitrary: mutated },
    { weight: 1, arbitrary: fc.array(mutated) },
  )
  .map((value) => JSON.stringify(value) ?? 'null')

/** Section 4 and 5 of JSON-RPC and the limits of this server, once more and in plain words. */
const isId = (id: unknown) =>
  (typeof id === 'string' && id.length <= 1024) || (typeof id === 'number' && Number.isSafeInteger(id))
const isRequest = (one: unknown): boolean =>
  isRecord(one) &&
  one['jsonrpc'] === '2.0' &&
  typeof one['method'] === 'string' &&
  one['method'].length <= 256 &&
  isId(one['id']) &&
  (!('params' in one) || (typeof one['params'] === 'object' && one['params'] !== null))

/** One outcome of a POST: nothing, or an answer for every request, or a refusal that says why. */
function checkOutcome(sent: string, answer: Answer): void {
  assert.ok(answer.status < 500 || answer.status === 503, `${answer.status} ${answer.text}`)
  const answers = messagesOf(answer).filter((message) => !('method' in message))
  const asked = [JSON.parse(sent)].flat().filter(isRequest)
  if (answer.status === 202) assert.deepEqual([answer.text, asked], ['', []])
  else if (answer.status >= 400) assert.equal(answers.length, 1)
  else if (asked.length > 0)
    assert.ok(answers.length >= asked.length && answers.length <= [JSON.parse(sent)].flat().length)
  for (const message of answers) {
    assert.equal(message.jsonrpc, '2.0')
    assert.notEqual('result' in message, 'error' in message)
    assert.notEqual(message.error?.message, 'Internal error')
    if (isRequest(JSON.parse(sent))) assert.equal(message.id, JSON.parse(sent).id)
  }
}

async function checkService(): Promise<void> {
  assert.deepEqual(unexpected(), [])
  const { text } = await post(mcp, modern(1, 'tools/call', { name: 'echo', arguments: { text: 'still here' } }), {
    ...modernHeaders('tools/call', 'echo'),
  })
  assert.equal(JSON.parse(text).result.content[0].text, 'still here')
  const client = await openHttpSse()
  assert.deepEqual((await client.call('ping')).result, {})
  client.destroy()
}

const DOORS = new Map<string, () => Promise<Record<string, string>>>([
  ['without session', async () => ({})],
  ['stateless', async () => modernHeaders('tools/call', 'echo')],
  ...WITH_SESSION.map((version) => [`${version} session`, () => openSession(version)] as const),
])
for (const [door, open] of DOORS)
  test(`6. any JSON value has one outcome on POST /mcp (${door}), never 5xx, and the next client is served`, async () => {
    const headers = await open()
    await fc.assert(
      fc.asyncProperty(body, async (sent) => checkOutcome(sent, await post(mcp, sent, headers))),
      { numRuns: 200 },
    )
    await checkService()
  })

test('6. any JSON value has one outcome on POST /messages: refused, or taken and answered once on the stream', async () => {
  const client = await openHttpSse()
  let count = 0
  await fc.assert(
    fc.asyncProperty(body, async (sent) => {
      const { status, text } = await client.post(sent)
      const value = JSON.parse(sent)
      if (isRequest(value)) {
        assert.equal(status, 202)
        for (let message = await client.message(); ; message = await client.message()) {
          if ('method' in message) continue
          assert.equal(message.id, value.id)
          assert.notEqual('result' in message, 'error' in message)
          assert.notEqual(message.error?.message, 'Internal error')
          break
        }
      } else if (status !== 202) {
        assert.equal(status, 400)
        assert.equal(JSON.parse(text).error.code, -32600)
      }
      // Nothing else came: the next message is the answer to the next request.
      const mark = `mark ${count++}`
      await client.post(request(mark, 'ping'))
      let message = await client.message()
      while (message.method === 'notifications/progress') message = await client.message()
      assert.deepEqual(message, { jsonrpc: '2.0', id: mark, result: {} })
    }),
    { numRuns: 300, ...ON_ONE_STREAM },
  )
  client.destroy()
  await checkService()
})

test('6. a member that nobody knows changes nothing', async () => {
  const unknown = fc.dictionary(
    fc.string({ minLength: 1 }).map((name) => `x-${name}`),
    anyJson,
    { maxKeys: 3 },
  )
  const session = await openSession('2025-11-25')
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...REAL.slice(0, 5)), unknown, async (real, more) => {
      const [plain, decorated] = [await post(mcp, real, session), await post(mcp, { ...more, ...real }, session)]
      assert.deepEqual([decorated.status, messagesOf(decorated)], [plain.status, messagesOf(plain)])
    }),
    { numRuns: 60 },
  )
})

// 7. Ids.

const unit = fc.oneof(
  fc.nat(0xffff).map((code) => String.fromCharCode(code)),
  fc.string({ unit: 'binary', maxLength: 1 }),
)
const id = fc.oneof(
  fc.string({ unit, maxLength: 1024, size: 'max' }).map((text) => text.slice(0, 1024)),
  fc.string({ unit, maxLength: 20 }),
  fc.maxSafeInteger().map((number) => number + 0), // JSON has no -0 that comes back
  fc.constantFrom(
    '',
    '1',
    1,
    '\0',
    '\r\n\n',
    '\u2028',
    '\ud800',
    '"',
    '__proto__',
    'x'.repeat(1024),
    Number.MIN_SAFE_INTEGER,
  ),
)
const methodOf = fc.constantFrom('tools/call', 'ping', 'no/such')
const tells = { name: 'tells', arguments: {}, _meta: { progressToken: 1 } }

for (const version of WITH_SESSION)
  test(`7. any accepted id comes back identical (${version}), in JSON, on a stream and in a refusal`, async () => {
    const session = await openSession(version)
    await fc.assert(
      fc.asyncProperty(id, methodOf, fc.boolean(), async (given, method, refused) => {
        const answer = await post(mcp, request(given, method, tells), refused ? { 'mcp-session-id': 'x' } : session)
        assert.equal(answer.status, refused ? 404 : 200)
        assert.equal(messagesOf(answer).at(-1).id, given)
      }),
      { numRuns: 60 },
    )
  })

test('7. any accepted id comes back identical (HTTP+SSE), and as the id of initialize in every revision', async () => {
  const client = await openHttpSse()
  await fc.assert(
    fc.asyncProperty(id, fc.constantFrom('2024-11-05', ...WITH_SESSION), async (given, version) => {
      assert.equal((await client.call('ping', undefined, given)).id, given)
      assert.equal(messagesOf(await post(mcp, initialize(given, version)))[0].id, given)
    }),
    { numRuns: 60 },
  )
  client.destroy()
})

test('7. any accepted id comes back identical (stateless), in JSON, on a stream and in a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(id, fc.constantFrom('ok', 'unknown method', 'wrong header'), async (given, kind) => {
      const method = kind === 'unknown method' ? 'no/such' : 'tools/call'
      const headers = modernHeaders(kind === 'wrong header' ? 'x' : method, 'tells')
      const answer = await post(mcp, modern(given, method, tells), headers)
      assert.equal(answer.status, { ok: 200, 'unknown method': 404, 'wrong header': 400 }[kind])
      assert.equal(messagesOf(answer).at(-1).id, given)
    }),
    { numRuns: 90 },
  )
})

test('7. what is no id is refused on every door, and none is made up for it', async () => {
  const client = await openHttpSse()
  const session = await openSession('2025-11-25')
  const bad = fc.oneof(
    fc.string({ unit, minLength: 1025, maxLength: 1100, size: 'max' }).filter(({ length }) => length > 1024),
    fc.constantFrom(null, 0.5, 2 ** 53, 1e300, true, [], {}, [1]),
  )
  await fc.assert(
    fc.asyncProperty(bad, async (given) => {
      for (const answer of [
        await client.post(request(given, 'ping')),
        await post(mcp, request(given, 'ping'), session),
        await post(mcp, modern(given, 'server/discover'), modernHeaders('server/discover')),
      ]) {
        assert.equal(answer.status, 400)
        assert.deepEqual(Object.keys(JSON.parse(answer.text)), ['jsonrpc', 'error'])
      }
    }),
    { numRuns: 30 },
  )
  client.destroy()
})

// 8. Arguments.

const LISTS = ['topstories', 'newstories', 'beststories']

/** The tool's schema in plain words: what the tool gets, or undefined where it refuses. */
function second(args: unknown): object | undefined {
  if (!isRecord(args)) return undefined
  if (Object.keys(args).some((name) => name !== 'type' && name !== 'amount')) return undefined
  const { type, amount = 10 } = args
  if (typeof type !== 'string' || !LISTS.includes(type)) return undefined
  return typeof amount === 'number' && amount >= 1 && amount <= 500 ? { type, amount } : undefined
}

const type = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...LISTS, 'TopStories', '', 'topstories ') }, anyJson)
const amount = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 500, 501, 0.999, 500.5, 2.5, -1, '10', null, 1e300, [1]) },
  { weight: 2, arbitrary: fc.double({ min: -10, max: 600, noNaN: true }) },
  { weight: 1, arbitrary: anyJson },
)
const args = fc
  .oneof(
    { weight: 1, arbitrary: anyJson },
    { weight: 5, arbitrary: fc.record({ type, amount }, { requiredKeys: [] }) },
    {
      weight: 1,
      arbitrary: fc.tuple(key, anyJson, type).map(([name, value, list]) => ({ type: list, [name]: value })),
    },
    {
      weight: 1,
      arbitrary: anyJson.map((value) => JSON.parse(`{"type":"topstories","__proto__":${JSON.stringify(value)}}`)),
    },
  )
  .map((value) => JSON.stringify(value))

test('8. arguments are accepted by ajv exactly when a second check of the schema accepts them', async () => {
  const check = await hackerNews.check()
  fc.assert(
    fc.property(args, (text) => {
      const given: unknown = JSON.parse(text)
      const checked = check(given)
      assert.deepEqual('value' in checked ? checked.value : undefined, second(given))
      if ('problem' in checked) assert.match(checked.problem, /^arguments/)
      assert.deepEqual(given, JSON.parse(text), "what is checked is the caller's: it stays as it was")
    }),
    { numRuns: 3000 },
  )
})

test('8. the same over the wire: an accepted call has stories, a refused one says why', async () => {
  await fc.assert(
    fc.asyncProperty(args, async (text) => {
      const name = 'get-hackernews-top-stories'
      const given: unknown = JSON.parse(text)
      const call = modern(1, 'tools/call', { name, arguments: given })
      const { error, result } = JSON.parse((await post(mcp, call, modernHeaders('tools/call', name))).text)
      if (!isRecord(given)) return void assert.equal(error.code, -32602)
      assert.equal(result.isError === true, second(given) === undefined)
    }),
    { numRuns: 100 },
  )
})

// 9. Session store.

interface Fake extends Session {
  open: boolean
  ended: number
}

const NOBODY = { principal: undefined, key: '' }

/** A request that has no response yet. */
const inFlight = (): InFlightRequest & { cancelled: boolean } => ({
  message: { jsonrpc: '2.0', id: 1, method: 'ping' },
  pending: undefined,
  cancelled: false,
  cancel() {
    this.cancelled = true
  },
})

/** All of them have their responses. */
const rest = ({ client }: Fake): void => {
  for (let place = 0; client.inFlight.size > 0; place++) client.inFlight.remove(place)
}

const fake = (name: string): Fake => ({
  id: name,
  client: createClient(newest),
  lastUsedAt: 0,
  uses: 0,
  open: false,
  ended: 0,
  hasStream() {
    return this.open
  },
  send() {},
  end() {
    this.ended++
  },
})

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), open: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('touch', 'open', 'shut', 'work', 'rest', 'close'), at: fc.nat(20) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 1_999, 2_001, 10_000, 31_000, 120_000),
    }),
  },
)

test('9. the session store is never above its cap, and never ends a session in use', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 60 }), (maxSessions, steps) => {
      let now = 0
      let sweep: (() => void) | undefined
      const set = mock.method(globalThis, 'setInterval', (run: () => void) => {
        sweep = run
        return { unref: () => ({}) }
      })
      const clear = mock.method(globalThis, 'clearInterval', () => void (sweep = undefined))
      try {
        const limits = limitsFrom('createMcpHandler', {
          limits: { maxSessions, sessionIdleMs: 60_000, handshakeIdleMs: 30_000 },
        })
        const store = createSessionStore<Fake>(limits, () => now)
        const all: Fake[] = []
        const closed = new Set<Fake>() // by the client
        const live = () => all.filter((session) => store.find(session.id, NOBODY) === session)
        const inUse = (session: Fake) => session.open || session.client.inFlight.size > 0
        for (const each of steps) {
          const before = live()
          const used = before.filter(inUse)
          if (each.kind === 'add') {
            const session = fake(`s${all.length}`)
            const added = store.add(session)
            assert.equal(added, before.length < maxSessions || used.length < before.length)
            session.open = each.open
            if (added) all.push(session)
            const gone = before.filter((one) => !live().includes(one))
            assert.equal(gone.length, added && before.length === maxSessions ? 1 : 0, 'one makes room, where it must')
            if (added) assert.ok(live().includes(session))
          } else if (each.kind === 'pass') {
            for (let left = each.ms; left > 0; left -= 10_000) {
              now += Math.min(left, 10_000)
              if (left >= 10_000) sweep?.()
            }
          } else {
            const session = before[(each as { at: number }).at % before.length]
            if (!session) continue
            if (each.kind === 'touch') store.touch(session)
            if (each.kind === 'open') session.open = true
            if (each.kind === 'shut') session.open = false
            if (each.kind === 'rest') rest(session)
            if (each.kind === 'work') session.client.inFlight.add(inFlight())
            if (each.kind === 'close') {
              closed.add(session)
              store.close(session)
            }
          }
          assert.ok(live().length <= maxSessions)
          for (const session of used) if (!closed.has(session)) assert.ok(live().includes(session), session.id)
          for (const session of all) {
            assert.equal(session.ended, live().includes(session) ? 0 : 1, 'ended once, when it is forgotten')
            if (session.ended)
              for (const request of session.client.inFlight) assert.ok((request as { cancelled?: boolean }).cancelled)
          }
          assert.equal(sweep !== undefined, live().length > 0 || (sweep !== undefined && closed.size > 0))
        }
        // What is silent for long enough goes, what is in use stays.
        const used = live().filter(inUse)
        now += 60_001
        sweep?.()
        assert.deepEqual(live(), used)
      } finally {
        set.mock.restore()
        clear.mock.restore()
      }
    }),
    { numRuns: 500 },
  )
})

// 10. Guard.

const NAMES = ['localhost', '127.0.0.1', '[::1]']
const statusOf = (headers: { host: string; origin?: string }, target = '/mcp') => {
  try {
    createGuard({})({ url: target, headers, rawHeaders: [] } as unknown as IncomingMessage)
    return 200
  } catch (error) {
    return (error as { status: number }).status
  }
}

const port = fc.oneof(
  fc.constantFrom('', ':', ':0', ':80', ':443', ':65535', ':65536', ':99999', ':+1', ':1e3'),
  fc.nat(70_000).map((n) => `:${n}`),
)
const NOISE = [
  '.',
  '@',
  ':',
  '/',
  '\\',
  '?',
  '#',
  '%',
  '%2e',
  '%00',
  '\t',
  ' ',
  ',',
  '\u00ad',
  '\u3002',
  '\uff4c',
  'x',
  '0',
  '0x7f',
  '[',
  ']',
  '::',
  '%25lo',
]
const oddName = fc.oneof(
  fc.constantFrom(
    ...NAMES,
    'LOCALHOST',
    'LocalHost.',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::1%25lo]',
  ),
  fc.domain(),
  fc.ipV4Extended(),
  fc.ipV6().map((address) => `[${address}]`),
  fc
    .tuple(fc.constantFrom(...NAMES), fc.nat(12), fc.constantFrom(...NOISE))
    .map(([name, at, noise]) => name.slice(0, at) + noise + name.slice(at)),
)
const host = fc.oneof(
  fc.tuple(oddName, port).map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('localhost', 'evil.example'), fc.constantFrom(...NOISE), oddName, port)
    .map((parts) => parts.join('')),
  fc.webAuthority({ withIPv4: true, withIPv6: true, withPort: true, withUserInfo: true }),
)

/** Whether the URL parser reads just a listed name and a port, and would write the name as it is written. */
function parserAgrees(text: string): boolean {
  if (!URL.canParse(`http://${text}`)) return false
  const { hostname, username, password, pathname, search, hash } = new URL(`http://${text}`)
  const isNothingElse = [username, password, search, hash].every((part) => part === '') && pathname === '/'
  const isAsWritten = text.toLowerCase().startsWith(hostname) && /^(:\d{1,5})?$/.test(text.slice(hostname.length))
  return NAMES.includes(hostname) && isNothingElse && isAsWritten
}

test('10. the Host check agrees with the WHATWG URL parser on generated hosts', () => {
  fc.assert(
    fc.property(host, (text) => assert.equal(statusOf({ host: text }), parserAgrees(text) ? 200 : 403, text)),
    { numRuns: 10_000 },
  )
})

test('10. the Origin check agrees with the WHATWG URL parser on generated origins', () => {
  const scheme = fc.constantFrom(
    'http://',
    'https://',
    'HTTP://',
    'ws://',
    'file://',
    'http:',
    'http:///',
    '//',
    '',
    'null',
    'blob:http://',
  )
  fc.assert(
    fc.property(scheme, host, (before, text) => {
      const agrees = /^https?:\/\/$/i.test(before) && parserAgrees(text)
      assert.equal(statusOf({ host: 'localhost', origin: before + text }), agrees ? 200 : 403, before + text)
    }),
    { numRuns: 10_000 },
  )
})

test('10. of a request that names the whole URL, the name in it counts, as the URL parser reads it', () => {
  fc.assert(
    fc.property(host, fc.constantFrom('localhost', 'evil.example'), (text, header) => {
      const target = `http://${text}/mcp`
      const allowed = URL.canParse(target) && NAMES.includes(new URL(target).hostname)
      const expected = allowed ? 200 : URL.canParse(target) ? 403 : 400
      assert.equal(statusOf({ host: header }, target), expected, target)
    }),
    { numRuns: 5000 },
  )
})

// 5. Replay.

const replayStep = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      log: fc.nat(3),
      length: fc.oneof(fc.nat(8), fc.constant(40)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(1_500) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), log: fc.nat(3) }) },
)

test('5. replay after any cut is what was not yet seen, in order and once, or undefined where some is forgotten', () => {
  const bounds = fc.record({
    maxEvents: fc.integer({ min: 1, max: 8 }),
    maxLength: fc.integer({ min: 1, max: 40 }),
    maxTotalLength: fc.integer({ min: 1, max: 100 }),
    maxAgeMs: fc.integer({ min: 1, max: 2_000 }),
  })
  const wide = { maxEvents: 1_000, maxLength: 1e6, maxTotalLength: 1e6, maxAgeMs: 1e9 }
  fc.assert(
    fc.property(fc.oneof(bounds, fc.constant(wide)), fc.array(replayStep, { maxLength: 50 }), (limits, steps) => {
      let now = 0
      const store = createEventStore(limits, () => now)
      const names = ['1', '2', 'get', 'a.b']
      const logs = names.map((name) => ({
        log: store.open(name) as EventLog,
        ids: [`${name}.0`],
        texts: [] as string[],
        /** How many of the texts are certainly forgotten. */
        gone: 0,
        lastUsedAt: 0,
        dropped: 0,
      }))
      for (const [n, each] of steps.entries()) {
        if (each.kind === 'pass') now += each.ms
        else if (each.kind === 'drop') {
          const one = logs[each.log]!
          one.log.drop()
          one.dropped = one.texts.length
        } else {
          const one = logs[each.log]!
          const data = `${n}`.padEnd(each.length, '.')
          one.ids.push(one.log.append({ data }).id)
          one.texts.push(data)
          one.lastUsedAt = now
        }
        let total = 0
        for (const one of logs) {
          const found = one.ids.map((given) => one.log.after(given)?.map(({ data }) => data))
          const first = found.findIndex((texts) => texts !== undefined)
          found.forEach((texts, seen) =>
            assert.deepEqual(
              texts,
              seen < first ? undefined : one.texts.slice(seen),
              'all that was not seen, or undefined',
            ),
          )
          assert.ok(first >= one.gone && first >= one.dropped, 'what is forgotten is not remembered again')
          one.gone = first
          const kept = one.texts.slice(first)
          const length = kept.join('').length
          total += length
          assert.ok(kept.length <= limits.maxEvents)
          assert.ok(length <= limits.maxLength || kept.length === 1, 'the last one stays, however long')
          if (now - one.lastUsedAt > limits.maxAgeMs) assert.equal(kept.length, 0)
          if (limits === wide) assert.equal(first, one.dropped, 'nothing is forgotten without need')
          assert.equal(new Set(one.ids).size, one.ids.length)
          for (const other of logs)
            if (other !== one) for (const given of other.ids) assert.equal(one.log.after(given), undefined)
          for (const given of [
            '',
            '.',
            'x.1',
            `${one.ids[0]}1`,
            one.ids.at(-1)!.replace(/\d+$/, String(one.texts.length + 1)),
          ])
            assert.equal(one.log.after(given), undefined, given)
        }
        assert.ok(total <= limits.maxTotalLength)
      }
    }),
    { numRuns: 400 },
  )
})

// 12. The stream.

const HIGH_WATER_MARK = 64

/** A response whose reader takes what the test says, and which knows what must not be done to it. */
class FakeResponse extends EventEmitter {
  writableEnded = false
  destroyed = false
  waiting = ''
  taken = ''
  needsDrain = false
  #isClosed = false

  get writableLength() {
    return Buffer.byteLength(this.waiting)
  }
  writeHead() {}
  flushHeaders() {}
  write(text: string) {
    assert.ok(!this.writableEnded && !this.destroyed, 'written after the end')
    this.waiting += text
    this.needsDrain ||= this.writableLength >= HIGH_WATER_MARK
    return this.writableLength < HIGH_WATER_MARK
  }
  end(text = '') {
    assert.ok(!this.writableEnded && !this.destroyed, 'ended after the end')
    this.waiting += text
    this.writableEnded = true
  }
  destroy() {
    this.destroyed = true
  }
  take(count: number) {
    if (this.destroyed) return
    this.taken += this.waiting.slice(0, count)
    this.waiting = this.waiting.slice(count)
    if (this.waiting !== '' || !this.needsDrain) return
    this.needsDrain = false
    this.emit('drain')
  }
  /** Node tells of the end later than it comes. */
  settle() {
    if (this.#isClosed || !(this.destroyed || (this.writableEnded && this.waiting === ''))) return
    this.#isClosed = true
    this.destroyed = true
    this.emit('close')
  }
}

const streamStep = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      size: fc.nat(90),
      name: fc.constantFrom(undefined, undefined, 'a', 'b', ''),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('take' as const), size: fc.constantFrom(1, 30, 100, 1_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tick' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('close' as const, 'break' as const) }) },
)

test('12. for any schedule the stream never writes after the end, and what waits stays within its bound', () => {
  fc.assert(
    fc.property(fc.array(streamStep, { maxLength: 60 }), fc.constantFrom(100, 200, 400), (steps, maxUnreadBytes) => {
      const timers = new Map<object, () => void>()
      const set = mock.method(globalThis, 'setInterval', (run: () => void) => {
        const timer = { unref: () => timer }
        timers.set(timer, run)
        return timer
      })
      const clear = mock.method(globalThis, 'clearInterval', (timer: object) => void timers.delete(timer))
      try {
        const response = new FakeResponse()
        let ticks = 0 // without a byte taken
        let isCut = false
        const stream = openStream(response as unknown as ServerResponse, {
          maxUnreadBytes,
          keepAliveMs: 7,
          onCut(unread) {
            isCut = true
            assert.ok(unread > maxUnreadBytes || ticks >= 3, `cut with ${unread} bytes unread, ${ticks} looks`)
          },
        })
        // What the reader must get, in order, and what waits for it under which name.
        const expected: string[] = []
        let waiting: { name: string | undefined; text: string }[] = []
        response.prependListener('drain', () => {
          if (response.writableEnded) return
          const texts = waiting.map(({ text }) => text).join('')
          expected.push(texts)
          waiting = []
        })
        for (const [n, each] of steps.entries()) {
          const wasOver = response.writableEnded || response.destroyed
          const isLagging = response.needsDrain
          if (each.kind === 'send') {
            const message = { data: `${n}${'é'.repeat(each.size)}` }
            const sent = stream.send(message, each.name)
            const text = encodeEvent(message)
            if (sent === 'closed') assert.ok(wasOver || isCut)
            else assert.ok(!wasOver)
            if (sent !== 'closed' && !isLagging) expected.push(text)
            if (sent === 'full' && isLagging && each.name !== '') {
              waiting = waiting.filter(({ name }) => name === undefined || name !== each.name)
              waiting.push({ name: each.name, text })
            }
            if (sent === 'sent') assert.ok(!isLagging)
            if (sent === 'full' && isLagging) {
              const bytes = Buffer.byteLength(waiting.map((one) => one.text).join(''))
              assert.ok(response.writableLength + bytes <= maxUnreadBytes, 'what waits is within its bound')
            }
            if (sent !== 'closed') assert.equal(sent === 'full', response.needsDrain)
          } else if (each.kind === 'take') {
            if (response.waiting !== '' && !response.destroyed) ticks = 0
            response.take(each.size)
          } else if (each.kind === 'tick') {
            ticks++
            for (const [timer, run] of timers) if (timers.has(timer)) run()
          } else if (each.kind === 'settle') response.settle()
          else if (each.kind === 'break') response.destroy()
          else {
            stream.close()
            assert.ok(response.writableEnded || response.destroyed)
            if (!wasOver) expected.push(...waiting.map(({ text }) => text))
            if (!wasOver) waiting = []
          }
          assert.equal(stream.closed.aborted, response.writableEnded || response.destroyed)
        }
        const isWhole = !response.destroyed
        while (response.waiting !== '' && !response.destroyed) response.take(50)
        if (isWhole) stream.close()
        while (response.waiting !== '' && !response.destroyed) response.take(50)
        if (isWhole) expected.push(...waiting.map(({ text }) => text))
        const taken = response.taken.replaceAll(': keep-alive\n\n', '')
        if (isWhole) assert.equal(taken, expected.join(''), 'every message once and in order')
        else
          assert.ok(
            expected.join('').startsWith(taken.replace(/\n?:[ a-z-]*\n?$/, '')),
            'and a prefix of it before a break',
          )
        response.destroy()
        response.settle()
        assert.deepEqual(timers.size, 0, 'no timer stays behind')
      } finally {
        set.mock.restore()
        clear.mock.restore()
      }
    }),
    { numRuns: 1000 },
  )
})

// 4. Sessions.

/** A reproducible source of numbers below n. */
function randomOf(seed: number) {
  let state = seed
  return (n: number) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

interface Call {
  id: number | string
  mark: string
  released: boolean
  cancelled: boolean
  /** The stream that brings its answer was lost by the client, after the event of this id. */
  lostAfter?: string
  stream?: OpenStream
  read?: Promise<string>
}

interface Heard {
  by: number
  id: unknown
  text: string
}

/** One client with one session, and what it waits for. */
interface Speaker {
  number: number
  isStreamable: boolean
  calls: Call[]
  start(call: Call): void
  notify(method: string, params: object): Promise<Answer>
  lose(call: Call): Promise<void>
  resume(call: Call): Promise<void>
  ping(mark: string): Promise<unknown>
  close(): Promise<void>
}

test('4. whatever k sessions do with the same ids, each request has one outcome, in its own session', async () => {
  const walk = async (seed: number) => {
    const random = randomOf(seed)
    const heard: Heard[] = []
    const arrival = new EventEmitter().setMaxListeners(0)
    const all: { call: Call; by: number; closed: boolean }[] = []
    let numbers = 0

    const hear = (by: number, message: Json) => {
      if ('method' in message) return
      heard.push({ by, id: message.id, text: message.result?.content?.[0].text ?? `${JSON.stringify(message)}` })
      arrival.emit('message')
    }
    const untilHeard = async (text: string) => {
      while (!heard.some((one) => one.text === text))
        await once(arrival, 'message', { signal: AbortSignal.timeout(60_000) })
    }
    const callOf = ({ id: given, mark }: Call, token?: string) =>
      request(given, 'tools/call', {
        name: 'gated',
        arguments: { mark },
        ...(token !== undefined && { _meta: { progressToken: token } }),
      })

    const httpSse = async (): Promise<Speaker> => {
      const number = numbers++
      const client = await openHttpSse()
      const reading = (async () => {
        for (;;) hear(number, await client.message())
      })().catch(() => {})
      return {
        number,
        isStreamable: false,
        calls: [],
        start: (call) => void client.post(callOf(call, 'p')),
        notify: (method, params) => client.post({ jsonrpc: '2.0', method, params }),
        lose: async () => {},
        resume: async () => {},
        async ping(mark) {
          await client.post(request(mark, 'tools/call', { name: 'echo', arguments: { text: mark } }))
          return untilHeard(mark)
        },
        async close() {
          client.destroy()
          await reading
        },
      }
    }

    const streamable = async (): Promise<Speaker> => {
      const number = numbers++
      const session = await openSession(WITH_SESSION[random(3)]!)
      const json = { 'content-type': 'application/json', ...session }
      const seen = new Set<string>()
      // Reads a stream to its end; what comes back is the id of the last event.
      const read = async (stream: OpenStream, after = '') => {
        for (let last = after; ;) {
          const event = await stream.event().catch(() => undefined)
          if (!event) return last
          assert.ok(!seen.has(event.lastEventId), `${event.lastEventId} is said twice`)
          seen.add((last = event.lastEventId))
          if (event.data !== '') hear(number, JSON.parse(event.data))
        }
      }
      return {
        number,
        isStreamable: true,
        calls: [],
        start(call) {
          const token = random(2) === 0 ? 'p' : undefined
          if (token === undefined)
            void post(mcp, callOf(call), session).then((answer) =>
              messagesOf(answer).forEach((one) => hear(number, one)),
            )
          else
            call.read = openEvents(mcp, json, JSON.stringify(callOf(call, token))).then((stream) => {
              call.stream = stream
              return read(stream)
            })
        },
        notify: (method, params) => post(mcp, { jsonrpc: '2.0', method, params }, session),
        async lose(call) {
          if (!call.stream || call.lostAfter !== undefined) return
          call.stream.destroy()
          await call.stream.ended
          const last = await call.read!
          if (last !== '') call.lostAfter = last
        },
        async resume(call) {
          const after = call.lostAfter
          if (after === undefined) return
          delete call.lostAfter
          call.stream = await openEvents(mcp, { ...session, 'last-event-id': after })
          assert.equal(call.stream.status, 200, `resume after ${after}`)
          call.read = read(call.stream, after)
        },
        async ping(mark) {
          const answer = await post(
            mcp,
            request(mark, 'tools/call', { name: 'echo', arguments: { text: mark } }),
            session,
          )
          messagesOf(answer).forEach((one) => hear(number, one))
        },
        async close() {
          assert.equal((await send('DELETE', mcp, session)).status, 204)
        },
      }
    }

    const speakers = [await httpSse(), await streamable(), await (random(2) === 0 ? httpSse() : streamable())]

    const waiting = ({ calls }: Speaker) =>
      calls.filter(({ mark, cancelled }) => !cancelled && !heard.some(({ text }) => text === mark))
    const steps: ((at: number) => Promise<void>)[] = [
      // A call, with an id that every session uses.
      ...Array.from({ length: 4 }, () => async (at: number) => {
        const speaker = speakers[at]!
        const free = [1, '1', 2, 'x'].filter((one) => waiting(speaker).every((call) => call.id !== one))
        if (free.length === 0) return
        const call: Call = {
          id: free[random(free.length)]!,
          mark: `mark ${all.length}`,
          released: false,
          cancelled: false,
        }
        const run = { open: () => {} } as Run
        run.begun = new Promise((resolve) => (run.begin = resolve))
        run.over = new Promise((resolve) => (run.end = resolve))
        runs.set(call.mark, run)
        all.push({ call, by: speaker.number, closed: false })
        speaker.calls.push(call)
        speaker.start(call)
        await run.begun
      }),
      // The tool of one call is done.
      ...Array.from({ length: 3 }, () => async (at: number) => {
        const open = waiting(speakers[at]!).filter(({ released }) => !released)
        const call = open[random(open.length || 1)]
        if (!call) return
        call.released = true
        runs.get(call.mark)!.open()
      }),
      async (at) => {
        const open = waiting(speakers[at]!)
        const call = open[random(open.length || 1)]
        if (!call) return
        call.cancelled = true
        await speakers[at]!.notify('notifications/cancelled', { requestId: call.id })
      },
      async (at) => {
        const open = waiting(speakers[at]!)
        const call = open[random(open.length || 1)]
        if (call) await speakers[at]!.lose(call)
      },
      async (at) => {
        const call = speakers[at]!.calls.find(({ lostAfter }) => lostAfter !== undefined)
        if (call) await speakers[at]!.resume(call)
      },
      async (at) => {
        if (random(4) > 0) return
        const speaker = speakers[at]!
        for (const each of all) if (each.by === speaker.number) each.closed = true
        await speaker.close()
        speakers[at] = await (speaker.isStreamable ? streamable() : httpSse())
      },
    ]
    for (let n = 0; n < 300; n++) {
      // Some of the sessions do something at the same time.
      const busy = [0, 1, 2].filter(() => random(2) === 0)
      await Promise.all(busy.map((at) => steps[random(steps.length)]!(at)))
    }

    for (const speaker of speakers)
      for (const call of speaker.calls) {
        await speaker.resume(call)
        call.released ||= !call.cancelled
        runs.get(call.mark)!.open()
        if (!call.cancelled) await untilHeard(call.mark)
      }
    for (const speaker of speakers) await speaker.ping(`last of ${speaker.number}`)
    for (const { call, by, closed } of all) {
      const answers = heard.filter(({ text }) => text === call.mark)
      for (const answer of answers) assert.deepEqual([answer.by, answer.id], [by, call.id], call.mark)
      const [least, most] = [call.cancelled || closed ? 0 : 1, call.released ? 1 : 0]
      assert.ok(answers.length >= least && answers.length <= most, `${call.mark}: ${answers.length} answers`)
      // The work ends too: with the answer, or because nobody waits for it.
      const late = AbortSignal.timeout(60_000)
      const how = await Promise.race([runs.get(call.mark)!.over, once(late, 'abort').then(() => 'still at work')])
      if (!call.released) assert.equal(how, 'aborted', call.mark)
      assert.notEqual(how, 'still at work', call.mark)
    }
    assert.equal(
      heard.length,
      all.filter(({ call }) => heard.some(({ text }) => text === call.mark)).length + 3,
      'and nothing else',
    )
    for (const speaker of speakers) await speaker.close()
    return all
  }
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => void (await walk(seed))),
    { numRuns: 4, endOnFailure: true },
  )
  assert.deepEqual(unexpected(), [])
})
