import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Log } from '../diagnostics/log.ts'

/** The requests that may wait on one connection before no more of it is read. */
const MAX_WAITING = 16

/**
 * The requests that may wait at once, on one connection and on all of them: beyond, the connection is destroyed. They
 * can be more than `MAX_WAITING`: what has been read cannot be put back, and Node makes requests of all of it.
 */
const MAX_WAITING_AT_ONCE = 128
const MAX_WAITING_IN_ALL = 4_096

/**
 * The requests that wait, by connection: of each the function that is told that its turn has come, or that it never
 * will.
 */
const queues = new WeakMap<Socket, Set<(isOurTurn: boolean) => void>>()
let waitingInAll = 0

/**
 * Waits until the responses before this one are sent: a client may send requests before it has read any response (RFC
 * 9112, "Pipelining"), and Node gives the connection to one response after another. False: the connection has ended.
 */
export function waitForTurn({ socket }: IncomingMessage, response: ServerResponse, log: Log): Promise<boolean> {
  const queue = queues.get(socket) ?? openQueue(socket)
  if (queue.size >= MAX_WAITING_AT_ONCE || (queue.size >= MAX_WAITING && waitingInAll >= MAX_WAITING_IN_ALL)) {
    if (!socket.destroyed) log({ level: 'warn', reason: 'pipelining', waiting: queue.size })
    socket.destroy()
    return Promise.resolve(false)
  }
  return new Promise((resolve) => {
    const end = (isOurTurn: boolean) => {
      queue.delete(end)
      waitingInAll--
      if (queue.size === MAX_WAITING - 1) socket.resume()
      resolve(isOurTurn)
    }
    queue.add(end)
    waitingInAll++
    if (queue.size === MAX_WAITING) socket.pause()
    response.once('socket', () => queue.has(end) && end(true))
  })
}

function openQueue(socket: Socket): Set<(isOurTurn: boolean) => void> {
  const queue = new Set<(isOurTurn: boolean) => void>()
  queues.set(socket, queue)
  socket.once('close', () => queue.forEach((end) => end(false)))
  return queue
}
