import type { Server } from 'node:http'

export function serveFetch(
  handle: (request: Request, info: { address: string }) => Promise<Response>,
  options?: { port?: number; host?: string },
): Promise<{ server: Server; url: string; close(): Promise<void> }>
