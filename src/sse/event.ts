/** One message of an event stream, as a server writes it. Every member is optional, but one must be there. */
export interface SseMessage {
  /** A comment: readers ignore it, proxies see traffic. Line ends split it into several comment lines. */
  comment?: string
  /** The event type. Empty or absent means `message`. One line without NUL. */
  event?: string
  /**
   * The last event ID of the reader from here on. Empty clears it. One line without NUL: readers ignore an id with one.
   */
  id?: string
  /** The reconnection time in milliseconds, a safe integer of at least 0. */
  retry?: number
  /**
   * The data of the event; without it the reader dispatches none. CR LF, CR and LF all count as line ends; the reader
   * gets LF for each.
   */
  data?: string
}

/** The reason for which `encodeEvent` refuses a message: the field, and what is wrong with it. */
export type SseEncodeErrorCode =
  | `${'event' | 'id'}-${'line-break' | 'nul'}`
  | `${'comment' | 'event' | 'id' | 'data'}-type`
  | 'retry-invalid'
  | 'empty-message'

/**
 * A message that cannot be encoded. Nothing of it was written: half a message would reach the reader as another one.
 */
export class SseEncodeError extends TypeError {
  override readonly name = 'SseEncodeError'
  readonly code: SseEncodeErrorCode

  constructor(code: SseEncodeErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * The text of one message as it goes over the wire: LF line ends, one space after each colon, a blank line at the end.
 * The space is there so that a value with a space of its own keeps it. Throws SseEncodeError.
 * HTML Standard, section 9.2.5 "Parsing an event stream".
 */
export function encodeEvent({ comment, event, id, retry, data }: SseMessage): string {
  let text = ''
  if (comment !== undefined) text += lines(': ', asText(comment, 'comment'))
  if (event !== undefined && event !== '') text += `event: ${oneLine(event, 'event')}\n`
  if (id !== undefined) text += `id: ${oneLine(id, 'id')}\n`
  if (retry !== undefined) text += `retry: ${wholeMilliseconds(retry)}\n`
  if (data !== undefined) text += lines('data: ', asText(data, 'data'))
  if (text === '') throw new SseEncodeError('empty-message', 'A message needs at least one field.')
  return `${text}\n`
}

/**
 * The text of a comment, which every reader ignores. Sent now and then, it keeps proxies from closing a silent stream.
 */
export function encodeComment(text = ''): string {
  return encodeEvent({ comment: text })
}

const isOneLine = (text: string): boolean => !text.includes('\n') && !text.includes('\r')

// A text as lines with a prefix each. A reader ends a line at a bare CR too: split at LF alone, the data could forge
// fields.
function lines(prefix: string, text: string): string {
  if (isOneLine(text)) return `${prefix}${text}\n`
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => `${prefix}${line}\n`)
    .join('')
}

// A value that must be a single line. The id `1\n\ndata: forged` would be a complete second event; to cut it short
// would hide the attack, so it is refused.
function oneLine(value: string, field: 'event' | 'id'): string {
  if (!isOneLine(asText(value, field)))
    throw new SseEncodeError(`${field}-line-break`, `The field ${field} must be a single line.`)
  if (value.includes('\0')) throw new SseEncodeError(`${field}-nul`, `The field ${field} must not hold NUL.`)
  return value
}

function wholeMilliseconds(retry: number): number {
  if (!Number.isSafeInteger(retry) || retry < 0)
    throw new SseEncodeError('retry-invalid', 'The field retry must be a whole number of milliseconds.')
  return retry
}

function asText(value: string, field: 'comment' | 'event' | 'id' | 'data'): string {
  if (typeof value !== 'string') throw new SseEncodeError(`${field}-type`, `The field ${field} must be text.`)
  return value
}
