import { checkSchema } from '../json-schema/index.ts'
import { isRecord, type Params } from '../jsonrpc/index.ts'
import { headerParams } from '../mcp/features/header-params.ts'
import type { CallToolResult, Capabilities, ChangeBus, GetPromptResult, Implementation } from '../mcp/index.ts'
import type { PromptInfo, ResourceContents, ResourceInfo, ResourceTemplateInfo, ToolInfo } from '../mcp/index.ts'
import { asHeader, Connection, type ConnectOptions, type RequestOptions } from './connection.ts'
import type { Fetch } from './transport.ts'

/** A result of a tool, whose texts can be read without a look at each type: `content[0].text`. */
export type ToolResult = Omit<CallToolResult, 'content'> & {
  content: (CallToolResult['content'][number] & { text?: string })[]
}

/** A client for tests: results come back as they are, errors are thrown. */
export class TestClient extends Connection {
  /** What the server has told of itself. */
  serverInfo: Implementation | undefined
  capabilities: Capabilities = {}
  instructions: string | undefined
  /** The bus by which the server tells of changes, where `connect` has made it of options. */
  readonly changes: ChangeBus | undefined
  readonly #server: { close(): Promise<void> } | undefined
  #tools: Promise<ToolInfo[]> | undefined

  constructor(fetch: Fetch, options: ConnectOptions, server?: { changes: ChangeBus; close(): Promise<void> }) {
    super(fetch, options)
    this.#server = server
    this.changes = server?.changes
  }

  override async open() {
    const described = await super.open()
    this.capabilities = described.capabilities
    this.serverInfo = described.serverInfo
    this.instructions = described.instructions
    return described
  }

  listTools(): Promise<ToolInfo[]> {
    return this.#listAll('tools/list', 'tools')
  }

  listResources(): Promise<ResourceInfo[]> {
    return this.#listAll('resources/list', 'resources')
  }

  listResourceTemplates(): Promise<ResourceTemplateInfo[]> {
    return this.#listAll('resources/templates/list', 'resourceTemplates')
  }

  listPrompts(): Promise<PromptInfo[]> {
    return this.#listAll('prompts/list', 'prompts')
  }

  /** Calls a tool. What goes wrong inside it is a result with `isError`. An aborted signal cancels the call. */
  async callTool(name: string, args: Params = {}, options: RequestOptions = {}): Promise<ToolResult> {
    const headers = this.hasHandshake ? {} : await this.#paramHeaders(name, args)
    const result = await this.request('tools/call', { name, arguments: args }, { headers, ...options })
    return result as ToolResult
  }

  async readResource(uri: string): Promise<ResourceContents[]> {
    const { contents } = (await this.request('resources/read', { uri })) as { contents: ResourceContents[] }
    return contents
  }

  async getPrompt(name: string, args: Record<string, string> = {}): Promise<GetPromptResult> {
    return (await this.request('prompts/get', { name, arguments: args })) as GetPromptResult
  }

  /** What is suggested for an argument of a prompt (`{ type: 'ref/prompt', name }`), or a variable of a template. */
  async complete(ref: Params, name: string, value: string, chosen: Record<string, string> = {}): Promise<string[]> {
    const params = { ref, argument: { name, value }, context: { arguments: chosen } }
    const result = await this.request('completion/complete', params)
    return (result as { completion: { values: string[] } }).completion.values
  }

  /** Wants to hear of changes of these resources, and of the lists: take them by `next`. */
  async subscribe(...uris: string[]): Promise<void> {
    if (this.hasHandshake) {
      await Promise.all(uris.map((uri) => this.request('resources/subscribe', { uri })))
      return
    }
    const lists = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }
    // It is answered when it ends: with the server, or with this client.
    const ended = this.request('subscriptions/listen', { notifications: { ...lists, resourceSubscriptions: uris } })
    const refused = new AbortController()
    ended.then(
      () => refused.abort(new Error('The subscription has ended.')),
      (error: unknown) => refused.abort(error),
    )
    await this.next('notifications/subscriptions/acknowledged', refused.signal)
  }

  /** What was told of progress so far. */
  get progress(): Params[] {
    return this.#paramsOf('notifications/progress')
  }

  /** The log messages so far. */
  get logs(): Params[] {
    return this.#paramsOf('notifications/message')
  }

  /** Ends the connection, and the server that `connect` has made. */
  override async close(): Promise<void> {
    try {
      await super.close()
    } finally {
      await this.#server?.close()
    }
  }

  /** `await using client = await connect(…)` closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The entries of a list, of all its pages. */
  async #listAll<T>(method: string, member: string): Promise<T[]> {
    const all: T[] = []
    let cursor: unknown
    do {
      const page = (await this.request(method, cursor === undefined ? {} : { cursor })) as Params
      all.push(...(page[member] as T[]))
      cursor = page['nextCursor']
    } while (cursor !== undefined)
    return all
  }

  #paramsOf(wanted: string): Params[] {
    return this.notifications.filter(({ method }) => method === wanted).map(({ params = {} }) => params)
  }

  /** The headers that repeat the arguments of a tool which its schema marks with `x-mcp-header`. */
  async #paramHeaders(name: string, args: Params): Promise<Record<string, string>> {
    this.#tools ??= this.listTools().catch(() => [])
    const tool = (await this.#tools).find((one) => one.name === name)
    if (!tool) return {}
    const values = headerParams(checkSchema(tool.inputSchema, name)).map(({ name: header, path }) => {
      const value = path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), args)
      return [`mcp-param-${header.toLowerCase()}`, value] as const
    })
    const given = values.filter(([, value]) => value !== undefined && value !== null && typeof value !== 'object')
    return Object.fromEntries(given.map(([header, value]) => [header, asHeader(value)]))
  }
}
