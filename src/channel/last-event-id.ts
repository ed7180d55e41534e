/** What has request headers: a request of node:http, or the Request of a fetch server. */
export interface WithHeaders {
  readonly headers: Headers | Record<string, string | readonly string[] | undefined>
}

/**
 * The last event ID of a reader who comes back: the header `Last-Event-ID`, read as the UTF-8 that it is. Empty for a
 * reader who is new. Anybody can send any: an ID says where to go on, not who may.
 * HTML Standard, section 9.2.4 "The `Last-Event-ID` header".
 */
export function lastEventIdOf({ headers }: WithHeaders): string {
  const value = isHeaders(headers) ? headers.get('last-event-id') : headers['last-event-id']
  if (typeof value !== 'string') return ''
  // Servers hand a header over as bytes, each written as the character of that number.
  const bytes = Uint8Array.from(value, (character) => character.charCodeAt(0))
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

const isHeaders = (headers: WithHeaders['headers']): headers is Headers => typeof headers['get'] === 'function'
