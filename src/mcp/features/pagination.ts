import { INVALID_PARAMS, RpcError } from '../../jsonrpc/index.ts'
import type { Signer } from '../request/signer.ts'

/** The part of a list that a cursor asks for, and the cursor of the next part, if there is one. */
export type Pager = <T>(
  list: string,
  items: readonly T[],
  cursor: unknown,
) => { items: readonly T[]; nextCursor?: string }

/**
 * Cursors say where to go on, signed: any process with the key can read them, and nobody can make one up. Throws
 * RpcError for a cursor that we never gave for this list (server/utilities/pagination, "Error Handling").
 */
export function createPager(pageSize: number, signer: Signer): Pager {
  if (!Number.isInteger(pageSize) || pageSize < 1) throw new TypeError('pageSize must be a whole number above 0.')
  return (list, items, cursor) => {
    const start = cursor === undefined ? 0 : readCursor(list, cursor)
    if (start > 0 && start >= items.length) throw invalidCursor()
    const end = start + pageSize
    const nextCursor = end < items.length ? signer.sign(`${list} ${end}`) : undefined
    return { items: items.slice(start, end), ...(nextCursor !== undefined && { nextCursor }) }
  }

  function readCursor(list: string, cursor: unknown): number {
    const [of, start] = (typeof cursor === 'string' && signer.verify(cursor)?.split(' ')) || []
    if (of !== list) throw invalidCursor()
    return Number(start)
  }
}

const invalidCursor = () =>
  new RpcError(INVALID_PARAMS, 'Invalid cursor: use the nextCursor of the page before, or none to start again.')
