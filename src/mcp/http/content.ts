import type { HttpRequest, HttpResponse } from './node-http.ts'
import { errorResponse, INTERNAL_ERROR, RpcError } from '../../jsonrpc/index.ts'
import { rememberLast } from '../../bounds/remember-last.ts'
import { endInPieces } from '../../sse/index.ts'
import { OWN_PAGES_ONLY } from './guard.ts'
import { HttpError } from './http-error.ts'

/** The content types that a request accepts, of the two that there are (RFC 9110, section 12.5.1 "Accept"). */
export interface Accepted {
  json: boolean
  stream: boolean
}

/**
 * The types in `Accept`. One of the two is enough, more lenient than the specification; without the header it is both.
 */
export const acceptedBy = ({ headers }: HttpRequest): Accepted => accepted(headers.accept ?? '*/*')

const accepted = rememberLast((accept: string): Accepted => {
  const wanted = accept.includes(';') ? accept.split(',').filter(isWanted).join() : accept
  const anything = wanted.includes('*/*')
  return {
    json: anything || /application\/(json|\*)/i.test(wanted),
    stream: anything || /text\/(event-stream|\*)/i.test(wanted),
  }
})

/** Whether a media range has another weight than 0. */
const isWanted = (range: string): boolean => !/;\s*q=0(\.0*)?\s*$/i.test(range)

/** Sends a whole response: status, headers and a text. */
export function sendText(response: HttpResponse, status: number, type: string, text: string, headers?: object): void {
  const own: Record<string, string | number> = {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
  }
  if (headers) Object.assign(own, headers)
  response.writeHead(status, own)
  endInPieces(response, text)
}

/** Sends 202 without a body: a notification or a response was accepted, and has no answer. */
export function acknowledge(response: HttpResponse): void {
  response.writeHead(202, ACKNOWLEDGED).end()
}

const ACKNOWLEDGED = { 'Content-Length': 0, 'X-Content-Type-Options': 'nosniff', ...OWN_PAGES_ONLY }

/**
 * Sends 405, as a text and not as JSON-RPC: newer clients take it as the sign that another transport is served here.
 */
export function methodNotAllowed(response: HttpResponse, allowed: readonly string[], hint = ''): void {
  const text = `This URL answers ${allowed.join(', ')} and nothing else. ${hint}`
  sendText(response, 405, 'text/plain', `${text.trim()}\n`, { Allow: allowed.join(', ') })
}

/** Sends 404. `more` is a sentence on what else is here: a page, say. */
export function notFound(response: HttpResponse, more = ''): void {
  const text = `Nothing here.${more && ` ${more}`} MCP is at /mcp, HTTP+SSE begins at GET /sse.\n`
  sendText(response, 404, 'text/plain', text)
}

/** Sends an error, unless the response has begun or is closed. Any but an RpcError becomes 500 without its text. */
export function sendError(response: HttpResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.end()
  const { status, headers, id } = error instanceof HttpError ? error : NO_DETAILS
  const known = error instanceof RpcError ? error : new RpcError(INTERNAL_ERROR, 'Internal error')
  const body = JSON.stringify(errorResponse(known, id))
  sendText(response, status ?? (error instanceof RpcError ? 400 : 500), 'application/json', body, headers)
}

// For an error that has no status of its own: an RpcError is the caller's mistake (400), any other is ours (500).
const NO_DETAILS = { status: undefined, headers: {}, id: undefined }
