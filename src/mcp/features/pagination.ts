import { INVALID_PARAMS, RpcError } from '../../jsonrpc/index.ts'
import type { Signer } from '../request/signer.ts'

/**
 * Takes a page of a list: the entries from the cursor on, and the cursor of the next page, if there is one. Throws
 * RpcError for a cursor that was not given for this list (server/utilities/pagination, "Error Handling").
 */
export type Pager = <T>(
  list: string,
  items: readonly T[],
  cursor: unknown,
) => { items: readonly T[]; nextCursor?: string }

/**
 * A pager for pages of so many entries. A cursor is the place to go on at, signed: any process with the key can read
 * it, and no client can make one up. Throws TypeError unless the page size is a whole number above 0.
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
