import { rev20250618 } from './2025-06-18.ts'
import type { Revision } from './revision.ts'

/** https://modelcontextprotocol.io/specification/2025-11-25/changelog */
export const rev20251125: Revision = {
  ...rev20250618,
  version: '2025-11-25',
}
