// The checker of the course (course/stages), which the package brings: what talks to a server, and what the course
// checks. `sse-mcp check` adds checks of its own (src/cli/checks); there is one checker, and one notation for what went
// over the wire.

/** What one check says to a server, and what it hears. */
export interface Conversation {
  /** Goes on if the condition holds. `wanted`, in terms of the wire, is what is missing otherwise. */
  want(condition: unknown, wanted: string): void
  /** What a promise gives, if it comes in so many milliseconds; `wanted` is what is missing otherwise. */
  within<T>(promise: Promise<T>, wanted: string, ms: number): Promise<T>
  /** Leaves the check: it does not apply, for this reason. */
  skip(reason: string): never
  request(method: string, url: string | URL, options?: RequestOptions): Promise<HttpExchange>
  post(url: string | URL, message: unknown, headers?: Record<string, string>): Promise<HttpExchange>
  /** What is said before it leaves. */
  atEnd(farewell: () => Promise<unknown>): void
  /** What went over the wire so far, a line each. */
  readonly lines: readonly string[]
  leave(): Promise<void>
  /** Ends it at once, without a farewell: nothing is waited for or sent any more. */
  close(): void
}

export interface RequestOptions {
  headers?: Record<string, string>
  body?: string | Buffer[]
}

/** A request and its response. */
export interface HttpExchange {
  status: number
  /** The type of the body, without parameters. */
  type: string
  headers: Record<string, string | undefined>
  readonly body: string
  event(wanted?: string): Promise<{ type: string; data: string; lastEventId: string }>
  answer(id: unknown): Promise<Message>
  end(wanted?: string): Promise<true>
  json(): Promise<Message>
  close(): void
}

/** A JSON-RPC message of a stranger: anything may be missing. */
export interface Message {
  id?: unknown
  // eslint-disable-next-line -- a stranger's: each check wants what it reads
  result?: any
  error?: { code?: unknown; message?: unknown; data?: Record<string, unknown> }
}

/** A request of ours. */
export interface JsonRpcRequest {
  jsonrpc: string
  id: string | number
  method: string
  params?: { _meta?: object }
}

/** Which server, and what is known of it. */
export interface Target {
  sse: string
  mcp: string
  /** The revision that is spoken. */
  version: string
  /** Sent with every request, and shown nowhere. */
  headers: Record<string, string>
  /** What it declares. */
  capabilities: Record<string, unknown>
  /** Whether any 2xx will do on HTTP+SSE, and any error for a wrong argument: the specification names none. */
  anyStatus: true
  /** The tool that may be called, with arguments that are good. */
  call?: { name: string; arguments: object }
}

/** `must` and `should` are sentences of the specification, `section` is where they stand. */
export interface Check {
  en: string
  zh: string
  must?: string
  should?: string
  section?: string
  /** The capability without which it does not apply. */
  needs?: string
  run(talk: Conversation, target: Target): Promise<void>
}

export interface Outcome {
  outcome: 'passed' | 'skipped' | 'failed'
  reason?: string
  /** What went over the wire, a line each. */
  lines: readonly string[]
}

export interface SseClient {
  endpoint: URL
  stream: HttpExchange
  post(message: unknown, headers?: Record<string, string>): Promise<HttpExchange>
  call(method: string, params?: object, id?: unknown): Promise<Message>
  initialize(version?: string): Promise<Record<string, unknown>>
}

export interface Session {
  id?: string
  /** The headers of the session. */
  session: Record<string, string>
  result: Record<string, unknown>
  post(message: unknown, headers?: Record<string, string>): Promise<HttpExchange>
}

interface Stage {
  number: number
  rule: string
  needs?: string
  checks: readonly Check[]
}

interface Stages {
  stages: readonly Stage[]
  /** Runs a check, until the signal is aborted. */
  runCheck(check: Check, target: Target, signal?: AbortSignal): Promise<Outcome>
  /** Milliseconds after which a conversation ends, however much the server says. */
  CHECK_MS: number
  Conversation: new (headers?: Record<string, string>) => Conversation
  connect(talk: Conversation, target: Pick<Target, 'sse'>): Promise<SseClient>
  open(talk: Conversation, target: Target, version: string): Promise<Session>
  stateless(
    method: string,
    params: object,
    version: string,
  ): { message: JsonRpcRequest; headers: Record<string, string> }
}

// Beside `src` and beside `dist`, in the repository and in the package.
const FOLDER = new URL('../../course/stages/', import.meta.url)
const load = async (file: string): Promise<object> => (await import(new URL(file, FOLDER).href)) as object

const files = await Promise.all(
  ['check.mjs', 'wire.mjs', 'sse-client.mjs', '9-streamable.mjs', '10-stateless.mjs'].map(load),
)
export const { stages, runCheck, CHECK_MS, Conversation, connect, open, stateless } = Object.assign(
  {},
  ...files,
) as Stages
