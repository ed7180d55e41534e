// A client that shows what it gets: status, headers, raw body, events. Built on node:http and our own parser.
import { once } from 'node:events'
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import net from 'node:net'
import { createParser, type SseEvent } from '../../src/sse/index.ts'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** Answers are looked at from outside, as a client that trusts nothing would print them. */
export type Json = any

/** One HTTP request, answered whole. */
export async function request(
  method: string,
  url: string,
  headers: http.OutgoingHttpHeaders = {},
  body?: string | Buffer,
): Promise<Answer> {
  const sent = http.request(url, { method, headers, agent: false })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return { status: response.statusCode!, headers: response.headers, text }
}

export const post = (url: string, body: unknown, headers: http.OutgoingHttpHeaders = {}): Promise<Answer> =>
  request(
    'POST',
    url,
    { 'content-type': 'application/json', ...headers },
    typeof body === 'string' ? body : JSON.stringify(body),
  )

/** An open event stream: what came so far, and what comes next. */
export interface OpenStream {
  status: number
  headers: IncomingHttpHeaders
  /** Every byte of the body so far. */
  raw(): string
  event(): Promise<SseEvent>
  /** The next JSON-RPC message. */
  message(): Promise<Json>
  comment(): Promise<string>
  /** Fulfilled when the body is over. */
  ended: Promise<void>
  /** Stops reading, or goes on: what a slow reader does. */
  pause(): void
  resume(): void
  destroy(): void
}

/** Opens an event stream: by GET, or by POST when there is a body. */
export async function openEvents(
  url: string,
  headers: http.OutgoingHttpHeaders = {},
  body?: string,
): Promise<OpenStream> {
  const sent = http.request(url, { method: body === undefined ? 'GET' : 'POST', headers, agent: false })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const events = queue<SseEvent>()
  const comments = queue<string>()
  let raw = ''
  const parser = createParser({ onEvent: events.put, onComment: comments.put })
  response.on('data', (chunk: Buffer) => {
    raw += chunk.toString('latin1')
    parser.feed(chunk)
  })
  const ended = new Promise<void>((resolve) => response.once('close', resolve))
  response.on('error', () => {})
  void ended.then(() => {
    events.fail(new Error('the stream is over'))
    comments.fail(new Error('the stream is over'))
  })
  return {
    status: response.statusCode!,
    headers: response.headers,
    raw: () => raw,
    event: events.take,
    message: async () => JSON.parse((await events.take()).data) as Json,
    comment: comments.take,
    ended,
    pause: () => response.socket.pause(),
    resume: () => response.socket.resume(),
    destroy: () => response.destroy(),
  }
}

/** An HTTP+SSE client after its endpoint event. */
export interface HttpSse extends OpenStream {
  endpoint: string
  post(body: unknown, headers?: http.OutgoingHttpHeaders): Promise<Answer>
  /** Posts a request and waits for the next message on the stream. */
  call(method: string, params?: object, id?: number | string): Promise<Json>
}

export async function connectHttpSse(base: string, headers: http.OutgoingHttpHeaders = {}): Promise<HttpSse> {
  const stream = await openEvents(`${base}/sse`, headers)
  if (stream.status !== 200) throw new Error(`GET /sse was answered by ${stream.status}`)
  const endpoint = base + (await stream.event()).data
  let id = 0
  const send = (body: unknown, more?: http.OutgoingHttpHeaders) => post(endpoint, body, more)
  return {
    ...stream,
    endpoint,
    post: send,
    async call(method, params, given = ++id) {
      const next = stream.message()
      await send({ jsonrpc: '2.0', id: given, method, ...(params && { params }) })
      return next
    },
  }
}

/** Sends bytes and returns all that comes back until the server closes the connection. */
export async function rawExchange(base: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(base)
  const socket = net.connect(Number(port), hostname)
  let got = ''
  socket.on('data', (chunk) => (got += chunk.toString('latin1')))
  socket.on('error', () => {})
  socket.end(bytes)
  await once(socket, 'close')
  return got
}

interface Queue<T> {
  put(item: T): void
  take(): Promise<T>
  fail(error: Error): void
}

function queue<T>(): Queue<T> {
  const items: T[] = []
  const waiting: { resolve(item: T): void; reject(error: Error): void }[] = []
  let failure: Error | undefined
  return {
    put(item) {
      const first = waiting.shift()
      if (first) first.resolve(item)
      else items.push(item)
    },
    take() {
      if (items.length > 0) return Promise.resolve(items.shift()!)
      if (failure) return Promise.reject(failure)
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
    fail(error) {
      failure = error
      for (const { reject } of waiting.splice(0)) reject(error)
    },
  }
}
