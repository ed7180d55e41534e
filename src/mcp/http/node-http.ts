import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * What guard and transports need of a request, and no more: Node's own has it, and another face (fetch, say) can give
 * it without a second transport. One that has read the body leaves it in `body`, as body parsers do.
 */
export type HttpRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders' | 'httpVersionMajor'> &
  Pick<IncomingMessage, 'destroyed' | 'readableDidRead' | 'readableEnded' | 'readableEncoding' | 'listenerCount'> &
  Pick<IncomingMessage, 'on' | 'off' | 'resume'> & { body?: unknown; originalUrl?: unknown }

/** The same of a response: its head, writing, the end, whether the client is gone, and back-pressure. */
export type HttpResponse = Pick<ServerResponse, 'setHeader' | 'writeHead' | 'flushHeaders' | 'headersSent'> &
  Pick<ServerResponse, 'write' | 'end' | 'writableEnded' | 'writableLength' | 'socket'> &
  Pick<ServerResponse, 'destroyed' | 'destroy' | 'on' | 'once' | 'off'>
