import type { Revision } from './revision.ts'

/** The first public revision. https://modelcontextprotocol.io/specification/2024-11-05 */
export const rev20241105: Revision = {
  version: '2024-11-05',
  methods: [
    'initialize',
    'notifications/initialized',
    'notifications/cancelled',
    'ping',
    'logging/setLevel',
    'tools/list',
    'tools/call',
  ],
  questions: ['sampling/createMessage', 'roots/list'],
  encodeTool: ({ name, description, inputSchema }) => ({ name, description, inputSchema }),
  encodeProgress: ({ progressToken, progress, total }) => ({
    progressToken,
    progress,
    ...(total !== undefined && { total }),
  }),
}
