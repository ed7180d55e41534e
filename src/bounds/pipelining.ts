import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Log } from './log.ts'

/** Requests that wait on one connection before nothing more of it is read. */
const MAX_WAITING = 16

/**
 * What has been read cannot be put back, and Node makes requests of all of it: those of one read may be more. Beyond so
 * many on a connection, or on all of them, the connection ends.
 */
const MAX_WAITING_AT_ONCE = 128
const MAX_WAITING_IN_ALL = 4_096

/** By connection, what to call when the turn of a request has come, or when its connection has ended. */
const queues = new WeakMap<Socket, Set<(isOurTurn: boolean) => void>>()
let waitingInAll = 0

/**
 * Waits until the answers before have been given: a caller may send requests before it has read any (RFC 9112,
 * "Pipelining"), and Node gives the connection to one answer after another. False: the connection has ended.
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
