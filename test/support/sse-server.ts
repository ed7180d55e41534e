// A server of node:http for event streams, and what is opened on it, from both ends.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { openStream, type EventStream, type StreamOptions } from '../../src/sse/index.ts'
import { openEvents } from './wire.ts'

export type Listener = (request: IncomingMessage, response: ServerResponse) => void

export async function listenOn(t: TestContext, listener: Listener): Promise<string> {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** A server that opens a stream for each request and hands it over. */
export async function serveStreams(
  t: TestContext,
  onStream: (stream: EventStream, request: IncomingMessage) => void,
  options?: StreamOptions,
) {
  let last: EventStream | undefined
  const url = await listenOn(t, (request, response) => {
    last = openStream(response, options)
    onStream(last, request)
  })
  /** Opens one, as its reader and as its writer. */
  return async (lastEventId?: string) => {
    const reader = await openEvents(url, lastEventId === undefined ? {} : { 'last-event-id': lastEventId })
    await new Promise((resolve) => setImmediate(resolve)) // its response flows by now: from here on `pause` holds
    return { reader, stream: last! }
  }
}
