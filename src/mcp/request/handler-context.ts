import type { InputRequests, InputResponses, LogLevel } from '../protocol/types.ts'

/** Who is calling, as far as authorization has found out. */
export interface Principal {
  issuer: string
  subject: string
  /** The program that the subject lets act for it. */
  client?: string
  /** When the token ends, in milliseconds since 1970, and its open streams with it. A session keeps that of its first. */
  expiresAt?: number
  /** Whether many callers go by this name, as with one token for all: then no share is kept from it for others. */
  isShared?: boolean
}

/** Asks the client for input. Rejects with ToolError where it cannot be asked, refuses, or does not answer in time. */
export type Ask = (requests: InputRequests) => Promise<InputResponses>

/** What the function of a tool, a prompt or a resource may know and do while it runs. Nothing in it speaks of HTTP. */
export interface HandlerContext {
  /** Aborted at the deadline, when the client cancels, and when the client is gone. Hand it on to `fetch`. */
  readonly signal: AbortSignal
  /** When the time is up, in milliseconds since 1970. */
  readonly deadline: number
  /** Who is calling; undefined without authorization. */
  readonly principal: Principal | undefined
  /** Says how far the work has come, to a client that asked for it. It must grow; what does not is dropped. */
  progress(progress: number, total?: number, message?: string): void
  /** A log message to the client, which chooses the least severe level it wants. */
  log(level: LogLevel, data: unknown, logger?: string): void
  /** Asks the client (elicitation, sampling, roots). Ask before you act: the body may run again from its first line. */
  ask: Ask
  /** Ends the connection where the client can come back for the rest, and asks it to wait so many milliseconds. */
  releaseConnection(retryMs: number): void
}

/** What else is known while a value is being typed. */
export interface CompletionContext {
  /** Values chosen before, by name. */
  readonly arguments: Readonly<Record<string, unknown>>
  readonly principal: Principal | undefined
}

/** Suggests values that go on from what has been typed. */
export type Complete = (value: string, context: CompletionContext) => readonly string[] | Promise<readonly string[]>
