import { isLoopback } from '../bounds/loopback.ts'
import { parseUrl } from '../url.ts'

const TIMEOUT_MS = 5_000
const MAX_BYTES = 256 * 1024

/** A URL that nobody on the way can read along or change. Throws TypeError. */
export function trustedUrl(name: string, text: string): URL {
  const url = parseUrl(text)
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (!url || !isSafe || url.username || url.hash)
    throw new TypeError(`${name} must be an https URL (http on a loopback address), not ${JSON.stringify(text)}.`)
  return url
}

/** Gets a JSON object, and follows no redirect. Undefined: there is none (a status 4xx). Rejects with Error. */
export async function getJson(url: URL): Promise<Record<string, unknown> | undefined> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const { status, body } = await fetch(url, { redirect: 'manual', headers: { Accept: 'application/json' }, signal })
  if (status !== 200) {
    await body?.cancel()
    if (status >= 400 && status < 500) return undefined
    throw new Error(`${url} answered by status ${status}`)
  }
  let text = ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MAX_BYTES) throw new Error(`the answer of ${url} has more than ${MAX_BYTES} characters`)
  }
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new Error(`the answer of ${url} is no object`)
  return value as Record<string, unknown>
}
