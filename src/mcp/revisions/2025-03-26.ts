import { rev20241105 } from './2024-11-05.ts'
import type { Revision } from './revision.ts'

/** https://modelcontextprotocol.io/specification/2025-03-26/changelog */
export const rev20250326: Revision = {
  ...rev20241105,
  version: '2025-03-26',
  batching: true, // major change 3
  contentTypes: [...rev20241105.contentTypes, 'audio'], // other schema changes
  encodeCapabilities: (capabilities) => capabilities, // other schema changes: "completions"
  encodeTool: (tool) => ({ ...rev20241105.encodeTool(tool), annotations: tool.annotations }), // major change 4
  encodeProgress: (progress) => progress, // other schema changes: "message"
}
