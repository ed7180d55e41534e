import type { CallToolResult, ToolInfo } from '../protocol/types.ts'
import { rev20250326 } from './2025-03-26.ts'
import type { Revision } from './revision.ts'

/** https://modelcontextprotocol.io/specification/2025-06-18/changelog */
export const rev20250618: Revision = {
  ...rev20250326,
  version: '2025-06-18',
  inputRequestMethods: [...rev20250326.inputRequestMethods, 'elicitation/create'], // major change 6
  batching: false, // major change 1
  checksVersionHeader: true, // major change 8
  contentTypes: [...rev20250326.contentTypes, 'resource_link'], // major change 7
  // Other schema changes 1 and 3: "_meta" on more types, "title" beside "name".
  encodeServerInfo: ({ name, version, title }) => ({ name, version, ...(title && { title }) }),
  encodeTool: (tool) => ({
    ...rev20250326.encodeTool(tool),
    title: tool.title,
    outputSchema: objectSchema(tool), // major change 2
    _meta: tool._meta,
  }),
  encodeResource: (resource) => ({
    ...rev20250326.encodeResource(resource),
    title: resource.title,
    annotations: resource.annotations,
    _meta: resource._meta,
  }),
  encodePrompt: (prompt) => ({
    ...rev20250326.encodePrompt(prompt),
    title: prompt.title,
    arguments: prompt.arguments?.map(({ name, title, description, required }) => ({
      name,
      title,
      description,
      required,
    })),
    _meta: prompt._meta,
  }),
  encodeContent: (content) =>
    content.type === 'resource_link' ? { type: content.type, ...rev20250618.encodeResource(content) } : content,
  encodeResourceContents: (contents) => contents,
  encodeCallResult: (result) => ({
    ...rev20250326.encodeCallResult(result),
    structuredContent: objectContent(result), // major change 2
  }),
}

// Until 2026-07-28 both are objects.
const objectSchema = ({ outputSchema }: ToolInfo) => (outputSchema?.type === 'object' ? outputSchema : undefined)

const objectContent = ({ structuredContent: value }: CallToolResult) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
