import type { Params, RpcError } from '../../jsonrpc/index.ts'
import type {
  CallToolResult,
  Capabilities,
  Content,
  Implementation,
  PromptInfo,
  ResourceContents,
  ResourceInfo,
  ResourceTemplateInfo,
  ToolInfo,
} from '../protocol/types.ts'

/** How far a piece of work has come, as the newest revision has it. */
export interface Progress extends Params {
  progressToken: string | number
  progress: number
  total?: number
  message?: string
}

/**
 * Everything in which one published revision differs from the next: data, and a few small functions. Those called
 * encode… leave out what the revision has no word for, and add what it demands.
 */
export interface Revision {
  readonly version: string
  /** How a client makes itself known: once by `initialize`, or by `_meta` on every request. */
  readonly lifecycle: 'handshake' | 'per-request'
  /** What a client may call. A method that is not in this list does not exist in this revision. */
  readonly methods: readonly string[]
  /** What a server may ask its client for. */
  readonly inputRequestMethods: readonly string[]
  /** Whether several messages may come in one POST. */
  readonly batching: boolean
  /** Whether a request after the handshake names its version in a header. */
  readonly checksVersionHeader: boolean
  /** Whether a stream starts with an event that has an id and no data. */
  readonly primesStreams: boolean
  readonly contentTypes: readonly Content['type'][]
  encodeServerInfo(server: Implementation): Implementation
  encodeCapabilities(capabilities: Capabilities): Capabilities
  encodeTool(tool: ToolInfo): object
  /** A resource, or a template of resources. */
  encodeResource(resource: Partial<ResourceInfo & ResourceTemplateInfo>): object
  encodePrompt(prompt: PromptInfo): object
  encodeContent(content: Content): object
  encodeResourceContents(contents: ResourceContents): object
  encodeCallResult(result: CallToolResult): object
  encodeProgress(progress: Progress): Params
  /** The last step of every result, where there is one. */
  encodeResult?(method: string, result: object, server: Implementation): object
  resourceNotFound(uri: string): RpcError
}
