import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { upstreamChannel } from '../diagnostics/channels.ts'
import { timeLimit } from './abort.ts'
import { createSlots } from './slots.ts'

/** Which server is asked, how much of it at once, and for how long. Times in milliseconds. */
export interface UpstreamSettings {
  baseUrl: URL
  /** For a connection to come about, all tries together. */
  connectMs: number
  requestMs: number
  answerBytes: number
  /** Requests at once, and those that wait for one of them to end. */
  requests: number
  waiting: number
  backoffMs: number
  retryAfterMs: number
}

/** No connection came about: refused, no such name, unreachable, no TLS, or none of that in time. */
export class NoConnection extends Error {
  override readonly name = 'NoConnection'
}

/** The answer is no 200. */
class BadStatus extends Error {
  override readonly name = 'BadStatus'
  readonly status: number
  readonly retryAfter: string | undefined

  constructor({ statusCode = 0, headers }: IncomingMessage) {
    super(`answered by status ${statusCode}`)
    this.status = statusCode
    this.retryAfter = headers['retry-after']
  }
}

const TRIES = 3
const STATUSES = [429, 502, 503, 504]
// Each request saves a tenth of another try, and ten can be saved up: when all fails, trying again only adds load.
const SAVED_PER_REQUEST = 0.1
const SAVED_AT_MOST = 10

/** Gets JSON from below the base URL, and tries again where that may help: no connection, or a status that passes. */
export function createGetJson(settings: UpstreamSettings) {
  const { connectMs, backoffMs, retryAfterMs } = settings
  const tryOnce = createTry(settings)
  const inSlot = createSlots(settings.requests, settings.waiting)
  let saved = SAVED_AT_MOST

  return async function getJson(path: string, signal: AbortSignal): Promise<unknown> {
    saved = Math.min(SAVED_AT_MOST, saved + SAVED_PER_REQUEST)
    let connectBy = performance.now() + connectMs
    for (let tried = 1; ; tried++) {
      const connectLeft = connectBy - performance.now() // to wait for a slot costs nothing of it
      try {
        return await inSlot(() => tryOnce(path, connectLeft, signal), signal)
      } catch (error) {
        const asked = askedWait(error)
        if (tried === TRIES || saved < 1 || asked === undefined || asked > retryAfterMs) throw error
        // Full jitter: those who failed together do not come back together.
        const wait = Math.max(asked, Math.random() * backoffMs * 2 ** (tried - 1))
        // All tries to connect share one limit, so that without a network the caller learns of it soon. A connect
        // that got no answer at all has used it up.
        if (!(error instanceof NoConnection)) connectBy = performance.now() + wait + connectMs
        else if (performance.now() + wait >= connectBy) throw error
        saved--
        await sleep(wait, undefined, { signal })
      }
    }
  }
}

/** The milliseconds that the other side wants us to wait at least; undefined where another try does not help. */
function askedWait(error: unknown): number | undefined {
  if (error instanceof NoConnection) return 0
  if (!(error instanceof BadStatus) || !STATUSES.includes(error.status)) return undefined
  // RFC 9110, "Retry-After": seconds, or a date. What is neither is no wish.
  const { retryAfter = '' } = error
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000
  return Math.max(0, Date.parse(retryAfter) - Date.now()) || 0
}

/**
 * One GET. Follows no redirect. Rejects with NoConnection, BadStatus, what the signal says, or another Error, and has
 * closed the connection by then. Not `fetch`: that one cannot limit the time of the connecting alone.
 */
function createTry({ baseUrl, requestMs, answerBytes }: UpstreamSettings) {
  const { Agent, get } = baseUrl.protocol === 'https:' ? https : http
  const connectedEvent = baseUrl.protocol === 'https:' ? 'secureConnect' : 'connect'
  const base = baseUrl.href.replace(/\/*$/, '')
  const headers = { Accept: 'application/json' }
  // Connections that idle are closed before the other side does it, under a request just sent.
  const agent = new Agent({ keepAlive: true, timeout: 4_000 })

  async function tryOnce(url: string, connectMs: number, signal: AbortSignal): Promise<unknown> {
    const time = timeLimit(signal, requestMs, new Error('no whole answer in time'))
    const connecting = setTimeout(() => time.abort(new NoConnection('no connection in time')), connectMs)
    let connected = false
    const whenConnected = (): void => {
      connected = true
      clearTimeout(connecting)
    }
    const request = get(url, { agent, headers, signal: time.signal })
    request.on('error', () => {}) // one that comes after the answer must find a listener too
    request.once('socket', (socket) => {
      if (request.reusedSocket) whenConnected()
      else socket.once(connectedEvent, whenConnected)
    })
    try {
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      return await read(response, answerBytes)
    } catch (error) {
      time.signal.throwIfAborted()
      throw connected ? error : new NoConnection((error as Error).message)
    } finally {
      clearTimeout(connecting)
      time.abort() // closes the connection, unless the answer is whole
    }
  }

  return (path: string, connectMs: number, signal: AbortSignal): Promise<unknown> => {
    const url = `${base}/${path}.json`
    if (!upstreamChannel.hasSubscribers) return tryOnce(url, connectMs, signal)
    return upstreamChannel.tracePromise(() => tryOnce(url, connectMs, signal), { url })
  }
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
