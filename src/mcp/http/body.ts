import { isUtf8 } from 'node:buffer'
import type { HttpRequest } from './node-http.ts'
import {
  attempt,
  checkDepth,
  INTERNAL_ERROR,
  INVALID_REQUEST,
  isMessage,
  NOT_A_MESSAGE,
  PARSE_ERROR,
  parseJson,
  readableId,
  tooDeep,
  type MaybePromise,
  type Message,
} from '../../jsonrpc/index.ts'
import { Pieces } from '../../bounds/pieces.ts'
import { weightOf } from '../../bounds/weight.ts'
import { HttpError } from './http-error.ts'
import type { MessageMemory } from './message-memory.ts'
import { rememberLast } from './remember-last.ts'

/** The message that a JSON value is. Throws HttpError with the id, where one can be read. */
export function asMessage(value: unknown): Message {
  if (isMessage(value)) return value
  const text = Array.isArray(value) ? 'No batches here: send one message per POST.' : NOT_A_MESSAGE
  throw new HttpError(400, INVALID_REQUEST, text, { id: readableId(value) })
}

/** A request, perhaps behind a framework that has read its body already and keeps what it made of it here. */
type Posted = HttpRequest & { body?: unknown }

/**
 * Reads the JSON value that a POST brings, goes on with `use`, and gives back the memory when that is done. Throws, or
 * rejects with, HttpError: 415 unless it is JSON, sent as it is; 413 above `maxBytes`, from the declared length already;
 * 400 where the bytes are no JSON in UTF-8 or end early; 500 where somebody has read them and left nothing.
 */
export function readJson<T>(
  request: Posted,
  maxBytes: number,
  memory: MessageMemory,
  use: (value: unknown) => MaybePromise<T>,
): MaybePromise<T> {
  const { headers } = request
  // A page can send text/plain or a form to any site unasked, but not application/json.
  if (!isJson(headers['content-type'] ?? ''))
    throw new HttpError(415, INVALID_REQUEST, 'Send the message as Content-Type: application/json.')
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  // Bytes that were read are not there a second time, and who listens for `readable` takes them before us.
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

// What follows is begun when the last byte is there: a promise of the bytes alone would be one more for each message.
function readBytes<T>(
  request: HttpRequest,
  maxBytes: number,
  memory: MessageMemory,
  use: (bytes: Buffer) => MaybePromise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const body = new Pieces()
    const onData = (given: Buffer | string): void => {
      // A string after somebody's setEncoding.
      const chunk = typeof given === 'string' ? Buffer.from(given, request.readableEncoding!) : given
      try {
        if (body.size + chunk.length > maxBytes) throw tooLarge(maxBytes)
        memory.set(body.size + chunk.length)
      } catch (error) {
        return fail(error as HttpError)
      }
      body.add(chunk)
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
    const goOn = (): void => void request.resume() // nobody else's pause may make the caller wait for ever
    const fail = (error: HttpError): void => {
      stop()
      memory.release()
      reject(error)
    }
    // What listens to a request is there as long as its response, and with it the bytes.
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

/** What a body parser has left: bytes, text, or a value, which becomes text again to pass what text has to pass. */
function readParsed(
  { body, readableEnded, readableDidRead }: Posted,
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

/** Undefined for what a parser would not leave: a stream, a promise, a form, all that is more than its members. */
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

function parseBytes(bytes: Buffer, memory: MessageMemory): unknown {
  if (!isUtf8(bytes)) throw new HttpError(400, PARSE_ERROR, 'The body is not UTF-8.')
  const text = bytes.toString()
  checkDepth(text) // what is too deep is refused for that, whatever it weighs
  memory.set(weightOf(text))
  return parseJson(text)
}

/** RFC 8259, section 11: the type has no parameters, and those that are sent mean nothing. Two types are none. */
const isJson = rememberLast((contentType: string) =>
  /^application\/json[ \t]*(;([^",]|"([^"\\]|\\.)*")*)?$/i.test(contentType),
)

// The rest of the body is still on its way: only closing the connection spares us from reading it.
function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, INVALID_REQUEST, `The body is larger than ${maxBytes} bytes.`, {
    headers: { Connection: 'close' },
  })
}
