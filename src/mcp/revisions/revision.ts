import type { Params, RpcError } from '../../jsonrpc/index.ts'
import type { CallToolResult, Capabilities, Content, Implementation, PromptInfo } from '../protocol/types.ts'
import type { ResourceContents, ResourceInfo, ResourceTemplateInfo, ToolInfo } from '../protocol/types.ts'

/** The params of a progress notification, as the newest revision has them. */
export interface Progress extends Params {
  progressToken: string | number
  progress: number
  total?: number
  message?: string
}

/**
 * A revision of the specification: everything in which it differs from the others, as data and a few small functions.
 * Those called encode… leave out what the revision has no word for, and add what it demands.
 */
export interface Revision {
  /** The date by which it is named. */
  readonly version: string
  /** How a client makes itself known: once by `initialize`, or by `_meta` on every request. */
  readonly lifecycle: 'handshake' | 'per-request'
  /** The methods that a client may call. Any other one does not exist in this revision. */
  readonly methods: readonly string[]
  /** The methods by which a server may ask its client for input. */
  readonly inputRequestMethods: readonly string[]
  /** Whether a POST may have a batch of messages. */
  readonly batching: boolean
  /** Whether a request after the handshake names its version in a header. */
  readonly checksVersionHeader: boolean
  /** Whether a stream begins with a priming event: one that has an id and no data. */
  readonly primesStreams: boolean
  /** The types of content that it knows. */
  readonly contentTypes: readonly Content['type'][]
  encodeServerInfo(server: Implementation): Implementation
  encodeCapabilities(capabilities: Capabilities): Capabilities
  encodeTool(tool: ToolInfo): object
  /** Encodes a resource, or a resource template. */
  encodeResource(resource: Partial<ResourceInfo & ResourceTemplateInfo>): object
  encodePrompt(prompt: PromptInfo): object
  encodeContent(content: Content): object
  encodeResourceContents(contents: ResourceContents): object
  encodeCallResult(result: CallToolResult): object
  encodeProgress(progress: Progress): Params
  /** Adds what every result has, in a revision in which there is such a thing. */
  encodeResult?(method: string, result: object, server: Implementation): object
  /** The error for a URI under which there is no resource. */
  resourceNotFound(uri: string): RpcError
}
