import { rev20250618 } from './2025-06-18.ts'
import type { Revision } from './revision.ts'

/** https://modelcontextprotocol.io/specification/2025-11-25/changelog */
export const rev20251125: Revision = {
  ...rev20250618,
  version: '2025-11-25',
  primesStreams: true, // minor change 5
  encodeServerInfo: (server) => server, // minor change 1
  // Major change 2: icons.
  encodeTool: (tool) => ({ ...rev20250618.encodeTool(tool), icons: tool.icons }),
  encodeResource: (resource) => ({ ...rev20250618.encodeResource(resource), icons: resource.icons }),
  encodePrompt: (prompt) => ({ ...rev20250618.encodePrompt(prompt), icons: prompt.icons }),
  encodeContent: (content) => content,
}
