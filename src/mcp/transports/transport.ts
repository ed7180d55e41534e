import type { IncomingMessage, ServerResponse } from 'node:http'

/** Serves one method of one path. Throws HttpError to refuse. */
export type Transport = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>
