import { createHmac } from 'node:crypto'
import type { Connection } from './connection.ts'
import { DRAW } from './scripts.ts'

/** Token buckets in the engine. The value of a bucket is the time at which it is full again: then its key expires. */
export function createSharedBuckets({ tryRun }: Connection, prefix: string, secret: string | Uint8Array) {
  /** A digest, so that whoever can read the engine does not learn who calls. */
  const keyOf = (name: string) =>
    `${prefix}:rate:${createHmac('sha256', secret).update(`rate\0${name}`).digest('base64url')}`
  return {
    async draw(name: string, ms: number) {
      const untilFull = await tryRun(DRAW, keyOf(name), ms)
      return typeof untilFull === 'number' ? untilFull : undefined
    },
  }
}
