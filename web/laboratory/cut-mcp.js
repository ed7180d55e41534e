// @ts-check
// What a cut does to a session of MCP that lives in its stream (HTTP+SSE, 2024-11-05).
import { createHttp } from './client-http.js'
import { createClient } from './mcp-client.js'
import { createParser } from './sse/parser.js'

/**
 * Connects, has the stream cut, and waits for EventSource to come back with another session; then pings the old one.
 *
 * @param {import('./record.js').Record} record
 * @returns {Promise<{ status: number, message: string, endpoint: string }>} what the old endpoint says, and the new one
 */
export async function cutMcp(record) {
  const base = new URL('..', location.href).href.slice(0, -1)
  const way = { transport: 'sse', revision: '2024-11-05', reader: 'EventSource' }
  const client = /** @type {any} */ (createClient({ ...way, base, record, createParser }))
  try {
    await client.connect()
    const old = client.endpoint
    await fetch('api/cut-mcp', { method: 'POST' })
    await comesBack(client, old)
    const http = createHttp({ record, createParser })
    const headers = { 'Content-Type': 'application/json' }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
    const { status, message } = await http('POST', old, { headers, body }).catch((error) => error)
    return { status, message, endpoint: client.endpoint }
  } finally {
    await client.close()
  }
}

function comesBack(client, old) {
  const until = Date.now() + 15_000
  return new Promise((resolve, reject) => {
    const look = setInterval(() => {
      const isBack = client.endpoint && client.endpoint !== old
      if (!isBack && Date.now() < until) return
      clearInterval(look)
      if (isBack) resolve(undefined)
      else reject(new Error('EventSource did not come back in 15 s.'))
    }, 50)
  })
}
