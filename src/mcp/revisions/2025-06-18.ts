import { rev20250326 } from './2025-03-26.ts'
import type { Revision } from './revision.ts'

/** https://modelcontextprotocol.io/specification/2025-06-18/changelog */
export const rev20250618: Revision = {
  ...rev20250326,
  version: '2025-06-18',
  questions: [...rev20250326.questions, 'elicitation/create'], // major change 5
  encodeTool: (tool) => ({ ...rev20250326.encodeTool(tool), title: tool.title }), // other schema changes: "title"
}
