import type { Message } from '../../jsonrpc/index.ts'
import { DROPPABLE, type CoalesceKey } from '../../sse/index.ts'

/**
 * Which message takes the place of an older one while its reader lags (see `EventStream.send`): progress on a token, a
 * change of a list or a resource. Log messages may be dropped. Responses and requests each stay, without a key.
 */
export function coalesceKey(message: Message): CoalesceKey | undefined {
  if (!('method' in message) || 'id' in message) return undefined
  const { method, params } = message
  if (method === 'notifications/message') return DROPPABLE
  if (method === 'notifications/progress') return `${method} ${JSON.stringify(params?.['progressToken'])}`
  if (method === 'notifications/resources/updated') return `${method} ${String(params?.['uri'])}`
  return method.endsWith('/list_changed') ? method : undefined
}
