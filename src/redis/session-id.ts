import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Session ids: the name of the node that gave it out, and 128 random bits with a signature. */
export type SessionIds = ReturnType<typeof createSessionIds>

/** Session ids of a node. All nodes have the same secret. */
export function createSessionIds(nodeId: string, secret: string | Uint8Array) {
  const sign = (node: string, random: string) =>
    createHmac('sha256', secret).update(`session\0${node}\0${random}`).digest('base64url').slice(0, 10)
  return {
    /** A new one: `n1.` and 32 characters. */
    create(): string {
      const random = randomBytes(16).toString('base64url')
      return `${nodeId}.${random}${sign(nodeId, random)}`
    },
    /** Whether one of our nodes gave it out. What is none is not worth asking the engine. */
    isOurs(id: string): boolean {
      const [, node, random, signature] = /^([\w-]{1,32})\.([\w-]{22})([\w-]{10})$/.exec(id) ?? []
      if (node === undefined) return false
      return timingSafeEqual(Buffer.from(signature!), Buffer.from(sign(node, random!)))
    },
  }
}
