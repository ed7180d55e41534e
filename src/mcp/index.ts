export { INTERNAL_ERROR, INVALID_REQUEST, RpcError } from '../jsonrpc/index.ts'
export type { Answers, Ask, Questions } from './ask.ts'
export type { Auth, Principal } from './auth.ts'
export { HttpError } from './http-error.ts'
export { createGuard, type Guard, type GuardOptions } from './guard.ts'
export { createMcpHandler, pathOf, type HttpOptions, type McpHandler } from './http.ts'
export { LIMITS, limitsFrom, type Limits } from './limits.ts'
export { logToStderr, type Log, type LogEntry } from './log.ts'
export { definePrompt } from './prompt.ts'
export type {
  Complete,
  CompletionContext,
  Prompt,
  PromptArguments,
  PromptDefinition,
  PromptParameter,
  PromptReturn,
} from './prompt.ts'
export { defineResource, defineResourceTemplate } from './resource.ts'
export type { Resource, ResourceReturn, ResourceTemplate, ResourceTemplateDefinition } from './resource.ts'
export type { Infer, JsonSchema } from './schema.ts'
export { createMcpServer, type McpServer, type ServerOptions } from './server.ts'
export { defineTool, type Call, type Tool, type ToolDefinition, type ToolReturn } from './tool.ts'
export { ToolError } from './tool-error.ts'
export type {
  Annotations,
  CallToolResult,
  Capabilities,
  Content,
  GetPromptResult,
  Icon,
  Implementation,
  LogLevel,
  PromptMessage,
  ResourceContents,
  ToolAnnotations,
  ToolInfo,
} from './types.ts'
export { methodNotAllowed, notFound } from './transports/plain.ts'
export type { Change, Changes } from './changes.ts'
