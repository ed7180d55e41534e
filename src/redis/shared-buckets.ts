import { createHmac } from 'node:crypto'
import type { SharedBuckets } from '../serve/rate-limit.ts'
import type { Connection } from './connection.ts'
import { DRAW } from './scripts.ts'

/** The token buckets of all nodes. One is kept as the time at which it is full again, and its key lives until then. */
export function createSharedBuckets({ post }: Connection, prefix: string, secret: string | Uint8Array): SharedBuckets {
  /** A digest: who calls is nobody's business who can read the engine. */
  const keyOf = (name: string) =>
    `${prefix}:rate:${createHmac('sha256', secret).update(`rate\0${name}`).digest('base64url')}`
  return {
    async draw(name, ms) {
      const untilFull = await post(DRAW, keyOf(name), ms)
      return typeof untilFull === 'number' ? untilFull : undefined
    },
  }
}
