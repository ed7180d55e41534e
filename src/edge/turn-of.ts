import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

// Who sends requests without reading the answers (RFC 9112, "Pipelining") is served one by one, or all answers would
// wait in memory.
const lastOn = new WeakMap<Socket, ServerResponse>()

/** Fulfilled when the answer before, on the same connection, is over; undefined: there is none. */
export function turnOf({ socket }: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
  const before = lastOn.get(socket)
  lastOn.set(socket, response)
  if (!before || before.writableFinished || before.destroyed) return undefined
  return new Promise((resolve) => before.once('close', resolve))
}
