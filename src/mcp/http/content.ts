import type { ServerResponse } from 'node:http'
import { errorResponse, INTERNAL_ERROR, RpcError } from '../../jsonrpc/index.ts'
import { HttpError } from './http-error.ts'
import { sendText } from '../transports/post-response.ts'

/** No JSON-RPC body: newer clients take this answer as the sign that another transport is here. */
export function methodNotAllowed(response: ServerResponse, allowed: readonly string[], hint = ''): void {
  const text = `This URL answers ${allowed.join(', ')} and nothing else. ${hint}`
  sendText(response, 405, 'text/plain', `${text.trim()}\n`, { Allow: allowed.join(', ') })
}

/** `more` says what else is here: a page, say. */
export function notFound(response: ServerResponse, more = ''): void {
  const text = `Nothing here.${more && ` ${more}`} MCP is at /mcp, HTTP+SSE begins at GET /sse.\n`
  sendText(response, 404, 'text/plain', text)
}

/** Answers with the error, if there is still somebody to answer. What was not thrown on purpose says nothing outside. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.end()
  const { status, headers, id } = error instanceof HttpError ? error : NO_DETAILS
  const known = error instanceof RpcError ? error : new RpcError(INTERNAL_ERROR, 'Internal error')
  const body = JSON.stringify(errorResponse(known, id))
  sendText(response, status ?? (error instanceof RpcError ? 400 : 500), 'application/json', body, headers)
}

// A message that JSON-RPC refuses is the caller's mistake, anything unforeseen is ours.
const NO_DETAILS = { status: undefined, headers: {}, id: undefined }
