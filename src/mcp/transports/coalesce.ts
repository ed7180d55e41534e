import type { Message } from '../../jsonrpc/index.ts'
import { DROPPABLE, type CoalesceKey } from '../../sse/index.ts'

/**
 * The coalesce key of a message: while the reader lags, a message takes the place of the one that waits under the same
 * key (`EventStream.send`). Progress has one for each token, a change one for each list or resource. Log messages may
 * be dropped. Responses and requests have none: each of them stays.
 */
export function coalesceKey(message: Message): CoalesceKey | undefined {
  if (!('method' in message) || 'id' in message) return undefined
  const { method, params } = message
  if (method === 'notifications/message') return DROPPABLE
  if (method === 'notifications/progress') return `${method} ${JSON.stringify(params?.['progressToken'])}`
  if (method === 'notifications/resources/updated') return `${method} ${String(params?.['uri'])}`
  return method.endsWith('/list_changed') ? method : undefined
}
