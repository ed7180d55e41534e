// The extension Tasks without a transport: what becomes a task, what it says, how it ends, what it may take.
import assert from 'node:assert/strict'
import { after, test, type TestContext } from 'node:test'
import { createClient, createMcpServer, defineTool, RpcError, ToolError } from '../../../src/index.ts'
import type { Client, HandlerContext, LogEntry, Principal } from '../../../src/index.ts'
import { requestChannel } from '../../../src/diagnostics/channels.ts'
import { perRequestRevisions } from '../../../src/mcp/revisions/index.ts'
import { tasks, type TasksOptions } from '../../../src/tasks/index.ts'
import { closedGate } from '../../support/gate.ts'
import type { Json } from '../../support/wire.ts'

const ID = 'io.modelcontextprotocol/tasks'
const [revision] = perRequestRevisions.values()

type Subscribers = Parameters<typeof requestChannel.subscribe>[0]

/** The servers of this file: what still runs in one at the end would keep the process for a minute. */
const servers: { drain(): Promise<void> }[] = []
after(() => Promise.all(servers.map((server) => server.drain())))

/** A server with one tool, whose calls may become tasks. */
function serverOf(
  run: (args: Json, context: HandlerContext) => Json,
  { timeoutMs = 60_000, ...options }: Partial<TasksOptions> & { timeoutMs?: number; tool?: object } = {},
) {
  const { tool = {}, ...rest } = options
  const entries: LogEntry[] = []
  const job = defineTool({ name: 'job', inputSchema: { type: 'object' }, timeoutMs, run })
  const server = createMcpServer({
    name: 'test',
    version: '1',
    tools: [job],
    extensions: [tasks({ ...rest, tools: { job: tool } })],
    log: (entry) => void entries.push(entry),
    limits: { drainMs: 0 },
  })
  servers.push(server)
  let id = 0
  const ask = async (method: string, params: Json, from = clientOf()): Promise<Json> => {
    await job.check() // the schema is compiled: from here on a call waits for its tool alone
    const sent: Json[] = []
    const channel = { send: (message: Json) => void sent.push(message), canSend: true }
    const response = await server.handle({ jsonrpc: '2.0', id: ++id, method, params }, from, channel)
    return { sent, ...response }
  }
  return {
    server,
    entries,
    ask,
    start: (args: object = {}, from?: Client) => ask('tools/call', { name: 'job', arguments: args }, from),
    get: async (taskId: string, from?: Client): Promise<Json> => (await ask('tasks/get', { taskId }, from)).result,
  }
}

interface Said {
  declares?: boolean
  principal?: Principal
  key?: string
  capabilities?: Json
}

const clientOf = ({
  declares = true,
  principal,
  key = 'here',
  capabilities = { elicitation: { form: {} } },
}: Said = {}): Client => ({
  ...createClient(revision!, { principal, key }),
  initialized: true,
  capabilities: { ...capabilities, ...(declares && { extensions: { [ID]: {} } }) },
})

/** Lets everything run that waits for nothing but promises. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

const question = { method: 'elicitation/create', params: { message: 'Sure?', requestedSchema: { type: 'object' } } }

test('a call becomes a task, which works, and has the result in the end', async () => {
  const gate = closedGate<string>()
  const { start, get } = serverOf(() => gate.opened)
  const { result: created } = await start()
  assert.match(created.taskId, /^[\da-f-]{36}$/)
  assert.deepEqual(
    { ...created, taskId: '', createdAt: '', lastUpdatedAt: '', _meta: {} },
    {
      resultType: 'task',
      taskId: '',
      status: 'working',
      createdAt: '',
      lastUpdatedAt: '',
      ttlMs: 3_600_000,
      pollIntervalMs: 1000,
      _meta: {},
    },
  )
  assert.equal(new Date(created.createdAt).toISOString(), created.createdAt)
  const working = await get(created.taskId)
  assert.equal(working.status, 'working')
  assert.equal('result' in working, false)
  gate.open('done')
  await settle()
  const completed = await get(created.taskId)
  assert.deepEqual([completed.resultType, completed.status], ['complete', 'completed'])
  assert.deepEqual(completed.result.content, [{ type: 'text', text: 'done' }])
})

for (const [what, run, expected] of [
  ['a ToolError is a result', () => Promise.reject(new ToolError('try b')), ['completed', true, 'try b', undefined]],
  [
    'a failure of the tool is a result',
    () => Promise.reject(new Error('secret')),
    ['completed', true, /^The tool job failed/, undefined],
  ],
  [
    'an RpcError fails the task',
    () => Promise.reject(new RpcError(-32603, 'broken')),
    ['failed', undefined, undefined, -32603],
  ],
  [
    'a result that is no JSON fails the task',
    async () => ({ content: [{ type: 'text', text: 1n as Json }] }),
    ['failed', undefined, undefined, -32603],
  ],
] as const)
  test(what, async () => {
    const { start, get } = serverOf(run)
    const { taskId } = (await start()).result
    await settle()
    const { status, result, error, statusMessage } = await get(taskId)
    const [wanted, isError, text, code] = expected
    assert.deepEqual([status, result?.isError, error?.code], [wanted, isError, code])
    if (text) assert.match(result.content[0].text, new RegExp(text))
    if (code) assert.equal(statusMessage, error.message)
  })

test('a call whose name is no text is the mistake of its sender, and no failure of ours', async () => {
  const { ask, entries } = serverOf(async () => 'done')
  for (const name of [{ toString: 1, valueOf: 1 }, ['job'], 5, null])
    assert.equal((await ask('tools/call', { name, arguments: {} })).error.code, -32602)
  assert.deepEqual(entries, [])
})

test('a tool that returns another server’s result that asks for input is run once, not for ever', async () => {
  let runs = 0
  const { start, get } = serverOf(async () => {
    runs++
    return { content: [], resultType: 'input_required' }
  })
  const { taskId } = (await start()).result
  for (let i = 0; i < 20; i++) await settle()
  assert.deepEqual([runs, (await get(taskId)).status], [1, 'completed'])
})

test('what is answered at once is no task', async () => {
  const { start } = serverOf(() => 'at once')
  const { result } = await start()
  assert.deepEqual([result.resultType, result.content[0].text], ['complete', 'at once'])
})

test('a client that does not declare the extension waits for the answer, or is refused where the tool needs it', async () => {
  const plain = clientOf({ declares: false })
  assert.equal((await serverOf(async () => 'done').start({}, plain)).result.content[0].text, 'done')
  const strict = serverOf(async () => 'done', { tool: { required: true } })
  const { error } = await strict.start({}, plain)
  assert.equal(error.code, -32021)
  assert.deepEqual(error.data, { requiredCapabilities: { extensions: { [ID]: {} } } })
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel'])
    assert.equal((await strict.ask(method, { taskId: 'a', inputResponses: {} }, plain)).error.code, -32021)
})

test('a client with a session does not get tasks: its revision does not have the extension', async () => {
  const { server } = serverOf(async () => 'done')
  const client = createClient([...(await import('../../../src/index.ts')).handshakeRevisions.values()][0]!)
  const channel = { send() {}, canSend: true }
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'job' } } as const
  assert.equal(((await server.handle(call, client, channel)) as Json).result.content[0].text, 'done')
  const get = { jsonrpc: '2.0', id: 2, method: 'tasks/get', params: { taskId: 'a' } } as const
  assert.equal(((await server.handle(get, client, channel)) as Json).error.code, -32601)
})

test('what a task asks is answered piece by piece, and the tool goes on where it was', async () => {
  let begun = 0
  const { start, get, ask } = serverOf(async (_args, context) => {
    begun++
    return JSON.stringify(await context.ask({ a: question, b: question }))
  })
  const { taskId } = (await start()).result
  await settle()
  const { status, inputRequests } = await get(taskId)
  assert.equal(status, 'input_required')
  const [one, other] = Object.keys(inputRequests) as [string, string]
  assert.deepEqual(inputRequests[one], question)

  const update = (inputResponses: Json) => ask('tasks/update', { taskId, inputResponses })
  const { result } = await update({ [one]: { action: 'accept' }, unknown: { action: 'accept' }, [other]: 'no object' })
  assert.deepEqual(Object.keys(result).toSorted(), ['_meta', 'resultType'])
  assert.deepEqual(Object.keys((await get(taskId)).inputRequests), [other])
  await update({ [one]: { action: 'decline' } }) // it was answered already
  await update({ [other]: { action: 'cancel' } })
  await settle()
  const done = await get(taskId)
  assert.deepEqual(JSON.parse(done.result.content[0].text), { a: { action: 'accept' }, b: { action: 'cancel' } })
  assert.equal(begun, 1)
  assert.equal('inputRequests' in done, false)
})

test('two questions of a task never have the same key', async () => {
  const { start, get, ask } = serverOf(async (_args, context) => {
    await context.ask({ a: question })
    await context.ask({ a: question })
    return 'done'
  })
  const { taskId } = (await start()).result
  const keys = []
  for (let i = 0; i < 2; i++) {
    await settle()
    const [key] = Object.keys((await get(taskId)).inputRequests ?? {})
    keys.push(key)
    await ask('tasks/update', { taskId, inputResponses: { [key!]: { action: 'accept' } } })
  }
  await settle()
  assert.equal((await get(taskId)).status, 'completed')
  assert.equal(new Set(keys).size, 2)
})

test('a task that asks a client that cannot be asked fails', async () => {
  const { start, get } = serverOf((_args, context) => context.ask({ a: question }))
  const { taskId } = (await start({}, clientOf({ capabilities: {} }))).result
  await settle()
  const { status, error } = await get(taskId)
  assert.deepEqual([status, error.code, error.data.requiredCapabilities], ['failed', -32021, { elicitation: {} }])
})

test('cancelling stops the work and is acknowledged with nothing, however often', async () => {
  let reason: unknown
  const gate = closedGate<string>()
  const { start, get, ask } = serverOf((_args, { signal }) => {
    signal.addEventListener('abort', () => (reason = signal.reason))
    return gate.opened
  })
  const { taskId } = (await start()).result
  await settle()
  for (let i = 0; i < 2; i++) {
    const { result } = await ask('tasks/cancel', { taskId })
    assert.deepEqual(Object.keys(result).toSorted(), ['_meta', 'resultType'])
  }
  assert.equal((reason as Error).name, 'AbortError')
  gate.open('late')
  await settle()
  const { status, ...rest } = await get(taskId)
  assert.equal(status, 'cancelled')
  assert.equal('result' in rest, false)
})

test('a tool that asks, tells and fails after its task was cancelled harms nobody', async () => {
  const gate = closedGate()
  const { start, ask, get } = serverOf(async (_args, context) => {
    await gate.opened
    context.progress(1)
    context.log('error', 'late')
    void context.ask({ a: question })
    throw new Error('late')
  })
  const { taskId } = (await start()).result
  await settle()
  await ask('tasks/cancel', { taskId })
  gate.open()
  await settle()
  assert.equal((await get(taskId)).status, 'cancelled')
})

test('a tool that takes longer than its time ends as a result', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { start, get } = serverOf(() => new Promise(() => {}), { timeoutMs: 1000 })
  const { taskId } = (await start()).result
  await settle()
  t.mock.timers.tick(1001)
  await settle()
  const { status, result } = await get(taskId)
  assert.deepEqual([status, result.isError], ['completed', true])
})

test('progress is the message of the status, and goes nowhere else', async () => {
  const gate = closedGate<string>()
  const { ask, get } = serverOf((_args, { progress }) => {
    progress(1, 4)
    return gate.opened
  })
  const params = { name: 'job', arguments: {}, _meta: { progressToken: 1 } }
  const { result, sent } = await ask('tools/call', params)
  await settle()
  const { status, statusMessage } = await get(result.taskId)
  assert.deepEqual([status, statusMessage, sent], ['working', '1 of 4', []])
  gate.open('')
  while ((await get(result.taskId)).status === 'working') await settle() // the last progress goes before the answer
  assert.equal('statusMessage' in (await get(result.taskId)), false)
})

/** A server whose clock stands. */
function withClock(t: TestContext, ...given: Parameters<typeof serverOf>) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  return serverOf(...given)
}

test('a call that ends in its time is answered, and becomes a task after it', async (t) => {
  const gates = [closedGate<string>(), closedGate<string>()]
  const { start, get } = withClock(t, ({ n }) => gates[n]!.opened, { tool: { afterMs: 100 } })
  const quick = start({ n: 0 })
  await settle()
  t.mock.timers.tick(99)
  gates[0]!.open('quick')
  assert.equal((await quick).result.content[0].text, 'quick')

  const slow = start({ n: 1 })
  await settle()
  t.mock.timers.tick(100)
  const { taskId, resultType } = (await slow).result
  assert.equal(resultType, 'task')
  gates[1]!.open('slow')
  await settle()
  assert.equal((await get(taskId)).result.content[0].text, 'slow')
})

test('before it is a task a call asks, logs and tells in the way of its request', async (t) => {
  const gate = closedGate<string>()
  const { ask, get } = withClock(
    t,
    async (_args, context) => {
      context.progress(1)
      const { a } = await context.ask({ a: question })
      await context.ask({ a: question }) // it has the answer
      return `${JSON.stringify(a)} ${await gate.opened} ${JSON.stringify(await context.ask({ b: question }))}`
    },
    { tool: { afterMs: 100 } },
  )
  const params = { name: 'job', arguments: {}, _meta: { progressToken: 1 } }
  const first = await ask('tools/call', params)
  assert.equal(first.result.resultType, 'input_required')
  assert.deepEqual(
    first.sent.map(({ method }: Json) => method),
    ['notifications/progress'],
  )
  const { requestState } = first.result
  const again = ask('tools/call', { ...params, requestState, inputResponses: { a: { action: 'accept' } } })
  await settle()
  t.mock.timers.tick(100)
  const { taskId, ...created } = (await again).result
  assert.equal('requestState' in created || 'inputRequests' in created, false)
  gate.open('then')
  await settle()
  const [key] = Object.keys((await get(taskId)).inputRequests)
  await ask('tasks/update', { taskId, inputResponses: { [key!]: { action: 'decline' } } })
  while ((await get(taskId)).status === 'working') await settle()
  const { result } = await get(taskId)
  assert.equal(result.content[0].text, '{"action":"accept"} then {"a":{"action":"accept"},"b":{"action":"decline"}}')
})

test('a request that is cancelled before it is a task stops its work', async (t) => {
  let stopped = 0
  const client = clientOf()
  const { start } = withClock(
    t,
    (_args, { signal }) => {
      signal.addEventListener('abort', () => stopped++)
      return new Promise(() => {})
    },
    { tool: { afterMs: 100 } },
  )
  const answered = start({}, client)
  while (client.inFlight.size === 0) await settle() // its schema is compiled first
  for (const request of client.inFlight) request.cancel()
  assert.equal('result' in (await answered), false)
  assert.equal(stopped, 1)
})

test('a task is forgotten when its time is up, not before, and what still works is stopped', async (t) => {
  let stopped = 0
  const { start, get, ask } = withClock(
    t,
    (_args, { signal }) => {
      signal.addEventListener('abort', () => stopped++)
      return new Promise(() => {})
    },
    { tool: { ttlMs: 1000 }, timeoutMs: Infinity },
  )
  const { taskId, ttlMs } = (await start()).result
  await settle()
  assert.equal(ttlMs, 1000)
  t.mock.timers.tick(999)
  assert.equal((await get(taskId)).status, 'working')
  t.mock.timers.tick(1)
  assert.equal((await ask('tasks/get', { taskId })).error.code, -32602)
  assert.equal(stopped, 1)
})

const ada = { issuer: 'i', subject: 'ada' }
for (const [what, principal, isFound] of [
  ['the same principal', { ...ada }, true],
  ['another subject', { issuer: 'i', subject: 'bob' }, false],
  ['another issuer', { issuer: 'j', subject: 'ada' }, false],
  ['another client of the subject', { ...ada, client: 'c' }, false],
  ['nobody', undefined, false],
] as const)
  test(`a task of a principal ${isFound ? 'is there' : 'does not exist'} for ${what}`, async () => {
    const { start, ask } = serverOf(() => new Promise(() => {}))
    const { taskId } = (await start({}, clientOf({ principal: ada }))).result
    const other = clientOf({ ...(principal && { principal }), key: 'elsewhere' })
    for (const [method, params] of Object.entries({
      'tasks/get': { taskId },
      'tasks/update': { taskId, inputResponses: {} },
      'tasks/cancel': { taskId },
    })) {
      const { error } = await ask(method, params, other)
      assert.equal(error?.code, isFound ? undefined : -32602)
    }
  })

for (const [method, params] of [
  ['tasks/get', {}],
  ['tasks/get', { taskId: 7 }],
  ['tasks/get', { taskId: '__proto__' }],
  ['tasks/cancel', { taskId: 'nobody' }],
  ['tasks/update', { taskId: 'nobody', inputResponses: {} }],
] as const)
  test(`${method} refuses ${JSON.stringify(params)}`, async () => {
    assert.equal((await serverOf(() => '').ask(method, params)).error.code, -32602)
  })

for (const inputResponses of [undefined, null, 'a', []])
  test(`tasks/update refuses inputResponses that are ${JSON.stringify(inputResponses)}`, async () => {
    const { start, ask } = serverOf(() => new Promise(() => {}))
    const { taskId } = (await start()).result
    assert.equal((await ask('tasks/update', { taskId, inputResponses })).error.code, -32602)
  })

for (const method of ['tasks/list', 'tasks/result'])
  test(`there is no ${method} any more`, async () => {
    assert.equal((await serverOf(() => '').ask(method, { taskId: 'a' })).error.code, -32601)
  })

test('a caller has half of the places at most; without one a call waits in its request', async () => {
  const gate = closedGate<string>()
  const { start } = serverOf(() => gate.opened, { maxTasks: 4 })
  for (let i = 0; i < 2; i++) assert.equal((await start()).result.resultType, 'task')
  const third = start()
  assert.equal((await start({}, clientOf({ key: 'another' }))).result.resultType, 'task')
  gate.open('done')
  assert.equal((await third).result.resultType, 'complete')
})

test('where a tool needs a task and there is no place, the call is refused', async () => {
  const { start } = serverOf(() => new Promise(() => {}), { maxTasks: 1, tool: { required: true } })
  await start()
  const { error } = await start()
  assert.deepEqual([error.code, error.data], [-32603, { reason: 'busy' }])
})

test('where a tool needs a task, its place is taken before the work begins, and given back if none was needed', async (t) => {
  const gates = [closedGate<string>(), closedGate<string>(), closedGate<string>()]
  const ran: number[] = []
  const run = ({ n }: Json) => (ran.push(n), gates[n]!.opened)
  const { start } = withClock(t, run, { maxTasks: 1, tool: { required: true, afterMs: 100 } })
  const first = start({ n: 0 })
  await settle()
  assert.deepEqual((await start({ n: 1 })).error.data, { reason: 'busy' })
  gates[0]!.open('in time')
  assert.equal((await first).result.content[0].text, 'in time')
  const leaving = clientOf()
  const left = start({ n: 1 }, leaving)
  await settle()
  for (const request of leaving.inFlight) request.cancel()
  await left
  await settle() // its tool is stopped
  const last = start({ n: 2 })
  await settle()
  t.mock.timers.tick(100)
  assert.equal((await last).result.resultType, 'task')
  assert.deepEqual((await start({ n: 1 })).error.data, { reason: 'busy' })
  assert.deepEqual(ran, [0, 1, 2])
})

test('a call is measured once, whether it is answered in its request, becomes a task, or is refused', async (t) => {
  const seen: string[] = []
  const subscribers = { start: ({ message }: Json) => void seen.push(message.method) } as Subscribers
  requestChannel.subscribe(subscribers)
  t.after(() => requestChannel.unsubscribe(subscribers))
  const { start } = serverOf(() => Promise.resolve('done'), { tool: { afterMs: 1_000 } })
  assert.equal((await start()).result.content[0].text, 'done')
  const other = serverOf(() => Promise.resolve('done'))
  assert.equal((await other.start()).result.resultType, 'task')
  await settle()
  await other.ask('subscriptions/listen', { notifications: { taskIds: 'none' } })
  assert.deepEqual(seen, ['tools/call', 'tools/call', 'subscriptions/listen'])
})

test('a result for which there is no room fails its task, and the room of a forgotten one is free again', async (t) => {
  const { start, get } = withClock(t, ({ length }) => Promise.resolve('x'.repeat(length)), {
    maxLength: 4000,
    tool: { ttlMs: 1000 },
  })
  const statusOf = async (length: number) => {
    const { taskId } = (await start({ length })).result
    await settle()
    return (await get(taskId)).status
  }
  assert.equal(await statusOf(1500), 'completed')
  assert.equal(await statusOf(3000), 'failed')
  t.mock.timers.tick(1000)
  assert.equal(await statusOf(3000), 'completed')
})

test('shutdown cancels what waits for its client, and stops what works', async () => {
  const reasons: unknown[] = []
  const { server, start } = serverOf(async ({ asks }, context) => {
    context.signal.addEventListener('abort', () => reasons.push(context.signal.reason))
    if (asks) await context.ask({ a: question })
    return new Promise(() => {})
  })
  await start({ asks: true })
  await start({ asks: false })
  await settle()
  await server.drain()
  assert.equal(reasons.length, 2)
})

test('options that cannot be are refused with a sentence', () => {
  for (const [options, sentence] of [
    [{ tools: { job: { afterMs: -1 } } }, /tasks: afterMs of job must be a whole number/],
    [{ tools: { job: { ttlMs: 0 } } }, /tasks: ttlMs of job must be a whole number/],
    [{ tools: {}, pollIntervalMs: 0.5 }, /tasks: pollIntervalMs must be/],
    [{ tools: {}, maxTasks: 0 }, /tasks: maxTasks must be/],
    [{ tools: {}, maxLength: Number.NaN }, /tasks: maxLength must be/],
  ] as const)
    assert.throws(() => tasks(options), { name: 'TypeError', message: sentence })
})
