import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Signs what a client carries for the server, and can read but not change: a cursor, the state of a request. */
export interface Signer {
  /** A token: the text, and its signature. */
  sign(text: string): string
  /** The text of a token with a right signature, else undefined. */
  verify(token: string): string | undefined
}

/**
 * A signer by HMAC-SHA256. A token that is signed for one purpose verifies for no other. Without a key a random one is
 * used, and tokens end with the process. A key that several processes share needs 32 random bytes.
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
      // The whole token is compared, because Node decodes even what is no Base64. By timingSafeEqual, because the time
      // of a comparison that stops at the first difference would tell how much of a forgery is right.
      const [given, right] = [Buffer.from(token), Buffer.from(sign(text))]
      return given.length === right.length && timingSafeEqual(given, right) ? text : undefined
    },
  }
}
