import type { Params } from '../../jsonrpc/index.ts'
import type { ToolInfo } from '../types.ts'

/** How far a piece of work has come, as the newest revision has it. */
export interface Progress extends Params {
  progressToken: string | number
  progress: number
  total?: number
  message?: string
}

/** Everything in which one published revision differs from the next: data, and a few small functions. */
export interface Revision {
  readonly version: string
  /** What a client may call. A method that is not in this list does not exist in this revision. */
  readonly methods: readonly string[]
  /** What a server may ask its client. */
  readonly questions: readonly string[]
  /** Leaves out what this revision has no word for. */
  encodeTool(tool: ToolInfo): object
  encodeProgress(progress: Progress): Params
}
