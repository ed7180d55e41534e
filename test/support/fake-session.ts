// A session that says what was done to it, for the tests of the session store.
import { createClient, type InFlightRequest } from '../../src/mcp/request/client.ts'
import { newestHandshake } from '../../src/mcp/revisions/index.ts'
import type { Session } from '../../src/mcp/transports/session-store.ts'

export interface FakeSession extends Session {
  open: boolean
  ended: number
}

export const NOBODY = { principal: undefined, key: '' }

/** A request that has no response yet. */
export const inFlight = (): InFlightRequest & { cancelled: boolean } => ({
  message: { jsonrpc: '2.0', id: 1, method: 'ping' },
  pending: undefined,
  cancelled: false,
  cancel() {
    this.cancelled = true
  },
})

/** All of them have their responses. */
export const rest = ({ client }: FakeSession): void => {
  for (let place = 0; client.inFlight.size > 0; place++) client.inFlight.remove(place)
}

export const fakeSession = (name: string): FakeSession => ({
  id: name,
  client: createClient(newestHandshake),
  lastUsedAt: 0,
  uses: 0,
  open: false,
  ended: 0,
  hasStream() {
    return this.open
  },
  send() {},
  end() {
    this.ended++
  },
})
