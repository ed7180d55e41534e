// Clients of all three transports who do things in any order, and a model that knows what each request must come to.
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { defineTool, serve } from '../../src/index.ts'
import { openEvents, post, request, type Json, type OpenStream } from './wire.ts'

export interface Step {
  kind: 'open' | 'call' | 'release' | 'answer' | 'cancel' | 'cut' | 'reconnect' | 'close'
  /** Which client, and which of what it has open. */
  session: number
  pick: number
  /** Whether the next step waits until the server has dealt with this one. */
  settle: boolean
}

export const STATELESS_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { sampling: {} },
}

// Opened by `release`, whether the tool waits for it already or will.
const gates = new Map<string, { opened: Promise<void>; open(): void }>()
function gateOf(tag: string) {
  let gate = gates.get(tag)
  if (!gate) {
    let open = (): void => {}
    const opened = new Promise<void>((resolve) => (open = resolve))
    gates.set(tag, (gate = { opened, open: () => open() }))
  }
  return gate
}
const tagged = { type: 'object', properties: { tag: { type: 'string' } }, required: ['tag'] } as const
const tools = [
  defineTool({ name: 'echo', inputSchema: tagged, run: ({ tag }) => tag }),
  defineTool({
    name: 'hold',
    inputSchema: tagged,
    async run({ tag }, { progress }) {
      progress(1, 2, tag)
      await gateOf(tag).opened
      progress(2, 2, tag)
      return tag
    },
  }),
  defineTool({
    name: 'asks',
    inputSchema: tagged,
    async run({ tag }, { ask }) {
      const { said } = await ask({
        said: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1, tag } },
      })
      const { text } = (said as Json).content
      return text === `re ${tag}` ? tag : `${tag} was answered by ${text}`
    },
  }),
]
const TOOLS = ['echo', 'hold', 'asks'] as const

const { url, close } = await serve({ name: 't', version: '1', port: 0, tools, keepAliveMs: 0, log: () => {} })
after(close)
const mcp = `${url}/mcp`
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

interface Call {
  id: number
  tag: string
  tool: (typeof TOOLS)[number]
  answers: number
  /** False: a cancel or the end of its session may have silenced it. */
  isDue: boolean
  answered: Promise<void>
  settle(): void
  stream?: OpenStream | undefined
  lastEventId?: string | undefined
  isCut?: boolean
  /** 2026-07-28: what the retry of a call that asked brings back. */
  requestState?: string | undefined
}

/** Runs the steps, brings all to its end, and throws unless every request came to what it had to. */
export async function converse(steps: readonly Step[]): Promise<void> {
  const clients: (Client | undefined)[] = []
  const all: Client[] = []
  for (const { kind, session, pick, settle } of steps) {
    const client = clients[session]
    let done: Promise<unknown> = Promise.resolve()
    if (!client || kind === 'open') {
      if (client) continue
      const opened = await KINDS[session % KINDS.length]!(`s${++count}`)
      clients[session] = opened
      all.push(opened)
    } else if (kind === 'call') done = client.call(TOOLS[pick % 3]!, pick)
    else if (kind === 'release')
      one(
        client.calls.filter(({ tool }) => tool === 'hold'),
        pick,
        ({ tag }) => gateOf(tag).open(),
      )
    else if (kind === 'answer') done = client.answer(pick)
    else if (kind === 'cancel') one(client.calls, pick, (call) => (done = client.cancel(call)))
    else if (kind === 'cut') one(client.calls, pick, (call) => client.cut(call))
    else if (kind === 'reconnect')
      one(
        client.calls.filter(({ isCut }) => isCut),
        pick,
        (call) => (done = client.reconnect(call)),
      )
    else {
      clients[session] = undefined
      done = client.close()
    }
    done.catch((error: unknown) => failures.push(error))
    if (settle)
      await done.then(() =>
        post(mcp, { jsonrpc: '2.0', id: 1, method: 'ping', params: { _meta: STATELESS_META } }, PING),
      )
  }
  for (const client of all) await client.finish()
  assert.deepEqual(failures.splice(0), [])
}

let count = 0
const failures: unknown[] = []
const PING = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'ping' }

function one<T>(items: readonly T[], pick: number, act: (item: T) => void): void {
  if (items.length > 0) act(items[pick % items.length]!)
}

type Client = Awaited<ReturnType<typeof httpSse | typeof streamable>> | ReturnType<typeof stateless>

/** What all clients keep, whatever carries their messages. */
function book(name: string) {
  const calls: Call[] = []
  const asked: { id: unknown; tag: string }[] = []
  let isOpen = true

  function add(tool: Call['tool'], pick: number): Call {
    let settle = (): void => {}
    const answered = new Promise<void>((resolve) => (settle = resolve))
    // Ids repeat, within the client and between clients: what belongs together is told by the tag.
    const call: Call = { id: pick % 4, tag: `${name}.${calls.length}`, tool, answers: 0, isDue: true, answered, settle }
    calls.push(call)
    return call
  }

  /** Whatever the server says, to whichever client: it must be that client's own. */
  function hear(message: Json, from?: Call): void {
    const tag: string =
      message.result?.content?.[0]?.text ??
      message.result?.inputRequests?.said?.params?.tag ??
      message.params?.tag ??
      message.params?.message
    const call = calls.find((each) => each.tag === tag)
    if (!call || (from && from !== call))
      return void failures.push(new Error(`${name} (${from?.tag}) heard ${JSON.stringify(message)}`))
    if (message.method === 'sampling/createMessage') {
      asked.push({ id: message.id, tag })
      if (isFinishing) void answerAll()
    }
    if (message.method !== undefined) return
    call.answers++
    if (message.id !== call.id) failures.push(new Error(`${tag} has the id ${call.id}, its answer ${message.id}`))
    if (call.answers > 1) failures.push(new Error(`${tag} was answered twice`))
    call.requestState = message.result.requestState
    call.settle()
  }

  let isFinishing = false
  let sendAnswer = async (_response: object): Promise<unknown> => undefined
  async function answerAll(): Promise<void> {
    while (asked.length > 0) await answer(0)
  }
  async function answer(pick: number): Promise<void> {
    const [question] = asked.splice(pick % (asked.length || 1), 1)
    if (question && isOpen) await sendAnswer(answerTo(question.id, question.tag))
  }
  /** From here on all that is asked is answered, and all that is held goes on, until every due answer is here. */
  async function settleAll(): Promise<void> {
    isFinishing = true
    for (const { tag } of calls) gateOf(tag).open()
    await answerAll()
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), 5_000)
    for (const call of calls) {
      if (!call.isDue) continue
      const gaveUp = new Promise<void>((resolve) => late.signal.addEventListener('abort', () => resolve()))
      await Promise.race([call.answered, gaveUp])
      if (call.answers !== 1) failures.push(new Error(`${call.tag} (${call.tool}) was never answered`))
    }
    clearTimeout(timer)
    for (const { tag } of calls) gates.delete(tag)
  }
  const silence = (which: (call: Call) => boolean): void => {
    for (const call of calls) if (which(call) && call.answers === 0) call.isDue = false
  }
  return {
    name,
    calls,
    add,
    hear,
    answer,
    settleAll,
    silence,
    isOpen: () => isOpen,
    shut: () => void (isOpen = false),
    onAnswer: (send: typeof sendAnswer) => void (sendAnswer = send),
  }
}

const sampled = (tag: string) => ({ role: 'assistant', model: 'm', content: { type: 'text', text: `re ${tag}` } })
const answerTo = (id: unknown, tag: string) => ({ jsonrpc: '2.0', id, result: sampled(tag) })
const toolCall = ({ id, tool, tag }: Call, more: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: tool, arguments: { tag }, ...more },
})
const cancelOf = ({ id }: Call) => ({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } })
const initialize = (protocolVersion: string) => ({
  jsonrpc: '2.0',
  id: 'init',
  method: 'initialize',
  params: { protocolVersion, capabilities: { sampling: {} } },
})

/** Hands on every message of a stream until it is over. */
async function listen(stream: OpenStream, onMessage: (message: Json, eventId: string) => void): Promise<void> {
  for (;;) {
    const event = await stream.event().catch(() => undefined)
    if (!event) return
    onMessage(event.data === '' ? undefined : JSON.parse(event.data), event.lastEventId)
  }
}

async function httpSse(name: string) {
  const all = book(name)
  const stream = await openEvents(`${url}/sse`)
  const endpoint = url + (await stream.event()).data
  const init = stream.message()
  await post(endpoint, initialize('2024-11-05'))
  assert.equal((await init).id, 'init')
  void listen(stream, (message) => all.hear(message))
  const send = (body: object) => post(endpoint, body)
  all.onAnswer(send)
  const end = (): void => {
    all.shut()
    all.silence(() => true)
    stream.destroy()
  }
  return {
    ...all,
    async call(tool: Call['tool'], pick: number) {
      if (all.isOpen()) await send(toolCall(all.add(tool, pick), { _meta: { progressToken: pick } }))
    },
    async cancel(call: Call) {
      all.silence(({ id }) => id === call.id)
      if (all.isOpen()) await send(cancelOf(call))
    },
    // There is no way back to a stream of HTTP+SSE: a cut ends the session.
    cut: end,
    async reconnect() {},
    async close() {
      end()
    },
    async finish() {
      await all.settleAll()
      stream.destroy()
    },
  }
}

async function streamable(name: string) {
  const all = book(name)
  const { headers } = await post(mcp, initialize('2025-11-25'))
  const session = { 'mcp-session-id': String(headers['mcp-session-id']) }
  const send = (body: object) => post(mcp, body, session)
  all.onAnswer(send)

  async function carry(call: Call, stream: OpenStream): Promise<void> {
    call.stream = stream
    call.isCut = false
    const seen = new Set<string>()
    await listen(stream, (message, eventId) => {
      if (call.stream !== stream) return // it was cut: what comes now came too late
      if (seen.has(eventId)) failures.push(new Error(`${call.tag} heard event ${eventId} twice`))
      seen.add(eventId)
      call.lastEventId = eventId
      if (message !== undefined) all.hear(message, call)
    })
  }
  async function call(tool: Call['tool'], pick: number): Promise<void> {
    if (!all.isOpen()) return
    const call = all.add(tool, pick)
    const body = JSON.stringify(toolCall(call, { _meta: { progressToken: pick } }))
    const stream = await openEvents(mcp, { ...JSON_HEADERS, ...session }, body)
    if (stream.headers['content-type'] === 'text/event-stream') return void carry(call, stream)
    await stream.ended
    if (stream.status !== 404) all.hear(JSON.parse(Buffer.from(stream.raw(), 'latin1').toString()), call)
  }
  async function reconnect(call: Call): Promise<void> {
    if (!call.isCut || !all.isOpen()) return
    call.isCut = false
    const stream = await openEvents(mcp, {
      accept: 'text/event-stream',
      ...session,
      'last-event-id': call.lastEventId!,
    })
    if (all.isOpen()) assert.equal(stream.status, 200, `${call.tag} cannot go on after ${call.lastEventId}`)
    void carry(call, stream)
  }
  return {
    ...all,
    call,
    reconnect,
    async cancel(call: Call) {
      all.silence(({ id }) => id === call.id)
      if (all.isOpen()) await send(cancelOf(call))
    },
    cut(call: Call) {
      if (!call.stream || call.lastEventId === undefined) return
      call.stream.destroy()
      call.stream = undefined
      call.isCut = true
    },
    async close() {
      all.silence(() => true)
      all.shut()
      await request('DELETE', mcp, session)
    },
    async finish() {
      for (const call of all.calls) await reconnect(call)
      await all.settleAll()
      for (const { stream } of all.calls) stream?.destroy()
      if (all.isOpen()) await request('DELETE', mcp, session)
    },
  }
}

function stateless(name: string) {
  const all = book(name)
  async function send(call: Call, more: object): Promise<void> {
    const headers = { ...JSON_HEADERS, ...PING, 'mcp-method': 'tools/call', 'mcp-name': call.tool }
    const body = JSON.stringify(toolCall(call, { _meta: { ...STATELESS_META, progressToken: 1 }, ...more }))
    const stream = await openEvents(mcp, headers, body)
    call.stream = stream
    if (stream.headers['content-type'] === 'text/event-stream')
      return void listen(stream, (message) => all.hear(message, call))
    await stream.ended
    all.hear(JSON.parse(Buffer.from(stream.raw(), 'latin1').toString()), call)
  }
  // A request without a session is cancelled by whoever closes its reply.
  const cut = (call: Call): void => {
    if (!call.stream) return
    all.silence((each) => each === call)
    call.stream.destroy()
  }
  async function answer(pick: number): Promise<void> {
    const asked = all.calls.filter(({ requestState }) => requestState !== undefined)
    const call = asked[pick % (asked.length || 1)]
    if (!call) return
    const { requestState } = call
    call.requestState = undefined
    call.answers = 0 // the retry is a request of its own
    call.answered = new Promise((resolve) => (call.settle = resolve))
    await send(call, { requestState, inputResponses: { said: sampled(call.tag) } })
  }
  return {
    ...all,
    cut,
    answer,
    call: (tool: Call['tool'], pick: number) => send(all.add(tool, pick), {}),
    cancel: async (call: Call) => cut(call),
    async reconnect() {},
    async close() {
      for (const call of all.calls) cut(call)
    },
    async finish() {
      await all.settleAll()
      while (all.calls.some(({ requestState }) => requestState !== undefined)) await answer(0)
      await all.settleAll()
    },
  }
}

const KINDS = [streamable, httpSse, stateless]
