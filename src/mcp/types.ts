import type { JsonSchema } from './schema.ts'

/** Who a client or a server is. */
export interface Implementation {
  name: string
  version: string
  title?: string
}

/** What a client or a server can do, by name. An empty object is a yes. */
export type Capabilities = Record<string, object>

/** RFC 5424's severities, least severe first. */
export const LOG_LEVELS = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export type Content =
  | { type: 'text'; text: string }
  | { type: 'image' | 'audio'; data: string; mimeType: string }
  | { type: 'resource'; resource: ResourceContents }

export interface ResourceContents {
  uri: string
  mimeType?: string
  text?: string
  blob?: string
}

export interface CallToolResult {
  content: Content[]
  /** True: the text says what went wrong, to the model, which may try again. */
  isError?: boolean
  _meta?: Record<string, unknown>
}

/** Hints for whoever decides whether a tool may run. A client does not have to believe them. */
export interface ToolAnnotations {
  title?: string
  readOnlyHint?: boolean
  destructiveHint?: boolean
  idempotentHint?: boolean
  openWorldHint?: boolean
}

/** What `tools/list` says of a tool. */
export interface ToolInfo {
  name: string
  title?: string
  description?: string
  inputSchema: JsonSchema
  annotations?: ToolAnnotations
}
