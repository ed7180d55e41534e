import { createFetchHandler, type FetchOptions } from '../fetch/index.ts'
import { TestClient } from './client.ts'
import type { ConnectOptions } from './connection.ts'
import type { Fetch } from './transport.ts'

export type { TestClient, ToolResult } from './client.ts'
export type { ConnectOptions, RequestOptions } from './connection.ts'
export type { Fetch } from './transport.ts'

/**
 * Connects a client in this process to a server: no socket, and yet the requests, the responses and the streams of the
 * revision. The server is the options of one, or any function from a Request to a Response: a handler, an app's `fetch`.
 */
export async function connect(server: FetchOptions | Fetch, options: ConnectOptions = {}): Promise<TestClient> {
  const own = typeof server === 'function' ? undefined : createFetchHandler(server)
  const client = new TestClient(own ?? (server as Fetch), options, own)
  try {
    await client.open()
    return client
  } catch (error) {
    await client.close().catch(() => {})
    throw error
  }
}
