// @ts-check
// An MCP client made of what every browser has: fetch and EventSource. Here are its messages (JSON-RPC 2.0); how they
// travel is in client-ways.js. It does nothing again by itself but what the standards say.
import { areLegal, marksOf } from './client-headers.js'
import { createHttp, failure } from './client-http.js'
import { createWay } from './client-ways.js'

const META = 'io.modelcontextprotocol/'
const HANDSHAKE = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']
const STATELESS = ['2026-07-28']
const MAX_ROUNDS = 20 // of questions within one request

/**
 * `url` is where Streamable HTTP posts to, `${base}/mcp` if not said. A stream of HTTP+SSE that was cut comes back by
 * itself as another session: `state` is `open` then, and `revision` undefined until `connect` is called again.
 * `pause(method, signal)`, if given, is waited for before each message of the handshake.
 *
 * @param {any} options
 */
export function createClient(options) {
  const { base, transport, capabilities = {}, onRequest, onNotification, onState, pause } = options
  const { url = `${base}/mcp`, clientInfo = { name: 'sse-mcp-laboratory', version: '1.0.0' } } = options
  const isStateless = transport === 'stateless'
  const nothing = {
    session: undefined,
    endpoint: transport === 'sse' ? undefined : url,
    revision: undefined,
    serverInfo: undefined,
    serverCapabilities: undefined,
  }
  const client = { state: 'closed', reconnects: 0, ...nothing, connect, request, notify, listen, close }
  const pending = new Map() // requests by id
  const marks = new Map() // what headers repeat, by tool
  let life = new AbortController()
  let lastId = 0
  let greet // called by the first endpoint event
  const way = createWay({
    client,
    http: createHttp(options),
    options,
    marks,
    receive,
    waits: (id) => pending.has(id),
    found: () => (greet ? greet() : change('open')),
    lost: () => drop(failure('The stream was cut, and its session is gone.'), 'connecting'),
  })

  function change(state) {
    if (client.state === state) return
    client.state = state
    onState?.(state)
  }

  function drop(error, state) {
    Object.assign(client, nothing)
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
    change(state)
  }

  function end(error) {
    life.abort(error)
    drop(error, 'closed')
  }

  async function connect() {
    try {
      if (client.state === 'closed') await open()
      await (isStateless ? discover() : initialize())
      if (!client.revision) throw failure('The stream was cut before the handshake was whole.')
      change('open')
    } catch (error) {
      end(error)
      throw error
    }
  }

  async function open() {
    life = new AbortController()
    change('connecting')
    if (transport !== 'sse') return
    await new Promise((resolve, reject) => {
      greet = resolve
      way.open(life.signal).catch((error) => (end(error), reject(error)))
    })
    greet = undefined
  }

  async function initialize() {
    const { revision: protocolVersion } = options
    if (transport === 'sse') await pause?.('initialize', life.signal)
    const result = await ask('initialize', { protocolVersion, capabilities, clientInfo })
    const { protocolVersion: revision, serverInfo, capabilities: serverCapabilities } = result
    if (!HANDSHAKE.includes(revision)) throw failure(`The server chose ${revision}, which we do not speak.`)
    await pause?.('notifications/initialized', life.signal)
    Object.assign(client, { revision, serverInfo, serverCapabilities })
    await notify('notifications/initialized')
  }

  async function discover() {
    client.revision = options.revision
    const result = await ask('server/discover').catch((error) => {
      client.revision = STATELESS.find((one) => error.data?.supported?.includes(one))
      if (!client.revision) throw error
      return ask('server/discover')
    })
    const { _meta: meta, capabilities: serverCapabilities } = result
    Object.assign(client, { serverInfo: meta?.[`${META}serverInfo`], serverCapabilities })
  }

  /**
   * Rejects with `code` and `data` of an error response, with `status` where HTTP refuses. Where the server wants
   * answers first (`input_required`), `onRequest` gives them, and the request is sent again.
   */
  async function request(method, params, { onProgress, signal } = {}) {
    let answers = {}
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (client.state !== 'open') throw failure('Not connected.')
      const result = await ask(method, { ...params, ...answers }, { onProgress, signal })
      if (isStateless && result.tools) result.tools = result.tools.filter(isUsable)
      if (result.resultType !== 'input_required') return result
      const { inputRequests = {}, requestState } = result
      const given = Object.entries(inputRequests).map(async ([name, { method, params }]) => [
        name,
        await onRequest(method, params),
      ])
      answers = { inputResponses: Object.fromEntries(await Promise.all(given)), requestState }
    }
    throw failure(`The server has asked ${MAX_ROUNDS} times.`)
  }

  function isUsable({ name, inputSchema }) {
    marks.set(name, marksOf(inputSchema))
    return areLegal(marks.get(name))
  }

  function ask(method, params, { onProgress, onAcknowledged, signal } = {}) {
    const id = ++lastId
    const meta = { ...params?._meta, ...(onProgress && { progressToken: id }) }
    if (isStateless) {
      const told = { protocolVersion: client.revision, clientInfo, clientCapabilities: capabilities }
      for (const [name, value] of Object.entries(told)) meta[META + name] = value
    }
    if (Object.keys(meta).length > 0) params = { ...params, _meta: meta }
    const stop = new AbortController()
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      pending.set(id, { resolve, reject, onProgress, onAcknowledged })
      const fail = (error) => pending.delete(id) && reject(error)
      signal?.addEventListener('abort', () => {
        fail(signal.reason)
        if (isStateless) stop.abort(signal.reason)
        else notify('notifications/cancelled', { requestId: id }).catch(() => {})
      })
      const message = { jsonrpc: '2.0', id, method, params }
      way.send(message, AbortSignal.any([life.signal, stop.signal])).catch(fail)
    })
  }

  function notify(method, params) {
    return way.send({ jsonrpc: '2.0', method, params }, life.signal)
  }

  function receive(message) {
    if (Array.isArray(message)) return message.forEach(receive)
    const { id, method, params, result, error } = message
    if (method !== undefined) return void (id === undefined ? hear(method, params) : answer(id, method, params))
    const asked = pending.get(id)
    pending.delete(id)
    if (error) asked?.reject(failure(error.message, { code: error.code, data: error.data }))
    else asked?.resolve(result)
  }

  function hear(method, params) {
    if (method === 'notifications/progress') pending.get(params.progressToken)?.onProgress?.(params)
    const listening = pending.get(params?._meta?.[`${META}subscriptionId`])
    if (method === 'notifications/subscriptions/acknowledged') listening?.onAcknowledged()
    onNotification?.(method, params)
  }

  async function answer(id, method, params) {
    const { signal } = life
    const said = { jsonrpc: '2.0', id }
    try {
      if (method !== 'ping' && !onRequest) throw failure(`${method} is not served here.`, { code: -32601 })
      said.result = method === 'ping' ? {} : await onRequest(method, params)
    } catch ({ code = -32603, message }) {
      said.error = { code, message }
    }
    if (!signal.aborted) await way.send(said, signal).catch(() => {})
  }

  /** Opens the stream for what concerns no request. Resolves, once it is open, with what closes it. */
  async function listen(filter = {}) {
    const stop = new AbortController()
    const signal = AbortSignal.any([life.signal, stop.signal])
    if (transport !== 'sse')
      await new Promise((resolve, reject) => {
        const over = isStateless
          ? ask('subscriptions/listen', { notifications: filter }, { onAcknowledged: resolve, signal: stop.signal })
          : way.open(signal, resolve)
        over.catch(reject)
      })
    return () => stop.abort(failure('We have closed the stream.'))
  }

  async function close() {
    if (client.state === 'closed') return
    const ending = transport === 'http' && client.session ? way.end() : undefined
    end(failure('The connection is closed.'))
    await ending?.catch(() => {}) // 405: this server ends sessions by itself
  }

  return client
}
