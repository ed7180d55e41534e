import { RpcError } from '../../jsonrpc/index.ts'
import type { Annotations } from '../protocol/types.ts'
import type { Revision } from './revision.ts'

/** The first public revision. https://modelcontextprotocol.io/specification/2024-11-05 */
export const rev20241105: Revision = {
  version: '2024-11-05',
  lifecycle: 'handshake',
  methods: [
    'initialize',
    'notifications/initialized',
    'notifications/cancelled',
    'ping',
    'logging/setLevel',
    'tools/list',
    'tools/call',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'resources/subscribe',
    'resources/unsubscribe',
    'prompts/list',
    'prompts/get',
    'completion/complete',
  ],
  inputRequestMethods: ['sampling/createMessage', 'roots/list'],
  batching: false,
  checksVersionHeader: false,
  primesStreams: false,
  contentTypes: ['text', 'image', 'resource'],
  encodeServerInfo: ({ name, version }) => ({ name, version }),
  encodeCapabilities: ({ completions: _later, ...capabilities }) => capabilities,
  encodeTool: ({ name, description, inputSchema }) => ({ name, description, inputSchema }),
  encodeResource: ({ uri, uriTemplate, name, description, mimeType, size, annotations }) => ({
    uri,
    uriTemplate,
    name,
    description,
    mimeType,
    size,
    annotations: withoutDate(annotations),
  }),
  encodePrompt: (prompt) => ({
    name: prompt.name,
    description: prompt.description,
    arguments: prompt.arguments?.map(({ name, description, required }) => ({ name, description, required })),
  }),
  encodeContent: ({ _meta, ...content }) => ({
    ...content,
    annotations: withoutDate(content.annotations),
    ...('resource' in content && { resource: rev20241105.encodeResourceContents(content.resource) }),
  }),
  encodeResourceContents: ({ _meta, ...contents }) => contents,
  encodeCallResult: ({ structuredContent: _later, ...result }) => result,
  encodeProgress: ({ progressToken, progress, total }) => ({
    progressToken,
    progress,
    ...(total !== undefined && { total }),
  }),
  resourceNotFound: (uri) => new RpcError(-32002, 'Resource not found', { uri }),
}

const withoutDate = (annotations?: Annotations) =>
  annotations && { audience: annotations.audience, priority: annotations.priority }
