// What a client sends, and what it reads.
// @ts-check
import { createParser } from 'sse-mcp/sse'

/**
 * @typedef {{ id?: string | number, method?: string, params?: any, result?: any, error?: { code: number, message: string } }} Json
 */

/** @param {Response} response @returns {Promise<Json[]>} */
export async function messagesOf(response) {
  const text = await response.text()
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return text ? [JSON.parse(text)] : []
  /** @type {Json[]} */
  const messages = []
  const parser = createParser({ onEvent: ({ data }) => void (data && messages.push(JSON.parse(data))) })
  parser.feed(text)
  return messages
}

/** @param {string} url @param {object} message @param {Record<string, string>} [headers] */
export const post = (url, message, headers) =>
  fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  })

/**
 * A request without a session, and all that comes for it.
 * @param {string} url @param {string} method @param {Record<string, any>} [params] @param {Record<string, string>} [headers]
 */
export async function call(url, method, params = {}, headers = {}) {
  const version = '2026-07-28'
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
    ...params._meta,
  }
  const name = params.name ?? params.uri
  const response = await post(
    url,
    { id: 1, method, params: { ...params, _meta } },
    { 'MCP-Protocol-Version': version, 'Mcp-Method': method, ...(name && { 'Mcp-Name': name }), ...headers },
  )
  return { status: response.status, messages: await messagesOf(response) }
}
