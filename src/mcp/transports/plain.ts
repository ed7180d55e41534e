import type { ServerResponse } from 'node:http'

/** No JSON-RPC body: newer clients take this answer as the sign that another transport is here. */
export function methodNotAllowed(response: ServerResponse, allowed: readonly string[], hint = ''): void {
  const text = `This URL answers ${allowed.join(', ')} and nothing else. ${hint}`
  sendText(response, 405, `${text.trim()}\n`, { Allow: allowed.join(', ') })
}

export const notFound = (response: ServerResponse): void =>
  sendText(response, 404, 'Nothing here. MCP is at /mcp, HTTP+SSE begins at GET /sse.\n')

function sendText(response: ServerResponse, status: number, text: string, headers?: Record<string, string>): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain',
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  })
  response.end(text)
}
