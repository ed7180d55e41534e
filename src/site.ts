import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { methodNotAllowed, notFound, pathOf } from './mcp/index.ts'

const PAGE = new URL('../examples/native-client/', import.meta.url)

// A fixed table: no path that a stranger sends is ever joined to a folder.
const FILES = new Map<string, { file: URL; type: string }>([
  ['/', { file: new URL('index.html', PAGE), type: 'text/html; charset=utf-8' }],
  ['/client.js', { file: new URL('client.js', PAGE), type: 'text/javascript; charset=utf-8' }],
  ['/words.js', { file: new URL('words.js', PAGE), type: 'text/javascript; charset=utf-8' }],
  ['/style.css', { file: new URL('style.css', PAGE), type: 'text/css; charset=utf-8' }],
  ['/favicon.svg', { file: new URL('favicon.svg', PAGE), type: 'image/svg+xml' }],
])

const HEADERS = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cache-Control': 'no-cache',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** What the server shows beside MCP: the page of the native client, and `/health` for whoever watches the process. */
export function site(request: IncomingMessage, response: ServerResponse): void {
  const path = pathOf(request)
  const file = FILES.get(path)
  if (!file && path !== '/health') return notFound(response)
  if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed(response, ['GET', 'HEAD'])
  if (file) sendFile(request, response, file)
  else response.writeHead(200, { ...HEADERS, 'Content-Type': 'application/json' }).end('{"status":"ok"}\n')
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { file, type }: { file: URL; type: string },
): void {
  // Whole, because they are small: a stream would keep its file open when the reader leaves early, or sent a HEAD.
  const send = (bytes: Buffer): void => {
    response.writeHead(200, { ...HEADERS, 'Content-Type': type, 'Content-Length': bytes.length })
    response.end(request.method === 'HEAD' ? undefined : bytes)
  }
  readFile(file).then(send, () => notFound(response))
}
