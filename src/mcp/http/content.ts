import type { HttpRequest, HttpResponse } from './node-http.ts'
import { errorResponse, INTERNAL_ERROR, RpcError } from '../../jsonrpc/index.ts'
import { endInPieces } from '../../sse/index.ts'
import { OWN_PAGES_ONLY } from './guard.ts'
import { HttpError } from './http-error.ts'
import { rememberLast } from './remember-last.ts'

/** The content types that a request accepts (RFC 9110, "Accept"). */
export interface Accepted {
  json: boolean
  stream: boolean
}

/** Lenient as the field is: one of the two types is enough, and who sends no Accept takes anything. */
export const acceptedBy = ({ headers }: HttpRequest): Accepted => accepted(headers.accept ?? '*/*')

const accepted = rememberLast((accept: string): Accepted => {
  const wanted = accept.includes(';') ? accept.split(',').filter(isWanted).join() : accept
  const anything = wanted.includes('*/*')
  return {
    json: anything || /application\/(json|\*)/i.test(wanted),
    stream: anything || /text\/(event-stream|\*)/i.test(wanted),
  }
})

const isWanted = (range: string): boolean => !/;\s*q=0(\.0*)?\s*$/i.test(range)

/** A whole response of one piece of text. */
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

/** 202: notifications and responses are accepted, and that is all there is to say. */
export function acknowledge(response: HttpResponse): void {
  response.writeHead(202, ACKNOWLEDGED).end()
}

const ACKNOWLEDGED = { 'Content-Length': 0, 'X-Content-Type-Options': 'nosniff', ...OWN_PAGES_ONLY }

/** 405. No JSON-RPC body: newer clients take this answer as the sign that another transport is here. */
export function methodNotAllowed(response: HttpResponse, allowed: readonly string[], hint = ''): void {
  const text = `This URL answers ${allowed.join(', ')} and nothing else. ${hint}`
  sendText(response, 405, 'text/plain', `${text.trim()}\n`, { Allow: allowed.join(', ') })
}

/** 404. `more` says what else is here: a page, say. */
export function notFound(response: HttpResponse, more = ''): void {
  const text = `Nothing here.${more && ` ${more}`} MCP is at /mcp, HTTP+SSE begins at GET /sse.\n`
  sendText(response, 404, 'text/plain', text)
}

/** Responds with the error, if there is still somebody to read it. What was not thrown on purpose says nothing outside. */
export function sendError(response: HttpResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.end()
  const { status, headers, id } = error instanceof HttpError ? error : NO_DETAILS
  const known = error instanceof RpcError ? error : new RpcError(INTERNAL_ERROR, 'Internal error')
  const body = JSON.stringify(errorResponse(known, id))
  sendText(response, status ?? (error instanceof RpcError ? 400 : 500), 'application/json', body, headers)
}

// A message that JSON-RPC refuses is the caller's mistake, anything unforeseen is ours.
const NO_DETAILS = { status: undefined, headers: {}, id: undefined }
