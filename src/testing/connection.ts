import { isRequest, isResponse, METHOD_NOT_FOUND, RpcError } from '../jsonrpc/index.ts'
import type {
  Id,
  Message,
  Notification,
  Params,
  Request as RpcRequest,
  Response as RpcResponse,
} from '../jsonrpc/index.ts'
import type { Capabilities, Implementation, LogLevel } from '../mcp/index.ts'
import { oldestHandshake, perRequestRevisions, revisions } from '../mcp/revisions/index.ts'
import { Notifications } from './notifications.ts'
import { httpSse, statelessHttp, streamableHttp, type ClientTransport, type Fetch } from './transport.ts'

export interface ConnectOptions {
  /** The revision to speak, and with it the transport. Default: the newest. */
  revision?: string
  /** Where the server is, if not at `http://localhost/mcp` (or `/sse`): under a path of an app, say. */
  url?: string
  /** Headers of every request: Authorization, say. */
  headers?: Record<string, string>
  /** Default: `{ name: 'test', version: '1' }`. */
  clientInfo?: Implementation
  /** The least severe log messages to be sent. Default: info. */
  logLevel?: LogLevel
  /** Answers `elicitation/create`. To have one of these three declares its capability: without, nobody can be asked. */
  elicit?(params: Params): object | Promise<object>
  /** Answers `sampling/createMessage`. */
  sample?(params: Params): object | Promise<object>
  /** Answers `roots/list`. */
  roots?: readonly { uri: string; name?: string }[]
  /** Extensions that the client declares, with what it says of each: `{ 'io.modelcontextprotocol/tasks': {} }`. */
  extensions?: Readonly<Record<string, object>>
}

export interface RequestOptions {
  /** Cancels the request once it is aborted. */
  signal?: AbortSignal
  /** Headers that repeat what the params say (2026-07-28, `Mcp-Param-*`). */
  headers?: Record<string, string>
}

/** What a server tells of itself: the result of `initialize`, or of `server/discover`. */
export interface ServerDescription {
  capabilities: Capabilities
  serverInfo?: Implementation
  instructions?: string
}

/** What is sent to a server that has gone meanwhile reaches nobody: no request waits for it, and none fails by it. */
const gone = (): void => {}

interface Pending {
  resolve(result: object): void
  reject(why: unknown): void
}

/** The client's end of a conversation: requests and their responses, questions and their answers, notifications. */
export class Connection {
  readonly revision: string
  /** Whether the conversation begins with a handshake. */
  readonly hasHandshake: boolean
  readonly #notifications = new Notifications()
  /** All notifications so far, in their order. */
  readonly notifications: Notification[] = this.#notifications.all
  readonly #fetch: Fetch
  readonly #options: ConnectOptions
  readonly #capabilities: Capabilities
  readonly #pending = new Map<Id, Pending>()
  #transport: ClientTransport | undefined
  #isClosed = false
  #lastId = 0

  constructor(fetch: Fetch, options: ConnectOptions) {
    const { revision = revisions[0]!.version, elicit, sample, roots, extensions } = options
    const versions = revisions.map(({ version }) => version)
    if (!versions.includes(revision)) throw new TypeError(`revision must be one of ${versions.join(', ')}.`)
    this.revision = revision
    this.hasHandshake = !perRequestRevisions.has(revision)
    this.#fetch = fetch
    this.#options = options
    this.#capabilities = {
      ...(elicit && { elicitation: this.hasHandshake ? {} : { form: {}, url: {} } }),
      ...(sample && { sampling: {} }),
      ...(roots && { roots: {} }),
      ...(extensions && { extensions }),
    }
  }

  /** Opens the connection: with the handshake, or the request that stands in its place. */
  async open(): Promise<ServerDescription> {
    const isHttpSse = this.revision === oldestHandshake.version
    const { url = `http://localhost/${isHttpSse ? 'sse' : 'mcp'}`, headers = {} } = this.#options
    const openTransport = !this.hasHandshake ? statelessHttp : isHttpSse ? httpSse : streamableHttp
    this.#transport = await openTransport({
      fetch: this.#fetch,
      url,
      headers: { 'mcp-protocol-version': this.revision, ...headers },
      receive: (message) => this.#receive(message),
      isWaiting: (id) => this.#pending.has(id),
      fail: (why, id) => this.#fail(why, id),
    })
    if (!this.hasHandshake) return (await this.request('server/discover')) as ServerDescription
    const { clientInfo = CLIENT, logLevel } = this.#options
    const params = { protocolVersion: this.revision, capabilities: this.#capabilities, clientInfo }
    const described = (await this.request('initialize', params)) as ServerDescription & { protocolVersion: string }
    if (described.protocolVersion !== this.revision)
      throw new Error(`The server speaks ${described.protocolVersion} and not ${this.revision}.`)
    await this.#transport.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    if (logLevel !== undefined) await this.request('logging/setLevel', { level: logLevel })
    return described
  }

  /**
   * Sends a request, and answers what it asks on the way. Throws RpcError where the response is an error, and Error where
   * it goes on asking.
   */
  async request(method: string, params: Params = {}, options: RequestOptions = {}): Promise<object> {
    let more: Params = {}
    for (let rounds = 0; ; rounds++) {
      const result = (await this.#requestOnce(method, { ...params, ...more }, options)) as Params
      if (result['resultType'] !== 'input_required') return result
      const { inputRequests = {}, requestState } = result as { inputRequests?: Record<string, RpcRequest> } & Params
      if (rounds === MAX_ROUNDS) throw new Error(`${method} asks again and again: ${JSON.stringify(inputRequests)}`)
      const answers = Object.entries(inputRequests).map(async ([name, asked]) => [name, await this.#answer(asked)])
      const inputResponses: unknown = Object.fromEntries((await Promise.all(answers)) as [string, object][])
      more = { inputResponses, ...(requestState !== undefined && { requestState }) }
    }
  }

  /** The next notification of a method that this has not returned before; waits for it, until the signal is aborted. */
  next(method: string, signal?: AbortSignal): Promise<Notification> {
    if (this.#isClosed) return Promise.reject(closedError())
    return this.#notifications.next(method, signal)
  }

  /** Ends the session, if there is one, and all that waits. */
  async close(): Promise<void> {
    this.#isClosed = true
    try {
      await this.#transport?.close()
    } finally {
      this.#fail(closedError())
    }
  }

  /** Sends one request, and returns its result. */
  async #requestOnce(method: string, given: Params, { signal, headers }: RequestOptions): Promise<object> {
    signal?.throwIfAborted()
    const id = ++this.#lastId
    const _meta = { ...this.#metaOf(id), ...(given['_meta'] as Params | undefined) }
    const params = method === 'initialize' ? given : { ...given, _meta }
    const response = new Promise<object>((resolve, reject) => this.#pending.set(id, { resolve, reject }))
    const cancel = (): void => {
      if (this.hasHandshake)
        this.#transport!
          .send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } })
          .catch(gone)
      this.#fail(signal!.reason, id)
    }
    signal?.addEventListener('abort', cancel, { once: true })
    const own = this.hasHandshake ? {} : { 'mcp-method': method, ...nameHeader(given), ...headers }
    const sent = this.#transport!.send({ jsonrpc: '2.0', id, method, params }, own, signal)
    sent.catch((error: unknown) => this.#fail(error, id))
    return response.finally(() => signal?.removeEventListener('abort', cancel))
  }

  #metaOf(progressToken: Id): Params {
    if (this.hasHandshake) return { progressToken }
    const { clientInfo = CLIENT, logLevel = 'info' } = this.#options
    return {
      progressToken,
      [`${META}protocolVersion`]: this.revision,
      [`${META}clientCapabilities`]: this.#capabilities,
      [`${META}clientInfo`]: clientInfo,
      [`${META}logLevel`]: logLevel,
    }
  }

  #receive(message: Message): void {
    if (isResponse(message)) return this.#settle(message)
    if (isRequest(message)) return void this.#reply(message).catch(gone)
    this.#notifications.add(message)
  }

  #settle(response: RpcResponse): void {
    const pending = this.#pending.get(response.id!)
    this.#pending.delete(response.id!)
    if ('result' in response) pending?.resolve(response.result)
    else pending?.reject(new RpcError(response.error.code, response.error.message, response.error.data))
  }

  /** Replies to a request of the server. */
  async #reply(request: RpcRequest): Promise<void> {
    const { id, method } = request
    const answer = await this.#answer(request).then(
      (result) => ({ result }),
      (error: Error) => ({ error: { code: METHOD_NOT_FOUND, message: error.message } }),
    )
    if (method === 'ping') return this.#transport!.send({ jsonrpc: '2.0', id, result: {} })
    await this.#transport!.send({ jsonrpc: '2.0', id, ...answer })
  }

  async #answer({ method, params = {} }: { method: string; params?: Params }): Promise<object> {
    const { elicit, sample, roots } = this.#options
    if (method === 'elicitation/create' && elicit) return elicit(params)
    if (method === 'sampling/createMessage' && sample) return sample(params)
    if (method === 'roots/list' && roots) return { roots }
    throw new Error(`The server asks ${method}: give connect() an answer (elicit, sample, roots).`)
  }

  /** Rejects a request; without an id all of them, and whoever waits for a notification. */
  #fail(why: unknown, id?: Id): void {
    for (const [each, pending] of this.#pending) {
      if (id !== undefined && each !== id) continue
      this.#pending.delete(each)
      pending.reject(why)
    }
    if (id === undefined) this.#notifications.fail(why)
  }
}

/** Rounds of questions of one request. One that asks more often does not know what it was answered. */
const MAX_ROUNDS = 100

const closedError = () => new Error('The client has closed.')

const CLIENT = { name: 'test', version: '1' }
const META = 'io.modelcontextprotocol/'

/** `Mcp-Name` repeats what is called: the name of a tool or a prompt, the URI of a resource, the id of a task. */
function nameHeader({ name, uri, taskId }: Params): Record<string, string> {
  const named = name ?? uri ?? taskId
  return typeof named === 'string' ? { 'mcp-name': asHeader(named) } : {}
}

/** The text of a header that repeats a value: Base64 between exact marks where it is not plain ASCII. */
export function asHeader(value: unknown): string {
  const text = String(value)
  const isPlain = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith('=?')
  return isPlain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`
}
