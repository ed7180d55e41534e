import { isUtf8 } from 'node:buffer'
import type { HttpRequest } from './node-http.ts'
import { attempt, checkDepth, INTERNAL_ERROR, INVALID_REQUEST, isMessage, NOT_A_MESSAGE } from '../../jsonrpc/index.ts'
import { PARSE_ERROR, parseJson, readableId, tooDeep, type MaybePromise, type Message } from '../../jsonrpc/index.ts'
import { Pieces } from '../../bounds/pieces.ts'
import type { MessageMemory } from '../../bounds/budget.ts'
import { rememberLast } from '../../bounds/remember-last.ts'
import { weightOf } from '../../bounds/weight.ts'
import { busy, HttpError } from './http-error.ts'

/** The JSON value of a body as a message. Throws HttpError 400 where it is none, with the id, where one can be read. */
export function asMessage(value: unknown): Message {
  if (isMessage(value)) return value
  const text = Array.isArray(value) ? 'No batches here: send one message per POST.' : NOT_A_MESSAGE
  throw new HttpError(400, INVALID_REQUEST, text, { id: readableId(value) })
}

/**
 * Reads the JSON body of a POST, calls `use` with its value, and releases the memory when that is done. Throws, or
 * rejects with, HttpError: 415 unless the body is JSON without an encoding; 413 above `maxBytes`, which the declared
 * length can tell already; 400 where it is no JSON in UTF-8 or ends early; 500 where somebody has read it and left
 * nothing.
 */
export function readJson<T>(
  request: HttpRequest,
  maxBytes: number,
  memory: MessageMemory,
  use: (value: unknown) => MaybePromise<T>,
): MaybePromise<T> {
  const { headers } = request
  // A web page can send text/plain or a form to any site without a preflight, but not application/json.
  if (!isJson(headers['content-type'] ?? ''))
    throw new HttpError(415, INVALID_REQUEST, 'Send the message as Content-Type: application/json.')
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  // A body can be read once. It is taken where it was read before, or where a listener for `readable` will take it.
  const isTaken = request.readableDidRead || request.readableEnded || request.listenerCount('readable') > 0
  if (isTaken) return releaseAfter(memory, () => use(readParsed(request, maxBytes, memory)))
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw new HttpError(415, INVALID_REQUEST, 'Send the message uncompressed.', {
      headers: { 'Accept-Encoding': 'identity' },
    })
  return readBytes(request, maxBytes, memory, (bytes) => releaseAfter(memory, () => use(parseBytes(bytes, memory))))
}

const releaseAfter = <T>(memory: MessageMemory, work: () => MaybePromise<T>): MaybePromise<T> =>
  attempt<T, T>(
    work,
    (value) => {
      memory.release()
      return value
    },
    (error) => {
      memory.release()
      throw error
    },
  )

// Reads the bytes of a body, and calls `use` when the last is there. To return a promise of the bytes would be one
// promise more for each message.
function readBytes<T>(
  request: HttpRequest,
  maxBytes: number,
  memory: MessageMemory,
  use: (bytes: Buffer) => MaybePromise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const body = new Pieces()
    const onData = (given: Buffer | string): void => {
      // Somebody may have called `setEncoding`: then the chunks are strings.
      const chunk = typeof given === 'string' ? Buffer.from(given, request.readableEncoding!) : given
      body.add(chunk)
      if (body.size > maxBytes) return fail(tooLarge(maxBytes))
      if (!memory.set(body.size)) return fail(tooManyMessages())
    }
    const onEnd = (): void => {
      stop()
      try {
        resolve(use(body.whole()))
      } catch (error) {
        reject(error as Error)
      }
    }
    const endEarly = (): void => fail(new HttpError(400, PARSE_ERROR, 'The body ended early.'))
    const goOn = (): void => void request.resume() // somebody else's `pause` would make the caller wait for ever
    const fail = (error: HttpError): void => {
      stop()
      memory.release()
      reject(error)
    }
    // Listeners live as long as the request, which lives as long as its response: they would keep the bytes in memory.
    const stop = (): void => {
      request.off('data', onData).off('end', onEnd).off('error', endEarly).off('close', endEarly).off('pause', goOn)
    }
    if (request.destroyed) return endEarly()
    request.on('data', onData).on('end', onEnd).on('error', endEarly)
    request.on('close', endEarly) // destroyed by somebody, without an error
    request.on('pause', goOn)
    request.resume()
  })
}

/**
 * The JSON value of a body that a body parser has read: from bytes, a text, or a value, which becomes a text again so
 * that it passes the same checks. Throws HttpError 500 where nothing of it was left.
 */
function readParsed(
  { body, readableEnded, readableDidRead }: HttpRequest,
  maxBytes: number,
  memory: MessageMemory,
): unknown {
  const wasEmpty = body === undefined && readableEnded && !readableDidRead
  const text = ArrayBuffer.isView(body) || typeof body === 'string' ? body : wasEmpty ? '' : textOf(body)
  if (text === undefined) throw new HttpError(500, INTERNAL_ERROR, ALREADY_READ, { reason: 'body-already-read' })
  const bytes =
    typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  if (bytes.length > maxBytes) throw tooLarge(maxBytes)
  return parseBytes(bytes, memory)
}

/** The JSON text of a parsed value. Undefined for what no JSON parser makes: a stream, a promise, a form. */
function textOf(value: unknown): string | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const prototype: unknown = isObject ? Object.getPrototypeOf(value) : null // perhaps the Object of another realm
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return undefined
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep() // deeper than the stack is high
    return undefined
  }
}

const ALREADY_READ =
  'The body had been read before it came to the MCP handler. Put the handler before body parsers, or set request.body to what they read.'

/** The JSON value of some bytes. Throws HttpError where they are no JSON in UTF-8, or there is no memory for them. */
function parseBytes(bytes: Buffer, memory: MessageMemory): unknown {
  if (!isUtf8(bytes)) throw new HttpError(400, PARSE_ERROR, 'The body is not UTF-8.')
  const text = bytes.toString()
  checkDepth(text) // before the weight, so that what nests too deep is refused for that reason
  if (!memory.set(weightOf(text))) throw tooManyMessages()
  return parseJson(text)
}

/**
 * Whether a Content-Type is JSON. It has no parameters, and those that are sent mean nothing (RFC 8259, section 11).
 */
const isJson = rememberLast((contentType: string) =>
  /^application\/json[ \t]*(;([^",]|"([^"\\]|\\.)*")*)?$/i.test(contentType),
)

// The refusal of a body that is too large. Its rest is still on the way: only to close the connection spares reading
// it.
function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, INVALID_REQUEST, `The body is larger than ${maxBytes} bytes.`, {
    headers: { Connection: 'close' },
  })
}

/** The refusal of a message for which there is no memory. */
export const tooManyMessages = (): HttpError =>
  busy('Too many messages are under way. Come back later.', {
    headers: { Connection: 'close' },
    data: { reason: 'busy' },
  })
