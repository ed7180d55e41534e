// The headers of the EventSource: those that it sends, in which the last event ID is a text, and the type that it takes.

/** Request headers as they are given: a last event ID among them is a text of any characters. */
export function headersOf(given: Record<string, string> | Iterable<[string, string]> = {}): Headers {
  const entries = isIterable(given) ? [...given] : Object.entries(given)
  return new Headers(entries.map(([name, value]) => [name, /^last-event-id$/i.test(name) ? encode(value) : value]))
}

/** Programs in JavaScript may give what `fetch` takes: a Headers object, or a list of pairs. */
const isIterable = (given: object): given is Iterable<[string, string]> => Symbol.iterator in given

/** A text in UTF-8 as `fetch` takes a header value: its bytes, each written as the character of that number. */
export const encode = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')

export const decode = (value: string): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(value, (byte) => byte.charCodeAt(0)))

/**
 * Whether a header value arrives as it is sent (RFC 9110, section 5.5 "Field Values"): no control character but the tab,
 * and no blank at an end, where it would be taken away.
 */
export const isFieldValue = (value: string): boolean =>
  /^[\t\x20-\x7e\x80-\xff]+$/.test(value) && !/^[\t ]|[\t ]$/.test(value)

/**
 * Whether a response is an event stream: status 200, and the type text/event-stream. Of several types the last valid one
 * counts (Fetch, "extract a MIME type"), without its parameters, where a comma may stand in quotes.
 */
export function isEventStream({ status, headers }: Response): boolean {
  const types = (headers.get('Content-Type') ?? '').replaceAll(/"(\\.|[^"\\])*"?/g, '""').split(',')
  const essences = types.map((type) => /^[\t ]*([!#$%&'*+.^`|~\w-]+\/[!#$%&'*+.^`|~\w-]+)[\t ]*(;|$)/.exec(type)?.[1])
  const last = essences.findLast((essence) => essence !== undefined && essence !== '*/*')
  return status === 200 && last?.toLowerCase() === 'text/event-stream'
}
