import { INVALID_PARAMS, RpcError } from '../../jsonrpc/index.ts'
import type { Meta } from '../protocol/types.ts'
import { rev20251125 } from './2025-11-25.ts'
import type { Revision } from './revision.ts'

/** https://modelcontextprotocol.io/specification/2026-07-28/changelog */
export const rev20260728: Revision = {
  ...rev20251125,
  version: '2026-07-28',
  lifecycle: 'per-request', // major changes 1 and 2
  // Major changes 2 to 5: two new methods, and seven fewer.
  methods: [
    'server/discover',
    'subscriptions/listen',
    'tools/list',
    'tools/call',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'prompts/list',
    'prompts/get',
    'completion/complete',
  ],
  primesStreams: false, // major change 9
  // Minor change 10: outputs of any kind.
  encodeTool: (tool) => ({ ...rev20251125.encodeTool(tool), outputSchema: tool.outputSchema }),
  encodeCallResult: (result) => ({
    ...rev20251125.encodeCallResult(result),
    structuredContent: result.structuredContent,
  }),
  encodeResult(method, result: { resultType?: string; _meta?: Meta }, { name, version }) {
    const { resultType = 'complete', _meta } = result
    return {
      resultType, // major change 8
      ...(resultType === 'complete' && CACHEABLE.has(method) && { ttlMs: 0, cacheScope: 'private' }), // minor change 5
      ...result,
      _meta: { ..._meta, 'io.modelcontextprotocol/serverInfo': { name, version } }, // major change 2
    }
  },
  resourceNotFound: (uri) => new RpcError(INVALID_PARAMS, 'Resource not found', { uri }), // minor change 6
}

const CACHEABLE = new Set([
  'server/discover',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
])
