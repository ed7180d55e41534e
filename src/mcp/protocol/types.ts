import type { Params } from '../../jsonrpc/index.ts'
import type { JsonSchema } from '../../json-schema/types.ts'

/** A client or a server, as it introduces itself. */
export interface Implementation {
  name: string
  version: string
  title?: string
  description?: string
  icons?: readonly Icon[]
  websiteUrl?: string
}

/** A picture for a user interface: an https or data URI. */
export interface Icon {
  src: string
  mimeType?: string
  /** `48x48`, or `any` for what can be scaled. */
  sizes?: readonly string[]
  theme?: 'light' | 'dark'
}

/** The capabilities of a client or a server, by name. An empty object is a yes. */
export type Capabilities = Record<string, object> & { extensions?: Record<string, object> }

/** The severities of log messages (RFC 5424), the least severe first. */
export const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** The member `_meta`: metadata beside what the specification defines, by key. */
export type Meta = Record<string, unknown>

/** Annotations of content: for whom it is, how much it matters (0 to 1), and when it was modified last (ISO 8601). */
export interface Annotations {
  audience?: readonly ('user' | 'assistant')[]
  priority?: number
  lastModified?: string
}

/** A block of content: text, an image or audio as Base64, a resource, or a link to one. */
export type Content = { annotations?: Annotations; _meta?: Meta } & (
  | { type: 'text'; text: string }
  | { type: 'image' | 'audio'; data: string; mimeType: string }
  | { type: 'resource'; resource: ResourceContents }
  | ({ type: 'resource_link' } & ResourceInfo)
)

/** The contents of a resource: `text`, or bytes as `blob` in Base64. */
export interface ResourceContents {
  uri: string
  mimeType?: string
  text?: string
  blob?: string
  _meta?: Meta
}

/** The result of `tools/call`. */
export interface CallToolResult {
  content: Content[]
  /** The result as a JSON value, which fits the tool's outputSchema. */
  structuredContent?: unknown
  /** Whether the tool failed: then the text tells the model what went wrong, and it may try again. */
  isError?: boolean
  _meta?: Meta
}

/** Hints on a tool, for a client that decides whether it may run. A client does not have to believe them. */
export interface ToolAnnotations {
  title?: string
  readOnlyHint?: boolean
  destructiveHint?: boolean
  idempotentHint?: boolean
  openWorldHint?: boolean
}

/** The members that the entries of all lists have. */
interface Info {
  name: string
  /** The name for people. */
  title?: string
  description?: string
  icons?: readonly Icon[]
  _meta?: Meta
}

/** A tool, as `tools/list` has it. */
export interface ToolInfo extends Info {
  inputSchema: JsonSchema
  outputSchema?: JsonSchema
  annotations?: ToolAnnotations
}

/** A resource, as `resources/list` has it. */
export interface ResourceInfo extends Info {
  uri: string
  mimeType?: string
  /** The size in bytes. */
  size?: number
  annotations?: Annotations
}

/** A resource template, as `resources/templates/list` has it. */
export interface ResourceTemplateInfo extends Omit<ResourceInfo, 'uri' | 'size'> {
  uriTemplate: string
}

/** A prompt, as `prompts/list` has it. */
export interface PromptInfo extends Info {
  arguments?: readonly PromptArgument[]
}

/** An argument of a prompt; its value is a text. */
export interface PromptArgument {
  name: string
  title?: string
  description?: string
  required?: boolean
}

/** A message of a prompt, for the model. */
export interface PromptMessage {
  role: 'user' | 'assistant'
  content: Content
}

/** The result of `prompts/get`. */
export interface GetPromptResult {
  description?: string
  messages: readonly PromptMessage[]
  _meta?: Meta
}

/** Requests of the server to its client (elicitation, sampling, roots), by names of your own. */
export type InputRequests = Record<string, { method: string; params?: Params }>

/** The client's results, under the names of the requests. Check them: they come from outside. */
export type InputResponses = Record<string, object>
