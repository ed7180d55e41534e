import { INTERNAL_ERROR, RpcError } from '../mcp/index.ts'
import { unlessAborted } from './abort.ts'

/**
 * Runs at most `atOnce` pieces of work at a time; at most `waiting` more wait, first come, first served. Rejects with
 * RpcError "busy" beyond that.
 */
export function createSlots(atOnce: number, waiting: number) {
  let free = atOnce
  const queue = new Set<() => void>()

  function startNext(): void {
    const [first] = queue
    if (!first || free === 0) return
    queue.delete(first)
    free--
    first()
  }

  return async function inSlot<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    if (free === 0 && queue.size >= waiting)
      throw new RpcError(INTERNAL_ERROR, 'The server is busy. Please try again in a few seconds.', { reason: 'busy' })
    let go!: () => void
    const turn = new Promise<void>((resolve) => (go = resolve))
    queue.add(go)
    startNext()
    try {
      await unlessAborted(turn, signal)
      return await work()
    } finally {
      if (!queue.delete(go)) free++ // who leaves the queue has no slot to give back
      startNext()
    }
  }
}
