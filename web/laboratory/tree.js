// @ts-check
// JSON-RPC messages and HTTP answers by their names.
const ERRORS = {
  [-32700]: 'Parse error',
  [-32600]: 'Invalid Request',
  [-32601]: 'Method not found',
  [-32602]: 'Invalid params',
  [-32603]: 'Internal error',
  [-32002]: 'Resource not found',
  [-32020]: 'HeaderMismatch',
  [-32021]: 'MissingRequiredClientCapability',
  [-32022]: 'UnsupportedProtocolVersion',
  [-32042]: 'URLElicitationRequired',
}
const STATUS = {
  200: 'OK',
  202: 'Accepted',
  204: 'No Content',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
}

export const errorName = (code) => ERRORS[code] ?? ''

/** `202 Accepted`; nothing before the answer, and under EventSource, which hides it. */
export const statusOf = ({ status } = {}) => (status ? `${status} ${STATUS[status] ?? ''}`.trim() : '')

/** @returns {'request' | 'notification' | 'result' | 'error' | undefined} */
export function kindOf(message) {
  if (typeof message?.method === 'string') return message.id === undefined ? 'notification' : 'request'
  return message?.error ? 'error' : message?.result && 'result'
}

/** The requests, of either side, that wait for a response. */
export const unanswered = (frames) => frames.filter(({ message, partner }) => !partner && kindOf(message) === 'request')
