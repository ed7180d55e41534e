// A server that answers request by request, and an EventSource that writes down what it hears.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { type TestContext } from 'node:test'
import { EventSource, type EventSourceOptions } from '../../src/event-source.ts'

export type Handler = (response: ServerResponse, request: IncomingMessage) => void

export const STREAM = { 'Content-Type': 'text/event-stream' }

/** Begins a stream, with some text. */
export const stream = (response: ServerResponse, text: string | Uint8Array = '') =>
  response.writeHead(200, STREAM).write(text.length > 0 ? text : ':\n\n')

/** A whole stream, and its end. */
export const whole =
  (text: string | Uint8Array, headers: object = STREAM): Handler =>
  (response) =>
    response.writeHead(200, { ...headers }).end(text)

export const cut = (response: ServerResponse) => response.destroy()

export interface Seen {
  method: string
  path: string
  headers: IncomingHttpHeaders
  /** As it was meant: UTF-8. */
  lastEventId: string | undefined
}

/** Answers the first request with the first handler, and so on; the last one answers all further requests. */
export async function serve(t: TestContext, ...handlers: Handler[]) {
  const requests: Seen[] = []
  const server = createServer((request, response) => {
    const handler = handlers[Math.min(requests.length, handlers.length - 1)]!
    const { method, url, headers } = request
    const id = headers['last-event-id'] as string | undefined
    const lastEventId = id === undefined ? undefined : Buffer.from(id, 'latin1').toString()
    requests.push({ method: method!, path: url!, headers, lastEventId })
    handler(response, request)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests }
}

/** Opens a source that writes down what it hears, and waits for a number of lines. */
export function listen(t: TestContext, url: string, options: EventSourceOptions = {}, types: string[] = []) {
  const source = new EventSource(url, { maxBackoffMs: 0, ...options })
  t.after(() => source.close())
  const heard: string[] = []
  let check = () => {}
  const hear = (event: Event) => {
    const { data, lastEventId } = event as MessageEvent
    heard.push(data === undefined ? `${event.type} ${source.readyState}` : `${event.type}=${data}#${lastEventId}`)
    check()
  }
  for (const type of ['open', 'error', 'message', ...types]) source.addEventListener(type, hear)
  const until = (count: number) =>
    new Promise<string[]>((resolve) => {
      check = () => heard.length >= count && resolve(heard)
      check()
    })
  return { source, heard, until }
}
