import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { INVALID_REQUEST, isMessage, NOT_A_MESSAGE, PARSE_ERROR, readableId } from '../../jsonrpc/index.ts'
import type { Message } from '../../jsonrpc/index.ts'
import { HttpError } from '../http-error.ts'

/** The message that a JSON value is. Throws HttpError with the id, where one can be read. */
export function asMessage(value: unknown): Message {
  if (isMessage(value)) return value
  const text = Array.isArray(value) ? 'No batches here: send one message per POST.' : NOT_A_MESSAGE
  throw new HttpError(400, INVALID_REQUEST, text, { id: readableId(value) })
}

/**
 * The text that a POST brings. Throws HttpError: 415 unless it is JSON in UTF-8, sent as it is; 413 above `maxBytes`,
 * from the declared length already; 400 where the bytes are no UTF-8 or end early.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const { headers } = request
  // A page can send text/plain or a form to any site unasked, but not application/json.
  if (!isJson(headers['content-type']))
    throw new HttpError(415, INVALID_REQUEST, 'Send the message as Content-Type: application/json.')
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw new HttpError(415, INVALID_REQUEST, 'Send the message uncompressed.', {
      headers: { 'Accept-Encoding': 'identity' },
    })
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) {
        chunks.length = 0
        reject(tooLarge(maxBytes))
      } else chunks.push(chunk)
    })
    request.on('end', () => {
      const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      if (isUtf8(bytes)) resolve(bytes.toString())
      else reject(new HttpError(400, PARSE_ERROR, 'The body is not UTF-8.'))
    })
    request.on('error', () => reject(new HttpError(400, PARSE_ERROR, 'The body ended early.')))
  })
}

function isJson(contentType = ''): boolean {
  if (contentType === 'application/json') return true // as nearly all say it
  const [type, parameter = '', ...more] = contentType
    .toLowerCase()
    .split(';', 4)
    .map((part) => part.trim())
  return type === 'application/json' && /^(charset="?utf-8"?)?$/.test(parameter) && more.every((part) => part === '')
}

// The rest of the body is still on its way: only closing the connection spares us from reading it.
function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, INVALID_REQUEST, `The body is larger than ${maxBytes} bytes.`, {
    headers: { Connection: 'close' },
  })
}
