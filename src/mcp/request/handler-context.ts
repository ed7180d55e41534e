import type { InputRequests, InputResponses, LogLevel } from '../protocol/types.ts'

/** A principal: who is calling, as authorization has found out. */
export interface Principal {
  issuer: string
  subject: string
  /** The program that the subject lets act for it. */
  client?: string
  /** The end of the token, in milliseconds since 1970, and of the streams that were opened with it. */
  expiresAt?: number
  /** Whether many callers go by this name, as with one token for all: then it may have more than the share of one. */
  isShared?: boolean
}

/**
 * Asks the client for input. Rejects with ToolError where the client cannot be asked, refuses, or does not answer
 * within ten minutes. The results come from outside, unchecked.
 */
export type Ask = (requests: InputRequests) => Promise<InputResponses>

/**
 * The context of an author's function (of a tool, a prompt, a resource) while it runs. Nothing in it speaks of HTTP.
 */
export interface HandlerContext {
  /** A signal, aborted at the deadline, when the client cancels, and when the client is gone. Hand it on to `fetch`. */
  readonly signal: AbortSignal
  /** The time at which it is stopped, in milliseconds since 1970. It moves on while the client is asked. */
  readonly deadline: number
  /** The principal that is calling; undefined without authorization. */
  readonly principal: Principal | undefined
  /** The extensions that the client declares: its settings, by identifier. They come from outside, unchecked. */
  readonly extensions: Readonly<Record<string, object>>
  /** Tells a client that asked for it how far the work has come. The number must grow; one that does not is dropped. */
  progress(progress: number, total?: number, message?: string): void
  /** Sends a log message to the client, which has chosen the least severe level that it wants. */
  log(level: LogLevel, data: unknown, logger?: string): void
  /** Asks the client (elicitation, sampling, roots). Ask before you act: the body may run again from its first line. */
  ask: Ask
  /**
   * Ends the connection where the client can come back for the rest, and asks it to wait `retryMs` milliseconds before.
   */
  releaseConnection(retryMs: number): void
}

/** The context of a completion: what it may go by beside the value. */
export interface CompletionContext {
  /** The values of other arguments that were chosen before, by name. They come from outside, unchecked. */
  readonly arguments: Readonly<Record<string, unknown>>
  readonly principal: Principal | undefined
}

/** A function that suggests values, for the beginning of one that was typed. */
export type Complete = (value: string, context: CompletionContext) => readonly string[] | Promise<readonly string[]>
