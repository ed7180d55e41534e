import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { methodNotAllowed, notFound, pathOf } from '../mcp/index.ts'

const TYPES = new Map([
  ['.css', 'text/css; charset=utf-8'],
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
])

// Read once: no path that a stranger sends is ever joined to a folder.
const FILES = new Map<string, { file: URL; type: string }>([
  ...filesOf('/', '../../examples/native-client/'),
  ...filesOf('/', '../../web/shared/'), // what both pages have in common
  ...filesOf('/lab/', '../../web/laboratory/'),
  ...filesOf('/lab/words/', '../../web/laboratory/words/'),
  ...filesOf('/lab/scenes/', '../../web/laboratory/scenes/'),
  ...filesOf('/lab/sse/', '../../dist/sse/'), // the parser that the page runs is the server's,
  ...filesOf('/lab/sse/', '../sse/'), // wherever it was built to
])

/** The files of a folder and their URLs; that of a page is also its folder's. */
function* filesOf(path: string, folder: string): Iterable<[string, { file: URL; type: string }]> {
  const base = new URL(folder, import.meta.url)
  for (const name of existsSync(base) ? readdirSync(base) : []) {
    const type = TYPES.get(name.slice(name.lastIndexOf('.')))
    if (type) yield [name === 'index.html' ? path : path + name, { file: new URL(name, base), type }]
  }
}

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
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

const ANSWERS = new Map([
  ['/health', '{"status":"ok"}\n'],
  ['/health/', '{"status":"ok"}\n'],
  // The laboratory's server part says more. The package is without its page.
  ['/lab/course.json', `{"course":false,"page":${FILES.has('/lab/')}}\n`],
])

const METHODS = ['GET', 'HEAD', 'OPTIONS']
const PAGES = 'The page is at /.'

/** What the server shows beside MCP: the small client, the laboratory, `/health` for whoever watches the process. */
export function site(request: IncomingMessage, response: ServerResponse): void {
  const path = pathOf(request)
  const file = FILES.get(path)
  const answer = ANSWERS.get(path)
  if (path === '/lab' && FILES.has('/lab/')) return void response.writeHead(308, { ...HEADERS, Location: 'lab/' }).end()
  if (!file && !answer) return notFound(response, PAGES)
  // Asked by HAProxy, by default, to see whether the server is there.
  if (request.method === 'OPTIONS') return void response.writeHead(204, { ...HEADERS, Allow: METHODS.join(', ') }).end()
  if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed(response, METHODS)
  if (file) sendFile(request, response, file)
  else response.writeHead(200, { ...HEADERS, 'Content-Type': 'application/json' }).end(answer)
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
  readFile(file).then(send, () => notFound(response, PAGES))
}
