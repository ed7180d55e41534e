import { INTERNAL_ERROR, RpcError } from '../mcp/index.ts'

/** Runs work when one of the slots is free. Rejects with RpcError "busy" when too much waits already. */
export type Run = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>

/** So many at once; so many more wait, first come, first served. */
export function createSlots(atOnce: number, waiting: number): Run {
  let free = atOnce
  const queue: (() => void)[] = []

  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        queue.splice(queue.indexOf(go), 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      queue.push(go)
    })
  }

  return async (work, signal) => {
    signal.throwIfAborted()
    if (free === 0 && queue.length >= waiting)
      throw new RpcError(INTERNAL_ERROR, 'The server is busy. Please try again in a few seconds.', {
        reason: 'busy',
      })
    if (free === 0) await turn(signal)
    else free--
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next) next() // the slot passes on without becoming free: nobody overtakes
      else free++
    }
  }
}
