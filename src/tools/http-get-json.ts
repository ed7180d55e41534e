import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { HackerNewsLimits } from './hacker-news-options.ts'

/** No connection came about: refused, no such name, unreachable, no TLS, or none of that in time. */
export class NoConnection extends Error {
  override readonly name = 'NoConnection'
}

/** The answer is no 200. */
export class BadStatus extends Error {
  override readonly name = 'BadStatus'
  readonly status: number
  readonly retryAfter: string | undefined

  constructor({ statusCode = 0, headers }: IncomingMessage) {
    super(`answered by status ${statusCode}`)
    this.status = statusCode
    this.retryAfter = headers['retry-after']
  }
}

/**
 * Gets JSON from URLs of one protocol. Follows no redirect. Rejects with NoConnection, BadStatus, what the signal
 * says, or another Error, and has closed the connection by then.
 * Not `fetch`: that one cannot limit the time of the connecting alone.
 */
export function createGetJson(protocol: string) {
  const { Agent, get } = protocol === 'https:' ? https : http
  // Connections that idle are closed before the other side does it, under a request just sent.
  const agent = new Agent({ keepAlive: true, timeout: 4_000 })
  const connectedEvent = protocol === 'https:' ? 'secureConnect' : 'connect'

  return async function getJson(url: URL, limits: HackerNewsLimits, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted()
    let why: unknown
    const request = get(url, { agent, headers: { Accept: 'application/json' } })
    const stop = (reason: Error): void => {
      why ??= reason
      request.destroy(reason)
    }
    let connecting: NodeJS.Timeout | undefined = setTimeout(stop, limits.connectMs, new NoConnection('not in time'))
    const whole = setTimeout(stop, limits.requestMs, new Error('no whole answer in time'))
    const aborted = (): void => stop(signal.reason as Error)
    const connected = (): void => void (connecting = clearTimeout(connecting) as undefined)
    signal.addEventListener('abort', aborted)
    request.once('socket', (socket) => (request.reusedSocket ? connected() : socket.once(connectedEvent, connected)))
    try {
      return await read(await answerTo(request), limits.answerBytes)
    } catch (error) {
      request.destroy()
      throw why ?? (connecting ? new NoConnection((error as Error).message) : error)
    } finally {
      connected()
      clearTimeout(whole)
      signal.removeEventListener('abort', aborted)
    }
  }
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    request.on('error', reject) // on, not once: an error after the answer must find a listener too
  })
}

async function read(response: IncomingMessage, maxBytes: number): Promise<unknown> {
  response.on('error', () => {}) // whoever reads on learns of it; whoever has refused does not care
  if (response.statusCode !== 200) throw new BadStatus(response)
  const type = response.headers['content-type'] ?? 'nothing'
  if (!/^application\/json *(;|$)/i.test(type)) throw new Error(`answered with ${type.slice(0, 64)}, not JSON`)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
}
