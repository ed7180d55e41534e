import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Lets a client carry something for us that it can read but not change: a cursor, the state of a request. */
export interface Signer {
  sign(text: string): string
  /** The text of a token that we have signed, else undefined. */
  verify(token: string): string | undefined
}

/**
 * HMAC-SHA256. What is signed for one purpose verifies for no other one. Without a key it is random: then tokens end
 * with the process, and only it knows them. A key that several processes share needs 32 random bytes.
 */
export function createSigner(purpose: string, key: string | Uint8Array = randomBytes(32)): Signer {
  function sign(text: string): string {
    const mac = createHmac('sha256', key).update(`${purpose}\0${text}`).digest('base64url')
    return `${Buffer.from(text).toString('base64url')}.${mac}`
  }
  return {
    sign,
    verify(token) {
      const text = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString()
      // The whole token again, because Node decodes what is no Base64 too. And timingSafeEqual, because a comparison
      // that stops at the first difference tells how much of a forgery is right.
      const [given, right] = [Buffer.from(token), Buffer.from(sign(text))]
      return given.length === right.length && timingSafeEqual(given, right) ? text : undefined
    },
  }
}
