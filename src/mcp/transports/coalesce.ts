import type { Message } from '../../jsonrpc/index.ts'

/**
 * What a message is the newest word on, while its reader lags (see `EventStream.send`): progress on a token, a change
 * of a list or a resource. Log messages are nothing one must have read. Answers and requests are each their own.
 */
export function standsFor(message: Message): string | undefined {
  if (!('method' in message) || 'id' in message) return undefined
  const { method, params } = message
  if (method === 'notifications/message') return ''
  if (method === 'notifications/progress') return `${method} ${JSON.stringify(params?.['progressToken'])}`
  if (method === 'notifications/resources/updated') return `${method} ${String(params?.['uri'])}`
  return method.endsWith('/list_changed') ? method : undefined
}
